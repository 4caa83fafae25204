//! What is read, by a worker or in its place.

use std::path::PathBuf;

use ioctlkit_model::{Interface, Problem};

use crate::c::look::{self, Looked};
use crate::caution::Caution;
use crate::reach::Reach;
use crate::rust::AskCargo;
use crate::{c, driver, object, program, rust};

/// The first message that a worker gets.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each worker, for as long as it is sent"
)]
pub(super) enum First {
    /// What to do.
    Order(Order),
    /// To load what reading takes, and to wait for the order.
    Prepare,
}

/// An order for a worker.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// To read by a front end.
    Read(Work),
    /// To have the program's own parser parse something.
    Parse(Parsing),
}

impl Order {
    /// How far it may reach.
    pub(super) fn reach(&self) -> Reach {
        match self {
            Self::Read(work) => work.reach(),
            Self::Parse(parsing) => parsing.request.reach(),
        }
    }
}

/// What the program's own parser is told.
#[derive(Debug, Clone)]
pub(super) struct Parsing {
    /// What may be read.
    pub(super) request: c::Request,
    /// What the program told it.
    pub(super) input: Vec<u8>,
}

/// What a worker is told to read.
#[derive(Debug, Clone)]
pub(super) enum Work {
    C(c::Request),
    Rust(rust::Request),
    Objects(object::Request),
    Drivers(driver::Request),
    Programs(program::Request),
}

impl Work {
    pub(super) fn caution(&mut self) -> &mut Caution {
        match self {
            Self::C(request) => &mut request.caution,
            Self::Rust(request) => &mut request.caution,
            Self::Objects(request) => &mut request.caution,
            Self::Drivers(request) => &mut request.caution,
            Self::Programs(request) => &mut request.caution,
        }
    }

    /// How far reading may reach.
    pub(super) fn reach(&self) -> Reach {
        match self {
            Self::C(request) => request.reach(),
            Self::Rust(request) => request.reach(),
            Self::Objects(request) => request.reach(),
            Self::Drivers(request) => request.reach(),
            Self::Programs(request) => request.reach(),
        }
    }

    /// Reads in this process.
    pub(super) fn read(&self, cargo: &dyn AskCargo) -> Answer {
        let ((interface, problems), looked) = look::recording(|| match self {
            Self::C(request) => c::read(request),
            Self::Rust(request) => rust::read_asking(request, cargo),
            Self::Objects(request) => object::read(request),
            Self::Drivers(request) => driver::read(request),
            Self::Programs(request) => program::read(request),
        });
        Answer { interface, problems, looked }
    }

    pub(super) fn paths(&self) -> &[PathBuf] {
        match self {
            Self::C(request) => &request.paths,
            Self::Rust(request) => &request.paths,
            Self::Objects(request) => &request.paths,
            Self::Drivers(request) => &request.paths,
            Self::Programs(request) => &request.paths,
        }
    }
}

/// What comes of work.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) interface: Interface,
    pub(super) problems: Vec<Problem>,
    pub(super) looked: Looked,
}
