//! The structures that differ, drawn.

use std::io::{self, Write};

use super::Atlas;
use crate::layout_map::{self, Gallery};
use crate::page::{counted, line};

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
    let mut gallery = Gallery::with_room_for(PICTURES);
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
        gallery.write(&map, out)?;
        writeln!(out, "</details>")?;
    }
    Ok(())
}
