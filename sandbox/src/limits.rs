//! Resource limits: address space, and nothing that outlives the process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Limits the address space to that many bytes, and forbids files to grow and core dumps. A limit that is
/// narrower already stays as it is.
pub(crate) fn set(address_space: u64) -> Result<(), String> {
    let limits = [(Resource::As, address_space), (Resource::Fsize, 0), (Resource::Core, 0)];
    let set = limits.map(|(resource, limit)| {
        let known = getrlimit(resource);
        let narrower = [known.current, known.maximum].into_iter().flatten().fold(limit, u64::min);
        setrlimit(resource, Rlimit { current: Some(narrower), maximum: Some(narrower) })
    });
    set.into_iter().collect::<Result<Vec<()>, _>>().map(drop).map_err(|error| error.to_string())
}
