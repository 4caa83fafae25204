//! A mechanism, a variant and a size: what is measured, and how it is written.

use std::fmt;

use crate::mechanisms;
use crate::{Entry, Error, Processors, Request, Variant};

/// One thing to measure: `bpf-ring/no-wakeup@64`.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The mechanism.
    pub entry: &'static Entry,
    /// One of its variants.
    pub variant: &'static Variant,
    /// The payload's bytes.
    pub size: usize,
}

impl Case {
    /// The case of that name.
    ///
    /// # Errors
    /// [`Error::NoSuchCase`].
    pub fn by_name(name: &str) -> Result<Self, Error> {
        let unknown = || Error::NoSuchCase(name.to_owned());
        let (path, size) = name.split_once('@').ok_or_else(unknown)?;
        let (mechanism, variant) = path.split_once('/').unwrap_or((path, ""));
        let entry = mechanisms::by_name(mechanism).ok_or_else(unknown)?;
        let variant = entry.variants.iter().find(|known| known.name == variant);
        let variant = variant.ok_or_else(unknown)?;
        let size = size.parse().map_err(|_| unknown())?;
        if entry.sizes.of(&[size]) != [size] {
            return Err(unknown());
        }
        Ok(Self { entry, variant, size })
    }

    /// What of it is asked of the mechanism.
    pub fn request(&self, processors: Processors) -> Request {
        Request { variant: self.variant.name, size: self.size, processors }
    }

    /// The mechanism and its variant.
    pub fn path(&self) -> String {
        path(self.entry.name, self.variant.name)
    }
}

/// How a mechanism and its variant are written.
pub(crate) fn path(mechanism: &str, variant: &str) -> String {
    if variant.is_empty() { mechanism.to_owned() } else { format!("{mechanism}/{variant}") }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.path(), self.size)
    }
}

impl PartialEq for Case {
    fn eq(&self, other: &Self) -> bool {
        let name = |case: &Self| (case.entry.name, case.variant.name, case.size);
        name(self) == name(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanisms::CATALOGUE;

    #[test]
    fn every_case_is_found_by_its_name() {
        for entry in CATALOGUE {
            for variant in entry.variants {
                for size in entry.sizes.of(&[8, 64, 512, 1024, 4096]) {
                    let case = Case { entry, variant, size };
                    assert_eq!(Case::by_name(&case.to_string()).unwrap(), case);
                }
            }
        }
    }

    #[test]
    fn what_is_no_case_is_said() {
        for name in ["", "getppid", "getppid@", "getppid@8", "getppid/fast@0", "none@0"] {
            let error = Case::by_name(name).unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")), "{error}");
        }
    }
}
