//! What sets a BPF program off: a packet to a socket that has it as its filter. The filter drops the
//! packet, so nobody has to receive it.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;

use crate::Error;
use crate::sys::bpf::{self, Instruction};
use crate::sys::socket;

/// A pair of sockets with a program on the second.
pub(super) struct Trigger {
    from: UnixDatagram,
    /// Holds the program.
    _to: UnixDatagram,
}

impl Trigger {
    /// For a program, which ends with 0 in r0 so that the packet is dropped.
    pub(super) fn new(program: &[Instruction]) -> Result<Self, Error> {
        let program: OwnedFd =
            bpf::socket_filter(program).map_err(Error::call("loading a BPF program"))?;
        let (from, to) = UnixDatagram::pair().map_err(Error::call("socketpair"))?;
        socket::attach_filter(&to, &program).map_err(Error::call("SO_ATTACH_BPF"))?;
        Ok(Self { from, _to: to })
    }

    /// Runs the program once.
    #[inline]
    pub(super) fn pull(&self) -> Result<(), Error> {
        self.from.send(b"x").map(drop).map_err(Error::call("send"))
    }
}
