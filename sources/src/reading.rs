//! Files that strangers may have put there are read by this module and by nothing else: regular files
//! only, and no more of each than a limit. A pipe does not make it wait, a device is not opened, and
//! what has no end is refused.

use std::fmt;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::OFlags;

use crate::overlay::{self, Entry};

/// The most bytes that are read of a file, by what it is. Each is several times what the largest real
/// one has; `SECURITY.md` lists them.
pub mod limit {
    /// A configuration: `ioctl-lint.toml`.
    pub const CONFIGURATION: u64 = 1 << 20;
    /// A source file: a C header, C source, Rust source, a manifest. The kernel's largest header has 15 MiB.
    pub const SOURCE: u64 = 64 << 20;
    /// A compiled object, of which only those parts are read that somebody asks for.
    pub const OBJECT: u64 = 4 << 30;
    /// A compiled object that has to be read as a whole: it is compressed, or a boot image.
    pub const OBJECT_AT_ONCE: u64 = 512 << 20;
    /// What this program or a build system wrote: a baseline, a dump, a compilation database.
    pub const RECORDS: u64 = 256 << 20;
}

/// Why a file was not read.
#[derive(Debug)]
pub enum ReadError {
    /// What the system says.
    System(io::Error),
    /// It is no regular file.
    Irregular(Irregular),
    /// It has more bytes than the limit, which is given in bytes.
    TooLarge(u64),
    /// A link leads to it, out of the folder that the link is in.
    Outside,
    /// It is no UTF-8 from this byte on, counted from 0, which is in this line, counted from 1.
    NotText {
        /// The byte.
        byte: usize,
        /// The line.
        line: usize,
    },
}

/// What is there instead of a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Irregular {
    /// A directory.
    Directory,
    /// A pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
}

impl Irregular {
    fn of(kind: FileType) -> Option<Self> {
        match kind {
            _ if kind.is_file() => None,
            _ if kind.is_dir() => Some(Self::Directory),
            _ if kind.is_fifo() => Some(Self::Pipe),
            _ if kind.is_socket() => Some(Self::Socket),
            _ => Some(Self::Device),
        }
    }
}

impl fmt::Display for Irregular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Pipe => "a pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        })
    }
}

impl fmt::Display for ReadError {
    /// A few words that fit behind "cannot read: ".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => f.write_str(&words(error)),
            Self::Irregular(Irregular::Directory) => f.write_str("it is a directory"),
            Self::Irregular(what) => write!(f, "it is {what}, not a regular file"),
            Self::TooLarge(limit) => write!(f, "it is larger than {}", Size(*limit)),
            Self::Outside => f.write_str("it is a link that leads out of its folder"),
            Self::NotText { line, .. } => write!(f, "line {line} is not valid UTF-8"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// The system's words for an error, without its number.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => {
            let text = error.to_string();
            let words = text.split_once(" (os error").map(|(words, _)| words.to_lowercase());
            words.unwrap_or(text)
        }
    }
}

/// A number of bytes as a person writes it.
pub struct Size(
    /// In bytes.
    pub u64,
);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = *self;
        let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        let whole = units
            .into_iter()
            .find(|(shift, _)| bytes >> shift != 0 && bytes.trailing_zeros() >= *shift);
        match whole {
            Some((shift, unit)) => write!(f, "{} {unit}", bytes >> shift),
            None => write!(f, "{bytes} bytes"),
        }
    }
}

/// Opens a regular file for reading.
///
/// # Errors
/// [`ReadError::System`], or [`ReadError::Irregular`] for anything else than a regular file.
pub fn open(path: &Path) -> Result<File, ReadError> {
    // Opening a device may already do something, so it is asked first; and once more of what was
    // opened, which may have been put there meanwhile.
    regular(&std::fs::metadata(path)?)?;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    // A `c_int` of flags: the bits are the kernel's, of which none is the sign.
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

fn regular(metadata: &Metadata) -> Result<(), ReadError> {
    Irregular::of(metadata.file_type()).map_or(Ok(()), |what| Err(ReadError::Irregular(what)))
}

/// Whether a path is a regular file of at most `limit` bytes, as far as it says.
///
/// # Errors
/// As those of [`read_bytes`].
pub fn check(path: &Path, limit: u64) -> Result<(), ReadError> {
    if let Some(entry) = overlay::at(path) {
        return text_of(entry, limit).map(drop);
    }
    let metadata = std::fs::metadata(path)?;
    regular(&metadata)?;
    if metadata.len() > limit { Err(ReadError::TooLarge(limit)) } else { Ok(()) }
}

/// The bytes of a regular file of at most `limit` bytes.
///
/// # Errors
/// [`ReadError`], but not [`ReadError::NotText`].
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    if let Some(entry) = overlay::at(path) {
        return text_of(entry, limit).map(|text| text.to_vec());
    }
    let file = open(path)?;
    let said = file.metadata()?.len();
    if said > limit {
        return Err(ReadError::TooLarge(limit));
    }
    // Files of /proc say 0, and any file may grow.
    let mut bytes = Vec::with_capacity(usize::try_from(said).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
}

/// What an overlay holds for a file.
fn text_of(entry: Entry, limit: u64) -> Result<Arc<[u8]>, ReadError> {
    match entry {
        Entry::Gone => Err(overlay::missing().into()),
        Entry::Text(text) if text.len() as u64 > limit => Err(ReadError::TooLarge(limit)),
        Entry::Text(text) => Ok(text),
    }
}

/// The text of a regular file of at most `limit` bytes.
///
/// # Errors
/// [`ReadError`].
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..byte).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        ReadError::NotText { byte, line }
    })
}

