//! An editor that does what a test says.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take before the server counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// A structure with a hole on some ABIs.
pub(crate) const HOLE: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo {
	__u32 a;
	__u64 b;
	__u32 c;
	__u32 reserved;
};

#define FOO_GET _IOR('x', 1, struct foo)
";

/// The same without it.
pub(crate) const NO_HOLE: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo {
	__u64 b;
	__u32 a;
	__u32 c;
	__u32 flags;
	__u32 reserved;
};

#define FOO_GET _IOR('x', 1, struct foo)
";

/// A driver for the commands of `foo.h`, which answers an unknown one in the wrong way.
pub(crate) const DRIVER: &str = "\
#include <linux/fs.h>
#include \"foo.h\"

static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FOO_GET:
		return 0;
	}
	return -EINVAL;
}

static const struct file_operations foo_fops = {
	.unlocked_ioctl = foo_ioctl,
};
";

/// A folder with a server.
pub(crate) struct Editor {
    folder: TempDir,
    server: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    /// What arrived and was not asked for yet.
    seen: VecDeque<Value>,
    requests: u32,
}

impl Editor {
    /// One that has introduced itself, of a server that has all to say of texts that were not understood and of
    /// suppressions, and of other things what a hole in a structure leads to.
    pub(crate) fn new() -> Self {
        Self::of(&["--select", "L001,C001,H,S,U"])
    }

    /// One that has introduced itself to a server with these options.
    pub(crate) fn of(options: &[&str]) -> Self {
        Self::with_capabilities(options, &json!({}))
    }

    /// One that can do these things.
    pub(crate) fn with_capabilities(options: &[&str], capabilities: &Value) -> Self {
        let mut editor = Self::silent_of(options);
        let folder = json!([{ "uri": editor.uri(""), "name": "workspace" }]);
        let params = json!({ "capabilities": capabilities, "workspaceFolders": folder });
        editor.request("initialize", &params);
        editor.notify("initialized", &json!({}));
        editor
    }

    /// One that has said nothing yet.
    pub(crate) fn silent() -> Self {
        Self::silent_of(&[])
    }

    fn silent_of(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
            .arg("server")
            .args(options)
            .env("IOCTLKIT_NO_CACHE", "1")
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = server.stdin.take();
        let mut from = BufReader::new(server.stdout.take().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut from) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { folder, server, input, output, seen: VecDeque::new(), requests: 0 }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        // A temporary folder may lie behind a link.
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Sends bytes as they are.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        let text = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    /// Sends a request, and returns its id.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> u32 {
        self.requests += 1;
        self.send(json!({ "id": self.requests, "method": method, "params": params }));
        self.requests
    }

    /// The whole answer to a request.
    pub(crate) fn answer(&mut self, id: u32) -> Value {
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Sends a request and returns its result.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.ask(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next message of a kind. Others are kept.
    pub(crate) fn wait(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.seen.iter().position(&is_meant) {
            return self.seen.remove(place).unwrap();
        }
        loop {
            let message = self.output.recv_timeout(PATIENCE).expect("the server answers");
            if is_meant(&message) {
                return message;
            }
            self.seen.push_back(message);
        }
    }

    /// What arrived of a kind until now.
    pub(crate) fn shown_so_far(&mut self, is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.seen.extend(self.output.try_iter());
        self.seen.iter().filter(|message| is_meant(message)).cloned().collect()
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let language = match Path::new(name).extension().and_then(|it| it.to_str()) {
            Some("rs") => "rust",
            Some("h" | "c") => "c",
            _ => "plaintext",
        };
        let document = json!({
            "uri": self.uri(name), "languageId": language, "version": 1, "text": text
        });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    /// Replaces a whole text.
    pub(crate) fn change(&mut self, name: &str, version: i32, text: &str) {
        let document = json!({ "uri": self.uri(name), "version": version });
        let changes = json!([{ "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", &params);
    }

    /// What is shown for a version of a text.
    pub(crate) fn diagnostics(&mut self, name: &str, version: i32) -> Vec<Value> {
        let uri = self.uri(name);
        let message = self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri.as_str()
                && params["version"] == version
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// Opens a text and waits for what is shown.
    pub(crate) fn opened(&mut self, name: &str, text: &str) -> Vec<Value> {
        self.open(name, text);
        self.diagnostics(name, 1)
    }

    /// Closes the input and waits for the end: how it ended, and what it said on standard error.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        self.input = None;
        let mut text = String::new();
        self.server.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        (self.server.wait().unwrap(), text)
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok().filter(|count| *count > 0)?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    from.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The codes of diagnostics, in order.
pub(crate) fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|it| it["code"].as_str().unwrap_or("")).collect()
}
