//! Whether what was read of headers is kept for the next run.

use clap::Args;
use ioctlkit_sources::c::Cache;

/// Options about the cache.
#[derive(Debug, Default, Args)]
pub(super) struct CacheOptions {
    /// Read headers without the cache, and write none; so does the environment variable `IOCTLKIT_NO_CACHE`
    /// with any value
    #[arg(long, help_heading = "Reading headers")]
    no_cache: bool,
}

impl CacheOptions {
    /// The user's cache, if there is one and it is wanted.
    pub(super) fn cache(&self) -> Option<Cache> {
        let unwanted = std::env::var_os("IOCTLKIT_NO_CACHE").is_some_and(|value| !value.is_empty());
        if self.no_cache || unwanted { None } else { Cache::of_user() }
    }
}
