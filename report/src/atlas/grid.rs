//! All 256 type letters at a glance.

use std::collections::HashSet;
use std::io::{self, Write};

use ioctlkit_model::number_registry::BLOCKS;

use super::{Atlas, letter};
use crate::page::{counted, line};

/// What there is of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Nothing here, and nobody in the kernel's table.
    Free,
    /// Somebody in the kernel's table, and nothing here.
    Registered,
    /// Commands of one file.
    One,
    /// Commands of several files, all with numbers of their own.
    Several,
    /// Commands of several files with one number.
    Collision,
}

impl State {
    const ALL: [Self; 5] =
        [Self::Collision, Self::Several, Self::One, Self::Registered, Self::Free];

    const fn class(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Registered => "registered",
            Self::One => "one",
            Self::Several => "several",
            Self::Collision => "collision",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Free => "free here and in the kernel's table",
            Self::Registered => "registered, no command here",
            Self::One => "commands of one file",
            Self::Several => "commands of several files",
            Self::Collision => "one number in several files",
        }
    }

    fn of(atlas: &Atlas<'_>, letter: u8) -> Self {
        let Some(rows) = atlas.letters.get(&letter) else {
            let is_registered = BLOCKS.iter().any(|block| block.type_letter == letter);
            return if is_registered { Self::Registered } else { Self::Free };
        };
        let files: HashSet<_> = rows.iter().map(|row| row.span.file).collect();
        match files.len() {
            _ if rows.iter().any(|row| row.collides) => Self::Collision,
            1 => Self::One,
            _ => Self::Several,
        }
    }
}

pub(super) fn write(atlas: &Atlas<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2 id=\"letters\">Type letters</h2>\n<div class=\"grid\">")?;
    let mut counts = [0_usize; State::ALL.len()];
    for value in 0..=u8::MAX {
        let state = State::of(atlas, value);
        counts[state as usize] += 1;
        let rows = atlas.letters.get(&value).map_or(0, Vec::len);
        let name = letter(value);
        let quoted = name.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let short = quoted.unwrap_or(name.trim_start_matches("0x"));
        let title =
            format!("{name} ({value:#04x}): {}, {}", counted(rows, "command"), state.words());
        if rows > 0 {
            write!(
                out,
                "<a class=\"{}\" href=\"#l{value:02x}\" title=\"{}\">{}</a>",
                state.class(),
                line(&title),
                line(short)
            )?;
        } else {
            write!(
                out,
                "<span class=\"{}\" title=\"{}\">{}</span>",
                state.class(),
                line(&title),
                line(short)
            )?;
        }
    }
    writeln!(out, "</div>\n<p class=\"key\">")?;
    for state in State::ALL {
        let count = counts[state as usize];
        writeln!(
            out,
            "<span><i class=\"{}\"></i>{}: {count}</span>",
            state.class(),
            state.words()
        )?;
    }
    writeln!(out, "</p>")
}
