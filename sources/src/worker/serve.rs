//! What the worker does.

use std::ffi::OsString;
use std::io::{self, Stdout};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use ioctlkit_sandbox::{Calls, Confinement, Files};
use rustix::process::Pid;

use super::cargo::Parent;
use super::limits;
use super::protocol::{Message, receive, send};
use super::watched::Told;
use super::work::{First, Order, Parsing, Work};
use crate::{c, lifetime, watch};

/// The first argument of a process that is a worker. The second one is the number of its parent.
pub(super) const ARGUMENT: &str = "--read-for-another-process";

/// A parser of the program's own, which is not one of this crate's front ends.
pub trait Parser {
    /// Does what takes rights that will be gone, such as to load a library. Nothing has been read yet.
    fn prepare(&self);

    /// Parses what `input` tells of, and answers with what the program understands.
    fn parse(&self, input: &[u8]) -> Vec<u8>;
}

/// Reads and answers, if this process was started as a worker. What it answers with is the code to
/// exit with; nothing means that this is any other process.
pub fn serve_if_asked() -> Option<ExitCode> {
    served_if_asked(None)
}

/// As [`serve_if_asked`], for a program with a parser of its own.
pub fn serve_if_asked_with(parser: &dyn Parser) -> Option<ExitCode> {
    served_if_asked(Some(parser))
}

fn served_if_asked(parser: Option<&dyn Parser>) -> Option<ExitCode> {
    let parent = parent(std::env::args_os().skip(1))?;
    Some(match serve(parent, parser) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

/// Who started this process as a worker, by its arguments.
fn parent(mut arguments: impl Iterator<Item = OsString>) -> Option<Pid> {
    let is_worker = arguments.next()? == ARGUMENT;
    let parent = arguments.next()?.to_str()?.parse().ok()?;
    let is_all = arguments.next().is_none();
    if is_worker && is_all { Pid::from_raw(parent) } else { None }
}

fn serve(parent: Pid, parser: Option<&dyn Parser>) -> io::Result<()> {
    lifetime::end_with(parent)?;
    let mut from = io::stdin();
    let order = match receive(&mut from).ok_or(io::ErrorKind::InvalidData)? {
        First::Order(order) => order,
        First::Prepare => {
            // Where it can't be loaded, reading will say so.
            let _ = c::libclang_version();
            receive(&mut from).ok_or(io::ErrorKind::InvalidData)?
        }
    };
    let to = Arc::new(Mutex::new(io::stdout()));
    prepare(&order, parser)?;
    let (readable, listable) = order.reach().readable();
    let confinement = Confinement {
        files: Files { readable, listable, ..Files::default() },
        calls: Calls::Reading,
        address_space: Some(limits::address_space()),
    };
    let lacks = confinement.enter();
    tell(&to, &Message::Lacks(lacks.iter().map(ToString::to_string).collect()))?;
    match order {
        Order::Read(work) => {
            watch::set(Box::new(Told(to.clone())));
            let answer = work.read(&Parent { from: Mutex::new(from), to: to.clone() });
            tell(&to, &Message::Answers(Box::new(answer)))
        }
        Order::Parse(Parsing { request, input }) => {
            tell(&to, &Message::Begins(0, request.paths))?;
            tell(&to, &Message::Parsed(some(parser)?.parse(&input)))
        }
    }
}

fn tell(to: &Mutex<Stdout>, message: &Message) -> io::Result<()> {
    send(message, &mut *to.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Does what takes rights that will be gone: no library is loaded afterwards.
///
/// # Errors
/// Of kind `InvalidData` if the order takes a parser that the program does not have.
fn prepare(order: &Order, parser: Option<&dyn Parser>) -> io::Result<()> {
    match order {
        Order::Read(Work::C(_)) => {
            // Where it can't be loaded, reading will say so.
            let _ = c::libclang_version();
        }
        Order::Read(_) => {}
        Order::Parse(_) => some(parser)?.prepare(),
    }
    Ok(())
}

fn some(parser: Option<&dyn Parser>) -> io::Result<&dyn Parser> {
    parser.ok_or_else(|| io::ErrorKind::InvalidData.into())
}
