//! The commands, each with what it is on every ABI.

use std::collections::HashSet;

use ioctlkit_abi::{ABIS, AbiId, AbiSet, Direction};
use ioctlkit_model::{Command, Family, Finding, Interface, Layouts, RawNumber, RecordId, Span};

use crate::layout_rows;

/// A command.
pub(super) struct Row<'a> {
    /// Its place among all rows.
    pub(super) index: usize,
    pub(super) name: &'a str,
    pub(super) span: Span,
    pub(super) letter: u8,
    pub(super) nr: u8,
    /// `_IOW`, or what else makes the number.
    pub(super) through: &'a str,
    /// The type of the argument, as C has it.
    pub(super) argument: String,
    /// By the index of the ABI.
    pub(super) cells: Vec<Option<Cell>>,
    /// The argument, if its layout differs between ABIs.
    pub(super) structure: Option<RecordId>,
    /// Whether another header has its number on some ABI.
    pub(super) collides: bool,
}

/// What a command is on an ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) number: Option<u32>,
    /// Of the argument, in bytes; nothing where the number does not say it.
    pub(super) size: Option<u64>,
    /// Which of the argument's layouts it is.
    pub(super) layout: usize,
}

impl Row<'_> {
    /// The ABIs that have it.
    pub(super) fn abis(&self) -> AbiSet {
        AbiSet::ALL.iter().filter(|abi| self.cells[abi.index()].is_some()).collect()
    }

    /// Whether size or layout of the argument differ between ABIs that have it.
    pub(super) fn differs(&self) -> bool {
        let mut cells = self.cells.iter().flatten().map(|cell| (cell.size, cell.layout));
        let first = cells.next();
        cells.any(|cell| Some(cell) != first)
    }

    /// Whether its number differs between ABIs that encode numbers alike.
    pub(super) fn number_differs(&self) -> bool {
        let numbers = |abi: AbiId| self.cells[abi.index()].and_then(|cell| cell.number);
        let with_numbers = || AbiSet::ALL.iter().filter(move |abi| numbers(*abi).is_some());
        with_numbers().any(|abi| {
            let alike = |other: &AbiId| other.abi().encoding == abi.abi().encoding;
            let first = with_numbers().find(alike);
            first.is_some_and(|first| numbers(first) != numbers(abi))
        })
    }
}

pub(super) fn of<'a>(layouts: &'a Layouts<'a>, collisions: &[Finding]) -> Vec<Row<'a>> {
    let interface = layouts.interface();
    let related = collisions.iter().flat_map(|finding| &finding.related).map(|label| label.span);
    let colliding: HashSet<Span> =
        collisions.iter().map(|finding| finding.span).chain(related).collect();
    let mut rows: Vec<Row<'a>> = Vec::new();
    rows.extend(interface.commands.iter().filter_map(|command| of_command(layouts, command)));
    rows.extend(interface.raw_numbers.iter().filter_map(of_raw));
    rows.extend(interface.families.iter().filter_map(|family| of_family(interface, family)));
    for (index, row) in rows.iter_mut().enumerate() {
        row.index = index;
        row.collides = colliding.contains(&row.span);
    }
    rows
}

fn of_command<'a>(layouts: &'a Layouts<'a>, command: &'a Command) -> Option<Row<'a>> {
    let interface = layouts.interface();
    let body = command.variants.first()?;
    let mut cells = vec![None; ABIS.len()];
    for abi in command.variants.abis() {
        let Some(body) = command.variants.get(abi) else { continue };
        let size = layouts.argument_size(&body.argument, abi).ok();
        let number = layouts.number(command, abi).map(|numbered| numbered.number);
        let is_sized = body.direction != Direction::None || size.is_some_and(|size| size > 0);
        cells[abi.index()] = Some(Cell { number, size: size.filter(|_| is_sized), layout: 0 });
    }
    let ty = body.argument.ty();
    let record = ty.and_then(|ty| interface.records_directly_within(ty).first().copied());
    let strips = record.map(|id| layout_rows::strips(layouts, id, command.variants.abis()));
    // What a call passes has its place already: how it would be aligned in something else does not matter.
    let mut kinds: Vec<(&[layout_rows::Row], u64)> = Vec::new();
    for strip in strips.iter().flatten() {
        let kind = (&strip.rows[..], strip.size);
        let layout = kinds.iter().position(|known| *known == kind).unwrap_or(kinds.len());
        if layout == kinds.len() {
            kinds.push(kind);
        }
        for abi in strip.abis {
            if let Some(cell) = &mut cells[abi.index()] {
                cell.layout = layout;
            }
        }
    }
    let number = cells.iter().flatten().find_map(|cell| cell.number);
    let parts = number.unwrap_or((body.type_letter & 0xff) << 8 | (body.nr & 0xff));
    Some(Row {
        index: 0,
        name: &command.name,
        span: command.span,
        letter: (parts >> 8) as u8,
        nr: parts as u8,
        through: &body.through,
        argument: ty.map(|ty| interface.type_name(ty)).unwrap_or_default(),
        cells,
        structure: record.filter(|_| kinds.len() > 1),
        collides: false,
    })
}

fn of_raw(raw: &RawNumber) -> Option<Row<'_>> {
    let first = *raw.variants.first()?;
    let mut cells = vec![None; ABIS.len()];
    for (abis, number) in raw.variants.iter() {
        for abi in abis {
            cells[abi.index()] = Some(Cell { number: Some(*number), size: None, layout: 0 });
        }
    }
    Some(Row {
        index: 0,
        name: &raw.name,
        span: raw.span,
        letter: (first >> 8) as u8,
        nr: first as u8,
        through: "number",
        argument: String::new(),
        cells,
        structure: None,
        collides: false,
    })
}

/// A macro that yields a command for each argument, where only the size differs.
fn of_family<'a>(interface: &'a Interface, family: &'a Family) -> Option<Row<'a>> {
    let number = family.number?;
    let mut cells = vec![None; ABIS.len()];
    for abi in interface.abis {
        cells[abi.index()] = Some(Cell { number: None, size: None, layout: 0 });
    }
    Some(Row {
        index: 0,
        name: &family.name,
        span: family.span,
        letter: number.type_letter,
        nr: number.nr,
        through: number.direction.macro_name(),
        argument: "of any length".to_owned(),
        cells,
        structure: None,
        collides: false,
    })
}
