//! What a driver may be called: the name is that of a crate, of a kernel module, of its device, and
//! the beginning of every name in C and Rust.

use std::fmt;
use std::str::FromStr;

use ioctlkit_abi::spelling::is_module_name;
use ioctlkit_model::number_registry::{BLOCKS, Block};
use ioctlkit_syntax::{camel_case, snake_case};

/// The longest name in bytes: the longest name that is made of it, with what the kernel puts around
/// it, stays below the 55 bytes of a module's name.
const LONGEST: usize = 32;

/// Crates that the workspace or the compiler has already.
const CRATES: [&str; 7] = ["alloc", "core", "ioctlkit", "libc", "proc_macro", "std", "test"];

/// Names of Rust's prelude and of the derives, which the device's type would hide.
const TYPES: [&str; 30] = [
    "box",
    "cell",
    "clone",
    "copy",
    "debug",
    "drop",
    "eq",
    "err",
    "errno",
    "extend",
    "fn",
    "from",
    "into",
    "ioctl",
    "ioctl_data",
    "iterator",
    "none",
    "ok",
    "option",
    "ord",
    "ordering",
    "partial_eq",
    "reserved",
    "result",
    "send",
    "simulated",
    "some",
    "string",
    "sync",
    "vec",
];

/// The name of a driver, such as `echo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The name as it was given: that of the crate, of the module and of the device.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What macros begin with: `ECHO`.
    pub fn upper(&self) -> String {
        self.0.to_uppercase()
    }

    /// What types begin with: `Echo`.
    pub fn camel(&self) -> String {
        camel_case(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    /// Why it is no name, for people.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_lower = |c: char| c.is_ascii_lowercase();
        if !text.starts_with(is_lower)
            || !text.chars().all(|c| is_lower(c) || c.is_ascii_digit() || c == '_')
        {
            return Err(
                "a driver's name begins with a small letter and has those, digits and `_`: \
                        `echo`"
                    .into(),
            );
        }
        if text.len() > LONGEST {
            return Err(format!("it has {} bytes: {LONGEST} are the most", text.len()));
        }
        if syn::parse_str::<syn::Ident>(text).is_err() {
            return Err("it is a word of Rust".into());
        }
        if !is_module_name(text) {
            return Err("it is a word of C".into());
        }
        if CRATES.contains(&text) {
            return Err(format!("there is a crate `{text}` that every workspace has"));
        }
        if TYPES.contains(&text) {
            let camel = camel_case(text);
            return Err(format!("its type `{camel}` would hide what Rust calls so"));
        }
        let again = snake_case(&camel_case(text));
        if again != text {
            return Err(format!(
                "its type is `{}`, which C knows as `{again}`: take that name",
                camel_case(text)
            ));
        }
        if let Some(header) = kernel_header(text) {
            return Err(format!("the kernel has a header {header}: take another name"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The header of that name that the kernel's table of numbers knows.
fn kernel_header(name: &str) -> Option<&'static str> {
    BLOCKS.iter().flat_map(Block::files).find(|file| {
        let file = file.strip_prefix("uapi/").unwrap_or(file);
        file.strip_prefix("linux/").and_then(|file| file.strip_suffix(".h")) == Some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_what_it_is_in_each_language() {
        for (name, upper, camel) in [
            ("echo", "ECHO", "Echo"),
            ("gas_meter", "GAS_METER", "GasMeter"),
            ("rs485", "RS485", "Rs485"),
        ] {
            let name: Name = name.parse().unwrap();
            assert_eq!((name.upper().as_str(), name.camel().as_str()), (upper, camel));
        }
    }

    #[test]
    fn what_one_of_the_languages_cannot_say_is_refused_with_the_reason() {
        let long = "a".repeat(LONGEST + 1);
        for (name, reason) in [
            ("", "begins with a small letter"),
            ("Echo", "begins with a small letter"),
            ("2echo", "begins with a small letter"),
            ("_echo", "begins with a small letter"),
            ("echo-box", "begins with a small letter"),
            ("echo/../x", "begins with a small letter"),
            ("écho", "begins with a small letter"),
            (long.as_str(), "33 bytes"),
            ("loop", "word of Rust"),
            ("async", "word of Rust"),
            ("try", "word of Rust"),
            ("volatile", "word of C"),
            ("std", "crate `std`"),
            ("result", "`Result` would hide"),
            ("echo_", "which C knows as `echo`"),
            ("echo__box", "which C knows as `echo_box`"),
            ("fuse", "linux/fuse.h"),
            ("seccomp", "linux/seccomp.h"),
        ] {
            let refused = name.parse::<Name>().unwrap_err();
            assert!(refused.contains(reason), "{name}: {refused}");
        }
    }
}
