//! Patterns for files.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns for files, relative to the configuration's folder.
///
/// A pattern without a slash is compared with the file's name; one with a slash with the whole
/// relative path, where `*` stops at a slash and `**` does not. A pattern that names a folder
/// covers everything below it.
#[derive(Debug, Clone)]
pub struct PathGlobs {
    patterns: Vec<String>,
    names: GlobSet,
    paths: GlobSet,
}

impl PathGlobs {
    /// Compiles patterns.
    ///
    /// # Errors
    /// The index of the pattern that is wrong, and why.
    pub fn new<'a>(
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, (usize, globset::Error)> {
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let mut written = Vec::new();
        let mut last = 0;
        for (index, pattern) in patterns.into_iter().enumerate() {
            last = index;
            written.push(pattern.to_owned());
            let glob = |pattern: &str| {
                GlobBuilder::new(pattern).literal_separator(true).build().map_err(|e| (index, e))
            };
            let path = pattern.trim_start_matches("./").trim_end_matches('/');
            if !pattern.contains('/') {
                names.add(glob(pattern)?);
            }
            paths.add(glob(path)?);
            paths.add(glob(&format!("{path}/**"))?);
        }
        let names = names.build().map_err(|error| (last, error))?;
        let paths = paths.build().map_err(|error| (last, error))?;
        Ok(Self { patterns: written, names, paths })
    }

    /// The patterns as they are written.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether the file at `path`, relative to the configuration's folder, is meant.
    pub fn matches(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| self.names.is_match(name)) || self.paths.is_match(path)
    }
}
