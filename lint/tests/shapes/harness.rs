//! Runs the program within its budget.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use tempfile::TempDir;

/// Processor time, in seconds. Unoptimised code takes ten times as long.
const TIME: u32 = if cfg!(debug_assertions) { 60 } else { 10 };
/// Address space in kilobytes: a gigabyte, and what libclang and the threads reserve and do not use.
const MEMORY: u32 = 2 << 20;
/// Unoptimised code gets so much less input, so that the tests end soon. What grows with the square of its
/// size, optimised code tells: `cargo xtask test --full` runs that.
pub(crate) const LESS: usize = if cfg!(debug_assertions) { 20 } else { 1 };

/// Files by name, and what the program is called with.
pub(crate) struct Shape {
    files: Vec<(&'static str, String)>,
    arguments: Vec<&'static str>,
    refused: Option<&'static str>,
}

/// What a run says of input that a limit kept it from reading.
const GIVEN_UP: [&str; 4] =
    ["left out", "processor time", "ended the process", "nothing of this header was read"];

impl Shape {
    pub(crate) fn new(arguments: &[&'static str]) -> Self {
        Self { files: Vec::new(), arguments: arguments.to_vec(), refused: None }
    }

    pub(crate) fn with(mut self, name: &'static str, text: String) -> Self {
        assert!(text.len() <= 1 << 20, "{name} has {} bytes", text.len());
        self.files.push((name, text));
        self
    }

    /// The same, of which a limit refuses something: the run says so in these words.
    pub(crate) fn refused(mut self, words: &'static str) -> Self {
        self.refused = Some(words);
        self
    }

    /// Runs it. Whatever is wrong with the input, the program says so and ends by itself.
    pub(crate) fn run(self) {
        let folder = TempDir::new().unwrap();
        for (name, text) in &self.files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let limits = format!(
            "ulimit -c 0 && ulimit -t {TIME} && ulimit -v {MEMORY} || exit 100; exec \"$0\" \"$@\""
        );
        let output = Command::new("sh")
            .args(["-c", &limits, env!("CARGO_BIN_EXE_ioctl-lint")])
            .args(&self.arguments)
            .current_dir(folder.path())
            .env("IOCTLKIT_NO_CACHE", "1")
            .output()
            .unwrap();
        let code = output.status.code();
        let tail = |bytes: &[u8]| {
            String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(2000)..]).into_owned()
        };
        assert!(
            matches!(code, Some(0..=2)),
            "code {code:?}, signal {:?}\n{}\n{}",
            output.status.signal(),
            tail(&output.stdout),
            tail(&output.stderr)
        );
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert!(
            !said.contains("configuration"),
            "the run has not begun: {}",
            tail(said.as_bytes())
        );
        let given_up = GIVEN_UP.iter().any(|words| said.contains(words));
        match self.refused {
            Some(words) => assert!(said.contains(words), "{}", tail(said.as_bytes())),
            None => assert!(!given_up, "it was not read: {}", tail(said.as_bytes())),
        }
    }
}

/// `text` for each number below `count`, one after the other.
pub(crate) fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count / LESS).map(text).collect()
}

/// How many [`each`] makes.
pub(crate) fn last(count: usize) -> usize {
    count / LESS
}
