//! What each format makes of the same report.

mod dump;
mod edges;
mod formats;
mod sample;
mod sarif;
mod schemas;
