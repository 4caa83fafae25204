//! Texts of a definition that go into other languages, as types that hold nothing but what is
//! valid: whoever has one need not look again.

use std::fmt;

use ioctlkit_abi::spelling::{is_capability, is_driver_path};

/// The path of a driver's file: see [`is_driver_path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverPath(String);

impl DriverPath {
    /// The path, if it is spelled as one.
    pub fn new(path: &str) -> Option<Self> {
        is_driver_path(path).then(|| Self(path.to_owned()))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DriverPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A capability of the kernel, by its name in C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability(String);

impl Capability {
    /// The capability, if the kernel has one of that name.
    pub fn new(name: &str) -> Option<Self> {
        is_capability(name).then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
