//! One line: `ioctl(3, 0xc0185879, …) = 0` as strace prints it, or `(3, 0xc0185879, 00112233)`.

use std::fmt;

use ioctlkit_abi::{Direction, Encoding};

use super::bytes;
use crate::request_number;

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The file descriptor, with what the tracer says of it: `3`, `3</dev/kvm>`.
    pub fd: String,
    /// Which command.
    pub request: Request,
    /// The argument.
    pub argument: Given,
    /// What the call returned, as it is printed.
    pub result: Option<String>,
}

/// Which command a call names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// By its number.
    Number(u32),
    /// By its name; tracers that know several for a number print all of them.
    Names(Vec<String>),
    /// By the parts of its number.
    Parts {
        /// The direction.
        direction: Direction,
        /// The type letter.
        type_letter: u8,
        /// The number within the type.
        nr: u8,
        /// The size, in bytes.
        size: u64,
    },
}

impl Request {
    /// The number, where it is one or is made of parts that an encoding can hold.
    pub fn number(&self, encoding: Encoding) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Names(_) => None,
            Self::Parts { direction, type_letter, nr, size } => {
                encoding.encode(*direction, *type_letter, *nr, *size).ok()
            }
        }
    }
}

/// What a line says of the argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// There is none.
    Nothing,
    /// Its bytes.
    Bytes(Vec<u8>),
    /// A number: an address, or an argument that is itself a number.
    Number(u64),
    /// Whatever the tracer made of it.
    Told(String),
}

/// Why a line with a call in it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The call is printed in two halves, on two lines.
    Unfinished,
    /// No closing parenthesis, or a quotation without end.
    Unclosed,
    /// Not two or three arguments.
    Arguments,
    /// The second argument names no command.
    Request,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unfinished => "the call is in two halves: have each process traced to a file of its own (strace -ff -o FILE)",
            Self::Unclosed => "the call has no end",
            Self::Arguments => "a call has a file descriptor, a command and at most one argument",
            Self::Request => "the second argument is no command: a number, a name, or `_IOC(…)`",
        })
    }
}

/// The call on a line, if there is one.
///
/// # Errors
/// [`Malformed`] where there is one that cannot be read.
pub fn call(line: &str) -> Option<Result<Call, Malformed>> {
    let line = line.trim();
    if line.contains("<... ioctl resumed>") {
        return Some(Err(Malformed::Unfinished));
    }
    // What precedes the call is the tracer's: times, processes.
    let open = match line.find("ioctl(") {
        Some(at) if is_name_start(line, at) => at + "ioctl".len(),
        _ if line.starts_with('(') => 0,
        _ => return None,
    };
    if line.ends_with("<unfinished ...>") {
        return Some(Err(Malformed::Unfinished));
    }
    Some(parse(&line[open + 1..]))
}

