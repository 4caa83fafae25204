//! The row of the kernel's `ioctl-number.rst`, which says whose numbers these are.

use std::path::Path;

use ioctlkit_model::Interface;

use super::author::Author;
use super::place::{Entry, inserted, line_of};
use super::refusal::Refusal;

/// The table, below the tree's root.
pub(super) const TABLE: &str = "Documentation/userspace-api/ioctl/ioctl-number.rst";

/// The numbers that an interface takes of a type letter, from the first nr to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    letter: u8,
    first: u8,
    last: u8,
}

/// The blocks of an interface, in the order of their letters.
pub fn blocks(interface: &Interface) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let families = interface.families.iter().filter_map(|family| family.number);
    let families =
        families.map(|number| (u32::from(number.type_letter), number.nr.into(), number.nr.into()));
    let commands = interface.commands.iter().flat_map(|command| {
        let last = command.contract.as_ref().and_then(|contract| contract.last_nr);
        command
            .variants
            .iter()
            .map(move |(_, body)| (body.type_letter, body.nr, last.map_or(body.nr, u32::from)))
    });
    for (letter, first, last) in commands.chain(families) {
        let parts = (u8::try_from(letter), u8::try_from(first), u8::try_from(last));
        // What does not fit is no number, and was refused when it was read.
        let (Ok(letter), Ok(first), Ok(last)) = parts else { continue };
        match blocks.iter_mut().find(|block| block.letter == letter) {
            Some(block) => {
                block.first = block.first.min(first);
                block.last = block.last.max(last);
            }
            None => blocks.push(Block { letter, first, last }),
        }
    }
    blocks.sort_by_key(|block| block.letter);
    blocks
}

/// A row: its block, and the rest of the line.
struct Row<'a> {
    block: Block,
    rest: &'a str,
}

/// The table with a row for each block.
pub(super) fn with_rows(
    text: &str,
    path: &Path,
    blocks: &[Block],
    name: &str,
    author: &Author,
) -> Result<String, Refusal> {
    let mut text = text.to_owned();
    for block in blocks {
        text = with_row(&text, path, *block, name, author)?;
    }
    Ok(text)
}

fn with_row(
    text: &str,
    path: &Path,
    block: Block,
    name: &str,
    author: &Author,
) -> Result<String, Refusal> {
    let unknown =
        || Refusal::of(path, "there is no table with the columns Code, Seq# and Include File");
    let lines: Vec<&str> = text.lines().collect();
    let rulers: Vec<usize> =
        (0..lines.len()).filter(|line| lines[*line].starts_with("====  =")).collect();
    let [_, ruler, end] = rulers[..] else { return Err(unknown()) };
    let columns = columns(lines[ruler]);
    let [_, sequence, file, comment] = columns[..] else { return Err(unknown()) };
    let mut entries = Vec::new();
    for (line, text) in lines.iter().enumerate().take(end).skip(ruler + 1) {
        let Some(row) = row(text) else { continue };
        if row.block.letter == block.letter
            && row.block.first <= block.last
            && block.first <= row.block.last
        {
            let whose = row.rest.split_whitespace().next().unwrap_or("somebody else");
            let message = format!(
                "line {}: nr {:#04x} to {:#04x} of type {} are taken, by {whose}",
                line + 1,
                row.block.first,
                row.block.last,
                spelled(block.letter)
            );
            return Err(Refusal::of(path, message).help(free(&lines)));
        }
        entries.push(Entry { line, key: (row.block.letter, row.block.first) });
    }
    let header = format!("uapi/linux/{name}.h");
    if header.len() >= comment - file {
        return Err(Refusal::of(
            path,
            format!("`{header}` is too long for the column Include File"),
        )
        .help("give the driver a shorter name with `--name`"));
    }
    let numbers = match block {
        Block { first: 0, last: u8::MAX, .. } => "all".to_owned(),
        Block { first, last, .. } if first == last => format!("{first:02X}"),
        Block { first, last, .. } => format!("{first:02X}-{last:02X}"),
    };
    let row = format!(
        "{:sequence$}{numbers:files$}{header:comments$}<mailto:{}>\n",
        spelled(block.letter),
        author.mail(),
        files = file - sequence,
        comments = comment - file,
    );
    let line = line_of(&entries, &(block.letter, block.first), end);
    Ok(inserted(text, line, &row))
}

