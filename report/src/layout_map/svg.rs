//! The map as SVG. It names no font, file or address outside of itself, and follows the reader's choice of
//! light or dark.
#![expect(clippy::cast_precision_loss, reason = "what is drawn is rounded to a tenth of a pixel")]

use std::io::{self, Write};

use ioctlkit_abi::RecordKind;
use ioctlkit_model::abi_words;
use quick_xml::escape::escape;

use super::Map;
use super::blocks::{self, Block, Kind, LINES};
use super::labels::{self, Label, shortened};
use super::moves::{self, Move};
use crate::layout_rows::Strip;
use crate::visible::on_one_line;

/// All lengths are in the picture's own units, of which a browser shows one as a pixel.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 16.0;
/// More for a byte would not make a small structure clearer.
const WIDEST_BYTE: f64 = 48.0;
/// A strip whose members stand side by side.
const STRIP: f64 = 56.0;
/// A line of a union's alternatives.
const LINE: f64 = 24.0;
/// From a strip to the next: the words about that one, and the bands of what moves.
const BETWEEN: f64 = 58.0;
/// A line of the names that have no room in a strip.
const NAMES: f64 = 17.0;

/// How a map looks, wherever it is shown.
pub(crate) const STYLE: &str = "\
.map .page{fill:#fff}.map text{fill:#1f2328;font:12px ui-monospace,monospace}.map .title{font-size:17px;font-weight:600}\
.map .quiet{fill:#59636e}.map .offset{fill:#59636e;font-size:10px}.map .strip{fill:none;stroke:#8c959f}\
.map .member{fill:#dbe7f5;stroke:#5b7ea8}.map .moved{fill:#fbe3b5;stroke:#a8741a}\
.map .hole{fill:url(#hole);stroke:#b3261e}.map .band{fill:#e8a93a;fill-opacity:.28}.map .tick{stroke:#8c959f}\
.map .halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}\
.map .member+.halo,.map .moved+.halo{stroke:none}.hatch{stroke:#b3261e;stroke-width:2}.ground{fill:#fdecea}\
@media(prefers-color-scheme:dark){.map .page{fill:#0d1117}.map text{fill:#e6edf3}.map .quiet,.map .offset{fill:#9aa4af}\
.map .member{fill:#1d2f47;stroke:#5f8fc7}.map .moved{fill:#4a3711;stroke:#d29922}.map .hole{stroke:#ff8a80}\
.hatch{stroke:#ff8a80}.ground{fill:#3a1613}.map .band{fill:#d29922}.map .halo{stroke:#0d1117}\
.map .member+.halo,.map .moved+.halo{stroke:none}}";

/// What holes are filled with.
pub(crate) const PATTERN: &str = "\
<defs><pattern id=\"hole\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" \
patternTransform=\"rotate(45)\"><rect class=\"ground\" width=\"8\" height=\"8\"/>\
<line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"8\"/></pattern></defs>";

/// Writes one picture with a map below the other.
///
/// # Errors
/// Those of `out`.
pub fn write(maps: &[Map], out: &mut dyn Write) -> io::Result<()> {
    let within = format!("<style>{STYLE}</style>\n{PATTERN}\n");
    draw(maps, " xmlns=\"http://www.w3.org/2000/svg\"", &within, out)
}

/// Writes a map for a page that has [`STYLE`] and [`PATTERN`] itself.
pub(crate) fn write_inline(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    draw(std::slice::from_ref(map), "", "", out)
}

fn draw(maps: &[Map], namespace: &str, within: &str, out: &mut dyn Write) -> io::Result<()> {
    let drawings: Vec<Drawing<'_>> = maps.iter().map(Drawing::of).collect();
    let height: f64 = drawings.iter().map(Drawing::height).sum();
    writeln!(
        out,
        "<svg{namespace} class=\"map\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n{within}\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>"
    )?;
    let mut top = 0.0;
    for drawing in &drawings {
        writeln!(out, "<g transform=\"translate(0 {top})\">")?;
        drawing.write(out)?;
        writeln!(out, "</g>")?;
        top += drawing.height();
    }
    writeln!(out, "</svg>")
}

/// A map with the lengths that it is drawn in.
struct Drawing<'a> {
    map: &'a Map,
    strips: Vec<Drawn<'a>>,
    /// How wide a byte is.
    byte: f64,
}

