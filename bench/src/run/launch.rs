//! The processes that measure: started, waited for, and killed when their time is up.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::measure::{Batch, Budget};
use crate::results::Report;
use crate::sys::{process, signals};
use crate::{Case, Processors};

/// How a measuring process is started.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// The program: this one.
    pub program: PathBuf,
    /// Arguments in front of those that say what to measure.
    pub arguments: Vec<String>,
    /// How long it may take.
    pub limit: Duration,
}

/// What came of a process.
#[derive(Debug)]
pub enum Answer {
    /// What it printed.
    Report(Report),
    /// It ended without, or its time was up.
    Nothing(String),
    /// The run is to end.
    Interrupted,
}

/// How often a wait looks whether the run is to end.
const SLICE: Duration = Duration::from_millis(50);

impl Launcher {
    /// Starts a process for a case, and waits for what it prints. Whatever comes of it, the process and
    /// its peer are gone afterwards.
    pub fn measure(&self, case: &Case, processors: Processors, budget: &Budget) -> Answer {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(arguments(case, processors, budget))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // A group of its own: Ctrl-C reaches this process alone, and peers are killed with it.
            .process_group(0);
        match command.spawn() {
            Ok(mut child) => {
                let answer = self.wait(&mut child);
                process::kill_group(child.id());
                // It has ended by now, or is about to.
                let _ = child.wait();
                answer
            }
            Err(error) => {
                Answer::Nothing(format!("cannot start {}: {error}", self.program.display()))
            }
        }
    }

    fn wait(&self, child: &mut Child) -> Answer {
        let Some(mut output) = child.stdout.take() else {
            return Answer::Nothing("the measuring process has no output".to_owned());
        };
        let (to, from) = mpsc::channel();
        thread::spawn(move || {
            let mut text = String::new();
            let read = output.read_to_string(&mut text);
            // Nobody listens if the time was up.
            let _ = to.send(read.map(|_| text));
        });
        match self.received(&from) {
            Some(Ok(text)) => match serde_json::from_str(&text) {
                Ok(report) => Answer::Report(report),
                Err(_) => Answer::Nothing(ended(child)),
            },
            Some(Err(error)) => Answer::Nothing(format!("its output cannot be read: {error}")),
            None if signals::interrupted() => Answer::Interrupted,
            None => {
                let seconds = self.limit.as_secs_f64();
                Answer::Nothing(format!("no answer within {seconds} s: it hangs, or its peer does"))
            }
        }
    }

    fn received<T>(&self, from: &Receiver<T>) -> Option<T> {
        let end = Instant::now() + self.limit;
        while Instant::now() < end && !signals::interrupted() {
            match from.recv_timeout(SLICE) {
                Ok(received) => return Some(received),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }
}

fn ended(child: &mut Child) -> String {
    match child.wait() {
        Ok(status) => format!("the measuring process ended without a result: {status}"),
        Err(error) => format!("the measuring process cannot be waited for: {error}"),
    }
}

/// What [`Budget`] and the rest are on the command line.
fn arguments(case: &Case, processors: Processors, budget: &Budget) -> Vec<String> {
    let mut arguments = vec!["measure".to_owned(), case.to_string()];
    let mut option = |name: &str, value: u64| {
        arguments.push(format!("--{name}"));
        arguments.push(value.to_string());
    };
    option("parent", u64::from(std::process::id()));
    option("own", processors.own as u64);
    if let Some(peer) = processors.peer {
        option("peer", peer as u64);
    }
    option("checked-calls", budget.checked_calls);
    option("warm-up-ns", budget.warm_up_ns);
    option("batches-ns", budget.batches_ns);
    if let Batch::Calls(calls) = budget.batch {
        option("batch-calls", calls);
    }
    option("calls-ns", budget.calls_ns);
    option("least-calls", budget.least_calls);
    option("most-calls", budget.most_calls);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_of(shell: &str, limit: Duration) -> Answer {
        let arguments = vec!["-c".to_owned(), shell.to_owned()];
        let launcher = Launcher { program: "/bin/sh".into(), arguments, limit };
        let case = Case::by_name("getppid@0").unwrap();
        launcher.measure(&case, Processors { own: 0, peer: None }, &Budget::QUICK)
    }

    #[test]
    fn a_process_that_hangs_is_killed_and_is_an_error() {
        // Its own child hangs, too, and holds the output open.
        let answer = answer_of("sleep 1000 & sleep 1000", Duration::from_millis(200));
        let Answer::Nothing(reason) = answer else { panic!("{answer:?}") };
        assert!(reason.starts_with("no answer within 0.2 s"), "{reason}");
    }

    #[test]
    fn a_process_that_dies_is_an_error_that_says_how() {
        let answer = answer_of("kill -SEGV $$", Duration::from_secs(60));
        let Answer::Nothing(reason) = answer else { panic!("{answer:?}") };
        assert!(reason.contains("signal: 11"), "{reason}");
    }

    #[test]
    fn a_failure_is_passed_on_in_its_own_words() {
        let answer = answer_of(r#"echo '{"failed":"the peer is dead"}'"#, Duration::from_secs(60));
        let Answer::Report(Report::Failed(reason)) = answer else { panic!("{answer:?}") };
        assert_eq!(reason, "the peer is dead");
    }
}
