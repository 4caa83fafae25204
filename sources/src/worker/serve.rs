//! What the worker does.

use std::io::{self, Stdout};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use ioctlkit_sandbox::{Calls, Confinement, Files};

use super::cargo::Parent;
use super::limits;
use super::protocol::{Message, receive, send};
use super::watched::Told;
use super::work::Work;
use crate::{c, watch};

/// The only argument of a process that is a worker.
pub(super) const ARGUMENT: &str = "--read-for-another-process";

/// Reads and answers, if this process was started as a worker. What it answers with is the code to
/// exit with; nothing means that this is any other process.
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let is_worker = arguments.next()? == ARGUMENT && arguments.next().is_none();
    is_worker.then(|| match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn serve() -> io::Result<()> {
    let mut from = io::stdin();
    let work: Work = receive(&mut from).ok_or(io::ErrorKind::InvalidData)?;
    let to = Arc::new(Mutex::new(io::stdout()));
    prepare(&work);
    let (readable, listable) = work.reach().readable();
    let confinement = Confinement {
        files: Files { readable, listable, ..Files::default() },
        calls: Calls::Reading,
        address_space: Some(limits::address_space()),
    };
    let lacks = confinement.enter();
    tell(&to, &Message::Lacks(lacks.iter().map(ToString::to_string).collect()))?;
    watch::set(Box::new(Told(to.clone())));
    let answer = work.read(&Parent { from: Mutex::new(from), to: to.clone() });
    tell(&to, &Message::Answers(Box::new(answer)))
}

fn tell(to: &Mutex<Stdout>, message: &Message) -> io::Result<()> {
    send(message, &mut *to.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Does what takes rights that will be gone: no library is loaded afterwards.
fn prepare(work: &Work) {
    if let Work::C(_) = work {
        // Where it can't be loaded, reading will say so.
        let _ = c::libclang_version();
    }
}