struct Drawn<'a> {
    strip: &'a Strip,
    blocks: Vec<Block<'a>>,
    /// The names that have no room in it, with their offsets, in lines.
    names: Vec<String>,
    top: f64,
    height: f64,
}

impl<'a> Drawing<'a> {
    fn of(map: &'a Map) -> Self {
        let longest = map.strips.iter().map(|strip| strip.size).max().unwrap_or(0).max(1);
        let byte = ((WIDTH - 2.0 * MARGIN) / longest as f64).min(WIDEST_BYTE);
        let mut top = 112.0;
        let mut strips: Vec<Drawn<'_>> = Vec::new();
        for strip in &map.strips {
            let (blocks, lines) = blocks::of(&strip.rows, map.kind == RecordKind::Union);
            let height = (lines.min(LINES) as f64 * LINE).max(STRIP);
            let has_no_room = |block: &&Block<'_>| {
                let width = block.bits as f64 / 8.0 * byte;
                Label::of(block, width, (block.bottom - block.top) * height).is_none()
            };
            let mut names = labels::beside(blocks.iter().filter(has_no_room));
            // What a strip above has said of its own blocks is not said again.
            if strips.iter().any(|known| known.names == names) {
                names.clear();
            }
            top += names.len() as f64 * NAMES;
            strips.push(Drawn { strip, blocks, names, top, height });
            top += height + BETWEEN;
        }
        Self { map, strips, byte }
    }

    fn height(&self) -> f64 {
        self.strips.last().map_or(80.0, |last| last.top + last.height + 28.0)
    }

    fn x(&self, bits: u64) -> f64 {
        MARGIN + bits as f64 / 8.0 * self.byte
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Map { name, place, .. } = self.map;
        writeln!(
            out,
            "<text class=\"title\" x=\"{MARGIN}\" y=\"28\">{}</text>\n\
             <text class=\"quiet\" x=\"{MARGIN}\" y=\"48\">{}</text>",
            shown(name),
            shown(&shortened(place, 150))
        )?;
        if self.strips.is_empty() {
            return writeln!(
                out,
                "<text x=\"{MARGIN}\" y=\"68\">no layout on any of the ABIs</text>"
            );
        }
        self.ruler(out)?;
        for (before, after) in self.strips.iter().zip(self.strips.iter().skip(1)) {
            self.bands(before, after, out)?;
        }
        self.strips.iter().try_for_each(|strip| self.strip(strip, out))
    }

    /// The offsets in bytes, as far apart as their digits need.
    fn ruler(&self, out: &mut dyn Write) -> io::Result<()> {
        let longest = self.map.strips.iter().map(|strip| strip.size).max().unwrap_or(0);
        let mut step = 1;
        while step as f64 * self.byte < 44.0 {
            step *= 2;
        }
        let mut at = 0;
        while at <= longest {
            let x = self.x(at * 8);
            writeln!(
                out,
                "<line class=\"tick\" x1=\"{x:.1}\" y1=\"72\" x2=\"{x:.1}\" y2=\"78\"/>\
                 <text class=\"offset\" x=\"{x:.1}\" y=\"68\" text-anchor=\"{}\">{at}</text>",
                if at == 0 {
                    "start"
                } else if at == longest {
                    "end"
                } else {
                    "middle"
                }
            )?;
            at += step;
        }
        Ok(())
    }

    /// Bands from members to where they are in the next strip, for those that are elsewhere there.
    fn bands(&self, before: &Drawn<'a>, after: &Drawn<'a>, out: &mut dyn Write) -> io::Result<()> {
        if before.strip.members() != after.strip.members() {
            return Ok(());
        }
        let (top, bottom) = (before.top + before.height, after.top);
        let moves = members(before).zip(members(after)).filter_map(|(was, is)| Move::of(was, is));
        for Move { was, is } in moves::merged(moves.collect()) {
            let [a, b] = [was.start, was.end].map(|bits| self.x(bits));
            let [c, d] = [is.start, is.end].map(|bits| self.x(bits));
            writeln!(
                out,
                "<path class=\"band\" d=\"M{a:.1} {top}H{b:.1}L{d:.1} {bottom}H{c:.1}Z\"/>"
            )?;
        }
        Ok(())
    }

    fn strip(&self, drawn: &Drawn<'a>, out: &mut dyn Write) -> io::Result<()> {
        let Drawn { strip, top, height, .. } = drawn;
        let words = abi_words::noun(strip.abis, self.map.within);
        let names: Vec<&str> = strip.abis.iter().map(|id| id.abi().name).collect();
        let bytes =
            |count: u64| if count == 1 { "1 byte".into() } else { format!("{count} bytes") };
        writeln!(
            out,
            "<g><title>{}</title><text class=\"halo\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text></g>",
            names.join(" "),
            top - 10.0 - drawn.names.len() as f64 * NAMES,
            shown(&shortened(
                &format!("{words}: {}, aligned to {}", bytes(strip.size), strip.align),
                158
            ))
        )?;
        let first = top + 7.0 - drawn.names.len() as f64 * NAMES;
        for (index, line) in drawn.names.iter().enumerate() {
            writeln!(
                out,
                "<text class=\"quiet halo\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
                first + index as f64 * NAMES,
                escape(line)
            )?;
        }
        writeln!(
            out,
            "<rect class=\"strip\" x=\"{MARGIN}\" y=\"{top}\" width=\"{:.1}\" height=\"{height}\"/>",
            self.x(strip.size * 8) - MARGIN
        )?;
        let first = &self.strips[0];
        let is_comparable = first.strip.members() == strip.members();
        let mut at_first = members(first);
        for block in &drawn.blocks {
            let is_member = !matches!(block.kind, Kind::Hole | Kind::Tail);
            let elsewhere = is_member
                && at_first.next().is_some_and(|known| {
                    is_comparable
                        && (known.offset_bits, known.bits) != (block.offset_bits, block.bits)
                });
            self.block(block, drawn, elsewhere, out)?;
        }
        Ok(())
    }

    fn block(
        &self,
        block: &Block<'_>,
        drawn: &Drawn<'_>,
        elsewhere: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let class = match block.kind {
            Kind::Hole | Kind::Tail => "hole",
            Kind::Member { .. } | Kind::Alternatives(_) if elsewhere => "moved",
            Kind::Member { .. } | Kind::Alternatives(_) => "member",
        };
        let x = self.x(block.offset_bits);
        // What has no size, such as a flexible array, still has a place.
        let width = (self.x(block.offset_bits + block.bits) - x).max(1.5);
        let (top, bottom) =
            (drawn.top + block.top * drawn.height, drawn.top + block.bottom * drawn.height);
        let height = bottom - top;
        writeln!(
            out,
            "<g><title>{}</title><rect class=\"{class}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\"/>{}{}</g>",
            shown(&labels::title(block)),
            label(block, (x, width), (top, height)),
            offset(block, (x, width), (top, height)),
        )
    }
}