/// Where the columns begin.
fn columns(ruler: &str) -> Vec<usize> {
    let bytes = ruler.as_bytes();
    let begins = |at: &usize| bytes[*at] == b'=' && (*at == 0 || bytes[at - 1] != b'=');
    (0..bytes.len()).filter(begins).collect()
}

fn row(line: &str) -> Option<Row<'_>> {
    let (letter, rest) = if let Some(rest) = line.strip_prefix('\'') {
        (*rest.as_bytes().first()?, rest.get(1..)?.strip_prefix('\'')?)
    } else {
        let rest = line.strip_prefix("0x")?;
        (u8::from_str_radix(rest.get(..2)?, 16).ok()?, rest.get(2..)?)
    };
    let rest = rest.trim_start();
    let (numbers, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (first, last) = match numbers {
        "all" => (0, u8::MAX),
        numbers => {
            let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
            (u8::from_str_radix(first, 16).ok()?, u8::from_str_radix(last, 16).ok()?)
        }
    };
    Some(Row { block: Block { letter, first, last }, rest })
}

fn free(lines: &[&str]) -> String {
    let taken: Vec<u8> =
        lines.iter().filter_map(|line| row(line)).map(|row| row.block.letter).collect();
    let free: Vec<String> = (0x80..=u8::MAX)
        .filter(|letter| !taken.contains(letter))
        .take(4)
        .map(|letter| format!("{letter:#04x}"))
        .collect();
    match free.as_slice() {
        [] => "take numbers that nobody has".to_owned(),
        free => format!(
            "change the type letter, before anybody uses the ABI: {} are free",
            free.join(", ")
        ),
    }
}

fn spelled(letter: u8) -> String {
    match letter {
        letter if letter.is_ascii_graphic() && letter != b'\'' => {
            format!("'{}'", char::from(letter))
        }
        letter => format!("0x{letter:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
====  =====  ========================= =========
Code  Seq#    Include File             Comments
      (hex)
====  =====  ========================= =========
0x12  all    linux/a.h                 words
             linux/b.h
'a'   00-1F  drivers/c/d.h             conflict!
'a'   40     linux/e.h
0xB8  01-02  linux/f.h
====  =====  ========================= =========
behind
";

    fn with(letter: u8, first: u8, last: u8) -> Result<String, Refusal> {
        let author = Author::parse("J <j@x>").unwrap();
        with_rows(TABLE, Path::new("t"), &[Block { letter, first, last }], "echo", &author)
    }

    #[test]
    fn a_row_goes_behind_the_lines_of_the_one_in_front_of_it() {
        for (block, in_front, row) in [
            (
                (0x13, 0, 255),
                "             linux/b.h",
                "0x13  all    uapi/linux/echo.h         <mailto:j@x>",
            ),
            (
                (b'a', 0x20, 0x2f),
                "conflict!",
                "'a'   20-2F  uapi/linux/echo.h         <mailto:j@x>",
            ),
            ((0xe9, 7, 7), "linux/f.h", "0xE9  07     uapi/linux/echo.h         <mailto:j@x>"),
        ] {
            let text = with(block.0, block.1, block.2).unwrap();
            assert!(text.contains(&format!("{in_front}\n{row}\n")), "{text}");
            assert_eq!(text.lines().count(), TABLE.lines().count() + 1);
        }
    }

    #[test]
    fn numbers_that_are_taken_are_refused_with_whose_they_are() {
        for (letter, first, last, whose) in [
            (0x12, 3, 4, "linux/a.h"),
            (b'a', 0x1f, 0x30, "drivers/c/d.h"),
            (b'a', 0x20, 0x40, "linux/e.h"),
        ] {
            let refused = with(letter, first, last).unwrap_err();
            assert!(refused.message.contains(whose), "{refused:?}");
            assert!(refused.help.unwrap().contains("0x80"));
        }
    }

    #[test]
    fn a_text_without_the_table_is_refused() {
        let author = Author::parse("J <j@x>").unwrap();
        let block = [Block { letter: 1, first: 1, last: 1 }];
        for text in ["", "====  =\n", "====  =\n====  =\n====  =\n", "no table\n"] {
            assert!(with_rows(text, Path::new("t"), &block, "echo", &author).is_err());
        }
    }
}
