//! Resource limits: address space, and nothing that outlives the process.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Limits the address space to that many bytes, and forbids files to grow and core dumps.
pub(crate) fn set(address_space: u64) -> Result<(), String> {
    let limits = [(Resource::As, address_space), (Resource::Fsize, 0), (Resource::Core, 0)];
    for (resource, limit) in limits {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, limit).map_err(|error| error.to_string())?;
    }
    Ok(())
}