fn members<'a, 'b>(drawn: &'b Drawn<'a>) -> impl Iterator<Item = &'b Block<'a>> {
    drawn.blocks.iter().filter(|block| !matches!(block.kind, Kind::Hole | Kind::Tail))
}

/// The text in a block, in its middle.
fn label(block: &Block<'_>, (x, width): (f64, f64), (top, height): (f64, f64)) -> String {
    let (middle, centre) = (x + width / 2.0, top + height / 2.0);
    match Label::of(block, width, height) {
        None => String::new(),
        Some(Label::Along(text)) => format!(
            "<text class=\"halo\" x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            centre + 4.0,
            escape(&text)
        ),
        Some(Label::Upright(text)) => format!(
            "<text text-anchor=\"middle\" transform=\"translate({:.1} {centre:.1}) rotate(-90)\">{}</text>",
            middle + 4.0,
            escape(&text)
        ),
    }
}

/// Where a member begins, in a corner of its block.
fn offset(block: &Block<'_>, (x, width): (f64, f64), (top, height): (f64, f64)) -> String {
    let text = (block.offset_bits / 8).to_string();
    let is_padding = matches!(block.kind, Kind::Hole | Kind::Tail);
    let is_whole = block.offset_bits.is_multiple_of(8);
    // A name that stands upright reaches down to the corner.
    let is_taken = matches!(Label::of(block, width, height), Some(Label::Upright(_)));
    if is_padding
        || is_taken
        || !is_whole
        || height < STRIP
        || !labels::has_room_for_offset(&text, width)
    {
        return String::new();
    }
    format!(
        "<text class=\"offset\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
        x + 3.0,
        top + height - 4.0
    )
}

fn shown(text: &str) -> String {
    escape(on_one_line(text).as_ref()).into_owned()
}
