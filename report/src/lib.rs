//! Renders what was found about an ioctl interface, a file per format.
//!
//! A [`Report`] and the [`SourceMap`] that its spans point into go in, text comes out: for people
//! ([`full`], [`concise`], [`html`]), for CI systems ([`sarif`], [`github`], [`gitlab`], [`junit`]) and for
//! programs ([`json`], and [`dump`] for the whole interface). The JSON formats are contracts, with
//! schemas in the repository's `schema/` folder.
//!
//! Everything here is a function of its input: the same report gives the same bytes, in the order
//! of the report. Nothing here looks at a terminal, the environment or a file, and no span, however
//! wrong, makes it panic as long as its file is one of the map's.
//!
//! [`Report`]: ioctlkit_model::Report
//! [`SourceMap`]: ioctlkit_model::SourceMap
#![forbid(unsafe_code)]

pub mod atlas;
pub mod concise;
pub mod dump;
pub mod escaped_json;
mod format;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod layout_map;
pub mod layout_rows;
pub mod page;
mod pages;
mod place;
mod prose;
pub mod sarif;
mod stream;
pub mod terminal;
pub mod visible;

pub use format::{Format, UnknownFormat};
pub use full::Style;
pub use pages::rule_page;
pub use prose::verdict;