/// The text that bytes are, with a `?` in place of each byte that is not part of UTF-8, and where these are,
/// in order. All others keep their places.
#[cfg(feature = "c")]
pub(crate) fn decode(bytes: Vec<u8>) -> (String, Vec<usize>) {
    let mut bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, Vec::new()),
        Err(error) => error.into_bytes(),
    };
    let mut replaced = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        at += chunk.valid().len();
        replaced.extend(at..at + chunk.invalid().len());
        at += chunk.invalid().len();
    }
    for at in &replaced {
        bytes[*at] = b'?';
    }
    (String::from_utf8(bytes).unwrap_or_default(), replaced)
}

/// Whether a path leads to something below a folder, whatever links it goes through.
///
/// # Errors
/// What the system says where one of both is not there.
pub fn stays_below(folder: &Path, path: &Path) -> io::Result<bool> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Ok(path.canonicalize()?.starts_with(folder.canonicalize()?))
}

/// Whether no link leads from a path out of the folder that it is in: to be asked in front of reading a
/// file whose text is quoted where it is wrong.
///
/// # Errors
/// [`ReadError::Outside`] where one does, [`ReadError::System`] where nothing is there.
pub fn stays_in_folder(path: &Path) -> Result<(), ReadError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if stays_below(folder, path)? { Ok(()) } else { Err(ReadError::Outside) }
}

/// Where JSON is not what it should be, and in what way, without any of its text: it may be a secret
/// that a link leads to. The name of a field that is missing is ours.
#[cfg(any(feature = "c", feature = "dump"))]
pub fn json_place(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let said = error.to_string();
    let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    if let Some((field, _)) = missing {
        return format!(
            "line {}, column {}: missing field `{field}`",
            error.line(),
            error.column()
        );
    }
    let what = match error.classify() {
        Category::Eof => "the file ends too early",
        Category::Data => "a field is unknown or of the wrong type",
        Category::Syntax | Category::Io => "this is not JSON",
    };
    format!("line {}, column {}: {what}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType as Kind, Mode, mknodat};

    use super::*;

    fn said(path: &Path, limit: u64) -> String {
        read_text(path, limit).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        mknodat(CWD, at("pipe"), Kind::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let _listening = UnixListener::bind(at("socket")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        symlink("pipe", at("link")).unwrap();
        symlink("none", at("dangling")).unwrap();
        assert_eq!(said(&at("pipe"), 9), "it is a pipe, not a regular file");
        assert_eq!(said(&at("link"), 9), "it is a pipe, not a regular file");
        assert_eq!(said(&at("socket"), 9), "it is a socket, not a regular file");
        assert_eq!(said(&at("zero"), 9), "it is a device, not a regular file");
        assert_eq!(said(folder.path(), 9), "it is a directory");
        assert_eq!(said(&at("dangling"), 9), "no such file or directory");
    }

    #[test]
    fn a_link_that_leads_out_of_its_folder_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("in/below")).unwrap();
        std::fs::write(at("secret"), "secret").unwrap();
        std::fs::write(at("in/below/file"), "text").unwrap();
        symlink("../secret", at("in/out")).unwrap();
        symlink("out", at("in/twice")).unwrap();
        symlink("below/file", at("in/link")).unwrap();
        for name in ["in/out", "in/twice"] {
            let told = stays_in_folder(&at(name)).unwrap_err().to_string();
            assert_eq!(told, "it is a link that leads out of its folder");
        }
        for name in ["in/link", "in/below/file", "in/below"] {
            stays_in_folder(&at(name)).unwrap();
        }
    }

    #[test]
    fn a_file_of_the_limit_is_read_and_one_with_a_byte_more_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "1234").unwrap();
        assert_eq!(read_text(&path, 4).unwrap(), "1234");
        assert_eq!(said(&path, 3), "it is larger than 3 bytes");
        assert_eq!(Size(limit::SOURCE).to_string(), "64 MiB");
        assert_eq!(Size(5 << 10).to_string(), "5 KiB");
    }

    #[test]
    fn a_file_that_tells_no_size_is_limited_all_the_same() {
        let path = Path::new("/proc/self/status");
        assert_eq!(std::fs::metadata(path).unwrap().len(), 0);
        assert_eq!(said(path, 10), "it is larger than 10 bytes");
        assert!(read_text(path, 1 << 20).unwrap().starts_with("Name:"));
    }

    #[test]
    fn a_sparse_file_of_any_size_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sparse");
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(said(&path, limit::SOURCE), "it is larger than 64 MiB");
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"one\ntwo \xff\n").unwrap();
        assert_eq!(said(&path, 99), "line 2 is not valid UTF-8");
        assert!(matches!(read_text(&path, 99), Err(ReadError::NotText { byte: 8, line: 2 })));
        assert_eq!(read_bytes(&path, 99).unwrap().len(), 10);
    }

    #[cfg(feature = "c")]
    #[test]
    fn what_is_not_utf_8_is_replaced_byte_by_byte() {
        let text = |bytes: &[u8]| decode(bytes.to_vec());
        assert_eq!(text("caf\u{e9}".as_bytes()), ("caf\u{e9}".to_owned(), vec![]));
        // A whole character, a byte of Latin-1, and a character that is cut off.
        assert_eq!(text(b"\xc3\xa9 \xe9! \xe2\x82"), ("\u{e9} ?! ??".to_owned(), vec![3, 6, 7]));
    }
}