fn is_name_start(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn parse(text: &str) -> Result<Call, Malformed> {
    let (arguments, behind) = split(text).ok_or(Malformed::Unclosed)?;
    let (fd, request, argument) = match arguments.as_slice() {
        [fd, request] => (fd, request, None),
        [fd, request, argument] => (fd, request, Some(argument)),
        _ => return Err(Malformed::Arguments),
    };
    let result = behind.trim_start().strip_prefix('=').map(|result| result.trim().to_owned());
    Ok(Call {
        fd: (*fd).to_owned(),
        request: self::request(request).ok_or(Malformed::Request)?,
        argument: argument.map_or(Given::Nothing, |argument| given(argument)),
        result,
    })
}

/// The arguments up to the closing parenthesis, and what is behind it.
fn split(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut found = Vec::new();
    let mut open: Vec<char> = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => quoted = true,
            '(' | '[' | '{' => open.push(c),
            ')' if open.is_empty() => {
                found.push(text[start..at].trim());
                return Some((found, &text[at + 1..]));
            }
            ')' | ']' | '}' => {
                open.pop()?;
            }
            ',' if open.is_empty() => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn request(text: &str) -> Option<Request> {
    // `0x5401 /* TCGETS */`: the number says more.
    let (text, _) = text.split_once("/*").unwrap_or((text, ""));
    let text = text.trim();
    if let Some(parts) = text.strip_prefix("_IOC(").and_then(|parts| parts.strip_suffix(')')) {
        return self::parts(parts);
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return request_number::parse(text).ok().map(Request::Number);
    }
    let names: Vec<String> = text.split(" or ").map(|name| name.trim().to_owned()).collect();
    let is_name = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_:".contains(c))
    };
    names.iter().all(is_name).then_some(Request::Names(names))
}

/// `_IOC_READ|_IOC_WRITE, 0x58, 0x79, 0x18`.
fn parts(text: &str) -> Option<Request> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [direction, type_letter, nr, size] = parts.as_slice() else { return None };
    let (mut reads, mut writes) = (false, false);
    for word in direction.split('|').map(str::trim) {
        match word {
            "_IOC_READ" => reads = true,
            "_IOC_WRITE" => writes = true,
            "_IOC_NONE" | "0" => {}
            _ => return None,
        }
    }
    let direction = match (reads, writes) {
        (false, false) => Direction::None,
        (true, false) => Direction::Read,
        (false, true) => Direction::Write,
        (true, true) => Direction::ReadWrite,
    };
    let byte = |text: &str| number(text).and_then(|value| u8::try_from(value).ok());
    Some(Request::Parts {
        direction,
        type_letter: byte(type_letter)?,
        nr: byte(nr)?,
        size: number(size)?,
    })
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn given(text: &str) -> Given {
    if text == "NULL" {
        return Given::Number(0);
    }
    if let Some(bytes) = bytes::parse(text).filter(|_| !is_plain_number(text)) {
        return Given::Bytes(bytes);
    }
    number(text).map_or_else(|| Given::Told(text.to_owned()), Given::Number)
}

/// `10` is ten and not a byte; `0010` and `ff` are bytes.
fn is_plain_number(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
        && text.len() < 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Call {
        call(line).unwrap().unwrap()
    }

    #[test]
    fn lines_of_strace_in_each_of_its_styles() {
        let raw =
            parsed("ioctl(5, 0x40085812, 0x7ffe3666b940)    = -1 ENOTTY (Inappropriate ioctl)");
        assert_eq!(raw.request, Request::Number(0x4008_5812));
        assert_eq!(raw.argument, Given::Number(0x7ffe_3666_b940));
        assert_eq!(raw.result.as_deref(), Some("-1 ENOTTY (Inappropriate ioctl)"));
        let parts = parsed(
            "1234 10:49:37.9 ioctl(5</tmp>, _IOC(_IOC_READ|_IOC_WRITE, 0x58, 0x79, 0x18), {a=1, b=[2, 3]}) = 0",
        );
        assert_eq!(parts.fd, "5</tmp>");
        assert_eq!(parts.request.number(Encoding::Generic), Some(0xc018_5879));
        assert_eq!(parts.argument, Given::Told("{a=1, b=[2, 3]}".into()));
        let verbose = parsed("[pid 7] ioctl(3, 0x541b /* FIONREAD */, [3]) = 0");
        assert_eq!(verbose.request, Request::Number(0x541b));
        let named = parsed("ioctl(1, TCGETS or SNDCTL_TMR_TIMEBASE, 0) = 0");
        assert_eq!(
            named.request,
            Request::Names(vec!["TCGETS".into(), "SNDCTL_TMR_TIMEBASE".into()])
        );
        assert_eq!(parsed("ioctl(1, TIOCEXCL) = 0").argument, Given::Nothing);
    }

    #[test]
    fn a_bare_call_has_bytes_behind_its_number() {
        let bare = parsed("(3, 0xc0185879, 000102030405)");
        assert_eq!(bare.argument, Given::Bytes(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(bare.result, None);
        let quoted = parsed(r#"ioctl(3, 0x80045430, "\x01),(\x00\"\x00") = 0"#);
        assert_eq!(quoted.argument, Given::Bytes(b"\x01),(\0\"\0".to_vec()));
    }

    #[test]
    fn other_lines_are_none_and_halves_are_said() {
        for line in ["", "+++ exited with 0 +++", "close(3) = 0", "xioctl(3, 1) = 0"] {
            assert_eq!(call(line), None, "{line}");
        }
        let unfinished = "ioctl(3, FIONREAD,  <unfinished ...>";
        assert_eq!(call(unfinished), Some(Err(Malformed::Unfinished)));
        assert_eq!(call("ioctl(3, 1"), Some(Err(Malformed::Unclosed)));
        assert_eq!(call("ioctl(3)"), Some(Err(Malformed::Arguments)));
        assert_eq!(call("ioctl(3, 0xzz, 1)"), Some(Err(Malformed::Request)));
    }

    #[test]
    fn a_number_with_its_sign_spread_is_one_of_32_bits() {
        assert_eq!(
            parsed("ioctl(3, 0xffffffffc0185879, 0) = 0").request,
            Request::Number(0xc018_5879)
        );
        assert_eq!(parsed("ioctl(3, -1072146311, 0) = 0").request, Request::Number(0xc018_5879));
        assert_eq!(call("ioctl(3, 0x100000000, 0)"), Some(Err(Malformed::Request)));
    }
}
