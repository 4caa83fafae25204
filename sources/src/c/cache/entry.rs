//! One entry: its key, what was looked at, what was read, and a checksum over it all.

use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ioctlkit_model::{Interface, Problem, SourceFile};
use twox_hash::XxHash3_64;

use crate::c::look::{Looked, Stamp};
use crate::kept::bytes::{Kept, Reader, Writer, fields};

const MAGIC: &[u8] = b"ioctlkit headers\n";

/// A file that was changed within this time before it was read may be changed once more without
/// looking any different: clocks of file systems tick slowly.
const TICK: Duration = Duration::from_secs(1);

fields! {
    Stamp { mode, device, inode, size, modified, changed }
}

/// Writes an entry; none where something cannot be kept.
pub(super) fn of(
    key: &str,
    looked: &Looked,
    interface: &Interface,
    problems: &Vec<Problem>,
) -> Option<Vec<u8>> {
    let mut out = Writer::default();
    out.raw(MAGIC);
    key.to_owned().put(&mut out);
    out.count(looked.len());
    for (path, stamp) in looked {
        path.put(&mut out);
        stamp.put(&mut out);
    }
    crate::kept::put(interface, &mut out);
    problems.put(&mut out);
    out.finish().map(sealed)
}

/// The same with the checksum behind it.
pub(super) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = XxHash3_64::oneshot(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Reads an entry of that length, if it is whole, has that key, and everything is as it was.
pub(super) fn parse(
    source: &mut dyn Read,
    length: u64,
    key: &str,
) -> Option<(Interface, Vec<Problem>)> {
    let mut from = Reader::new(source, length.checked_sub(size_of::<u64>() as u64)?);
    if from.raw(MAGIC.len())? != MAGIC || from.text()? != key {
        return None;
    }
    for _ in 0..from.count()? {
        let path = PathBuf::take(&mut from)?;
        let stamp = Kept::take(&mut from)?;
        if Stamp::of(&path) != stamp {
            return None;
        }
    }
    let interface = crate::kept::take(&mut from)?;
    let problems = Kept::take(&mut from)?;
    let checksum = from.finish()?;
    let mut stated = [0; size_of::<u64>()];
    source.read_exact(&mut stated).ok()?;
    (u64::from_le_bytes(stated) == checksum).then_some((interface, problems))
}

/// Whether everything stayed as it was from well before it was first looked at until now.
pub(super) fn is_settled(looked: &Looked, began: SystemTime) -> bool {
    let latest = began
        .checked_sub(TICK)
        .and_then(|latest| latest.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default();
    looked.iter().all(|(path, stamp)| {
        let is_old = stamp.is_none_or(|stamp| {
            let (seconds, nanoseconds) = stamp.changed;
            let changed = u64::try_from(seconds).unwrap_or(0);
            Duration::new(changed, u32::try_from(nanoseconds).unwrap_or(0)) < latest
        });
        is_old && Stamp::of(path) == *stamp
    })
}

/// Whether a header asks the compiler for files in a way that the front end does not follow, so
/// that nobody knows which files those were.
pub(super) fn asks_the_compiler(interface: &Interface) -> bool {
    interface.sources.iter().any(|(_, file)| file_asks(file))
}

fn file_asks(file: &SourceFile) -> bool {
    let asks = |line: &str| {
        let Some(directive) = line.trim_start().strip_prefix('#') else { return false };
        let directive = directive.trim_start();
        let word = directive.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
        match word {
            Some("include") => !directive["include".len()..].trim_start().starts_with(['<', '"']),
            Some("include_next" | "import" | "embed") => true,
            _ => false,
        }
    };
    file.text.contains("__has_include")
        || file.text.contains("__has_embed")
        || file.text.lines().any(asks)
}
