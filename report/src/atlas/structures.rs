//! The structures that differ, drawn.

use std::io::{self, Write};

use super::Atlas;
use super::overview::counted;
use crate::layout_map;
use crate::page::line;

/// How many bytes the pictures may take: the page is to open at once.
const PICTURES: usize = 1 << 21;

pub(super) fn write(atlas: &Atlas<'_>, out: &mut dyn Write) -> io::Result<()> {
    if atlas.structures.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2 id=\"structures\">Structures that are laid out in several ways: {}</h2>",
        atlas.structures.len()
    )?;
    let mut left = PICTURES;
    for (index, id) in atlas.structures.iter().enumerate() {
        let map = layout_map::of(atlas.layouts, *id, atlas.layouts.interface().abis);
        let sizes: Vec<String> = map.strips.iter().map(|strip| strip.size.to_string()).collect();
        writeln!(
            out,
            "<details class=\"structure\" id=\"s{index}\"><summary><code>{}</code>: {}, of {} bytes</summary>",
            line(&map.name),
            counted(map.strips.len(), "layout"),
            sizes.join(", ")
        )?;
        let mut picture = Vec::new();
        layout_map::write_inline(&map, &mut picture)?;
        if let Some(rest) = left.checked_sub(picture.len()) {
            left = rest;
            writeln!(out, "<div class=\"scroll\" tabindex=\"0\">")?;
            out.write_all(&picture)?;
            writeln!(out, "</div>")?;
        } else {
            let tag = map.name.rsplit(' ').next().unwrap_or_default();
            writeln!(
                out,
                "<p>This page has no room for the picture: <code>ioctl-lint layout --format svg {}</code> draws \
                 it.</p>",
                line(tag)
            )?;
        }
        writeln!(out, "</details>")?;
    }
    Ok(())
}
