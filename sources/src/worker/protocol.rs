//! What a program and its worker say to each other, each message with its length in front.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ioctlkit_model::Interface;

use super::work::{Answer, First, Order, Parsing, Work};
use crate::c::{AllowedArgument, sort_arguments};
use crate::caution::Caution;
use crate::kept::bytes::{Kept, Reader, Writer, fields, variants};
use crate::rust::{Constants, FeatureName, Features, Missing};
use crate::{c, driver, kept, object, program, rust};

/// No message is longer: whatever was read, an answer fits.
const LONGEST: u64 = 4 << 30;

/// What a worker says.
#[derive(Debug)]
pub(super) enum Message {
    /// Layers of its confinement that this kernel lacks.
    Lacks(Vec<String>),
    /// It is about to read these files, as a piece of work with that number.
    Begins(u64, Vec<PathBuf>),
    /// It has.
    Ends(u64),
    /// It wants to know what cargo says of these manifests.
    AsksCargo(Vec<PathBuf>),
    /// What it read, and what it looked at.
    Answers(Box<Answer>),
    /// What the program's own parser made.
    Parsed(Vec<u8>),
}

/// What cargo says of each manifest.
pub(super) type CargoSays = Vec<Result<Vec<u8>, String>>;

/// Sends a message.
///
/// # Errors
/// If it cannot be written, or has what cannot be: an expression that nests too deeply.
pub(super) fn send<T: Kept>(message: &T, to: &mut dyn Write) -> io::Result<()> {
    let mut out = Writer::default();
    message.put(&mut out);
    let bytes = out.finish().ok_or(io::ErrorKind::InvalidData)?;
    to.write_all(&(bytes.len() as u64).to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

/// Waits for a message, from somebody who is trusted to send one.
pub(super) fn receive<T: Kept>(from: &mut dyn Read) -> Option<T> {
    let mut length = [0; size_of::<u64>()];
    from.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).ok()?;
    parse(&bytes)
}

fn parse<T: Kept>(mut bytes: &[u8]) -> Option<T> {
    let length = bytes.len() as u64;
    let mut from = Reader::new(&mut bytes, length);
    let message = T::take(&mut from)?;
    from.finish()?;
    Some(message)
}

/// Bytes that arrive in pieces, as messages.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    taken: usize,
}

/// What arrived is not a message, so nothing that follows it can be understood either.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbled;

impl Incoming {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            self.taken = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, if there is one.
    pub(super) fn next<T: Kept>(&mut self) -> Result<Option<T>, Garbled> {
        let waiting = &self.bytes[self.taken..];
        let Some((length, rest)) = waiting.split_first_chunk::<{ size_of::<u64>() }>() else {
            return Ok(None);
        };
        let length = u64::from_le_bytes(*length);
        if length > LONGEST {
            return Err(Garbled);
        }
        let Some(message) = usize::try_from(length).ok().and_then(|length| rest.get(..length))
        else {
            return Ok(None);
        };
        self.taken += size_of::<u64>() + message.len();
        parse(message).map(Some).ok_or(Garbled)
    }
}

impl Kept for Interface {
    fn put(&self, out: &mut Writer) {
        kept::put(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        kept::take(from)
    }
}

impl<K: Kept + Ord, V: Kept> Kept for BTreeMap<K, V> {
    fn put(&self, out: &mut Writer) {
        out.count(self.len());
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let pairs: Vec<(K, V)> = Vec::take(from)?;
        Some(pairs.into_iter().collect())
    }
}

impl<T: Kept, E: Kept> Kept for Result<T, E> {
    fn put(&self, out: &mut Writer) {
        self.is_ok().put(out);
        match self {
            Ok(value) => value.put(out),
            Err(error) => error.put(out),
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(if bool::take(from)? { Ok(T::take(from)?) } else { Err(E::take(from)?) })
    }
}

impl Kept for AllowedArgument {
    fn put(&self, out: &mut Writer) {
        self.word().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        // It was sorted once: what it is relative to is in it.
        sort_arguments(&[String::take(from)?], Path::new("")).allowed.pop()
    }
}

fields! {
    Answer { interface, problems, looked }
    Parsing { request, input }
    Caution { alone, avoided }
    FeatureName { name, missing }
}

fields! {
    c::Request {
        paths,
        abis,
        include_dirs,
        defines,
        compiler_arguments,
        configured,
        compile_commands,
        raw_numbers,
        all_definitions,
        caution,
        overlay,
    }
    c::Configured { include_dirs, defines, arguments }
    rust::Request { paths, abis, features, constants, caution, overlay }
    object::Request { paths, base, bare_abi, types, caution }
    driver::Request { paths, include_dirs, compile_commands, caution, numbers, overlay }
    driver::Known { name, number }
    program::Request { paths, abis, include_dirs, compile_commands, caution, overlay }
}

variants! {
    First { 0 => Order(order), 1 => Prepare, }
    Order { 0 => Read(work), 1 => Parse(parsing), }
    Constants { 0 => Requests, 1 => All, }
    Work { 0 => C(request), 1 => Rust(request), 2 => Objects(request), 3 => Drivers(request), 4 => Programs(request), }
    Message {
        0 => Lacks(layers),
        1 => Begins(number, files),
        2 => Ends(number),
        3 => AsksCargo(manifests),
        4 => Answers(answer),
        5 => Parsed(output),
    }
    Features { 0 => All, 1 => Chosen { names, default }, }
    Missing { 0 => Refused, 1 => Said, 2 => Accepted, }
    object::Wanted { 0 => Nothing, 1 => Named(names), 2 => All, }
}
