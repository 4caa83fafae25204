//! Messages on standard input and output, each behind a header with its length.

use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// The most that one message may have, in bytes: a text of the largest source that is read, as JSON.
const LONGEST: u64 = 256 << 20;

/// The most that one line of a header may have, in bytes.
const LONGEST_LINE: u64 = 4096;

/// What arrives.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    /// A message that is none of the protocol; the next one may be.
    Refused(ErrorCode, String),
    /// Nothing more arrives.
    End,
    /// Nothing more can be understood.
    Broken(io::Error),
}

/// Reads messages until there are none, and hands on each.
pub(super) fn read_all(from: &mut impl BufRead, mut take: impl FnMut(Incoming) -> bool) {
    loop {
        let incoming = match read(from) {
            Ok(Some(text)) => parsed(&text),
            Ok(None) => Incoming::End,
            Err(error) => Incoming::Broken(error),
        };
        let is_last = matches!(incoming, Incoming::End | Incoming::Broken(_));
        if !take(incoming) || is_last {
            return;
        }
    }
}

fn parsed(text: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(error) => {
            return Incoming::Refused(ErrorCode::ParseError, format!("this is no JSON: {error}"));
        }
    };
    serde_json::from_value(value).map_or_else(
        |_| {
            let reason = "this is neither a request, a response nor a notification";
            Incoming::Refused(ErrorCode::InvalidRequest, reason.to_owned())
        },
        Incoming::Message,
    )
}

/// The text of the next message; none at the end.
fn read(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length: Option<u64> = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        from.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() && is_first {
            return Ok(None);
        }
        is_first = false;
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err(invalid("a header without an end"));
        };
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        if line.is_empty() {
            break;
        }
        let (name, value) =
            line.split_once(':').ok_or_else(|| invalid("a line of a header without a colon"))?;
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            let known = value.trim().parse().ok();
            length = Some(known.ok_or_else(|| invalid("a Content-Length that is no number"))?);
        }
    }
    let length = length.ok_or_else(|| invalid("a header without Content-Length"))?;
    if length > LONGEST {
        return Err(invalid("a message of more than 256 MiB"));
    }
    // What is claimed is not allocated before it arrives.
    let mut text = Vec::new();
    from.take(length).read_to_end(&mut text)?;
    if text.len() as u64 != length {
        return Err(invalid("a message that ends before its length"));
    }
    Ok(Some(text))
}

/// The way to the editor. A thread writes, so that an editor that reads late holds up nothing.
pub(super) struct Outgoing {
    queue: Option<Sender<Value>>,
    writer: Option<JoinHandle<()>>,
    requests: i32,
}

impl Outgoing {
    pub(super) fn start() -> Self {
        let (queue, messages) = channel();
        let writer = std::thread::spawn(move || write_all(&messages));
        Self { queue: Some(queue), writer: Some(writer), requests: 0 }
    }

    pub(super) fn notify<T: lsp_types::notification::Notification>(&self, params: T::Params) {
        self.send(&Message::from(Notification::new(T::METHOD.to_owned(), params)));
    }

    /// Sends a request whose answer nobody waits for.
    pub(super) fn ask<T: lsp_types::request::Request>(&mut self, params: T::Params) {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.send(&Message::from(Request::new(id, T::METHOD.to_owned(), params)));
    }

    pub(super) fn answer(&self, id: RequestId, result: impl Serialize) {
        self.send(&Message::from(Response::new_ok(id, result)));
    }

    pub(super) fn refuse(&self, id: RequestId, code: ErrorCode, message: impl Into<String>) {
        self.send(&Message::from(Response::new_err(id, code as i32, message.into())));
    }

    /// Refuses what has no id that could be read.
    pub(super) fn refuse_unknown(&self, code: ErrorCode, message: &str) {
        self.put(json!({ "id": null, "error": { "code": code as i32, "message": message } }));
    }

    fn send(&self, message: &Message) {
        if let Ok(message) = serde_json::to_value(message) {
            self.put(message);
        }
    }

    fn put(&self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        if let Some(queue) = &self.queue {
            // An editor that is gone needs no answers.
            let _ = queue.send(message);
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // What could not be written has nobody to read it.
            let _ = writer.join();
        }
    }
}

fn write_all(messages: &Receiver<Value>) {
    let mut out = io::stdout().lock();
    for message in messages {
        let text = message.to_string();
        let written = write!(out, "Content-Length: {}\r\n\r\n{text}", text.len());
        if written.and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut seen = Vec::new();
        read_all(&mut &*bytes, |incoming| {
            seen.push(match incoming {
                Incoming::Message(message) => format!("{message:?}"),
                Incoming::Refused(code, reason) => format!("{} {reason}", code as i32),
                Incoming::End => "end".into(),
                Incoming::Broken(error) => format!("broken: {error}"),
            });
            true
        });
        seen
    }

    #[test]
    fn what_is_no_message_is_refused_and_the_next_one_is_read() {
        let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let text = format!(
            "Content-Length: 1\r\n\r\n{{content-length:2\n\n[]Content-Length: {}\r\n\
             Content-Type: x\r\n\r\n{exit}",
            exit.len()
        );
        let seen = all(text.as_bytes());
        assert_eq!(seen.len(), 4, "{seen:?}");
        assert!(seen[0].starts_with("-32700 this is no JSON"), "{seen:?}");
        assert!(seen[1].starts_with("-32600 "), "{seen:?}");
        assert!(seen[2].contains("exit"), "{seen:?}");
        assert_eq!(seen[3], "end");
    }

    #[test]
    fn a_header_that_says_no_length_ends_the_stream() {
        for (text, reason) in [
            ("Content-Length: x\r\n\r\n", "a Content-Length that is no number"),
            ("Content-Type: x\r\n\r\n{}", "a header without Content-Length"),
            ("hello\r\n\r\n", "a line of a header without a colon"),
            ("Content-Length: 1", "a header without an end"),
            ("Content-Length: 9\r\n\r\n{}", "a message that ends before its length"),
            ("Content-Length: 999999999999\r\n\r\n", "a message of more than 256 MiB"),
        ] {
            assert_eq!(all(text.as_bytes()), [format!("broken: {reason}")], "{text}");
        }
    }
}
