//! Pictures in a page, as many as a browser opens at once.

use std::io::{self, Write};

use super::{Map, svg};
use crate::page::line;

/// Room for pictures in a page.
pub(crate) struct Gallery {
    /// How many bytes are left.
    left: usize,
}

impl Gallery {
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        Self { left: bytes }
    }

    /// Writes the picture, or what draws it where there is no room for it.
    pub(crate) fn write(&mut self, map: &Map, out: &mut dyn Write) -> io::Result<()> {
        let mut picture = Vec::new();
        svg::write_inline(map, &mut picture)?;
        let Some(left) = self.left.checked_sub(picture.len()) else {
            let tag = map.name.rsplit(' ').next().unwrap_or_default();
            return writeln!(
                out,
                "<p>This page has no room for the picture: <code>ioctl-lint layout --format svg {}</code> draws \
                 it.</p>",
                line(tag)
            );
        };
        self.left = left;
        writeln!(out, "<div class=\"scroll\" tabindex=\"0\">")?;
        out.write_all(&picture)?;
        writeln!(out, "</div>")
    }
}
