//! The generated module's generic netlink family: the same store, by messages.

use std::fs::File;
use std::io;

use super::module::{self, DEVICE, FAMILY};
use super::netlink_socket::GENERIC;
use crate::sys::netlink::{self, ACKNOWLEDGE, HEADER, Netlink, REQUEST, attribute, attributes};
use crate::{Class, Entry, Error, Mechanism, Missing, Payload, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "netlink",
    class: Class::CallAndReturn,
    variants: &[
        Variant { name: "send", what: "a message with N bytes to the module's family, no reply" },
        Variant { name: "send-ack", what: "the same, and its acknowledgement" },
        Variant { name: "send-reply", what: "a message with N bytes, and a reply with N bytes" },
    ],
    sizes: module::RANGE,
    needs: module::NEEDS,
    trigger: None,
    requires: |request| {
        module::required(DEVICE, request)?;
        let socket = GENERIC.tried()?;
        let needed = format!("needs the netlink family {FAMILY} of the guest suite's module");
        family(&socket, FAMILY).map(drop).map_err(Missing::because(needed))
    },
    open: |request| {
        let socket = GENERIC.opened()?;
        Ok(Box::new(Messages {
            device: module::device()?,
            family: family(&socket, FAMILY).map_err(Error::call("finding the netlink family"))?,
            socket,
            manner: match request.variant {
                "send" => Manner::Send,
                "send-ack" => Manner::Acknowledged,
                _ => Manner::Replied,
            },
            payload: Payload::new(request.size),
            message: Vec::new(),
            reply: vec![0; 8192],
            length: 0,
        }))
    },
};

/// The family's commands: N bytes in; N bytes in and out.
const WRITE: u8 = 1;
const EXCHANGE: u8 = 2;
/// Its attribute: the bytes.
const BYTES: u16 = 1;
/// The bytes of a generic netlink header, behind netlink's own.
const GENERIC_HEADER: usize = 4;

/// The controller's family, its command that looks a family up, and the attributes of both ways
/// (`linux/genetlink.h`).
const CONTROLLER: u16 = 0x10;
const GET_FAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Send,
    Acknowledged,
    Replied,
}

struct Messages {
    device: File,
    socket: Netlink,
    family: u16,
    manner: Manner,
    payload: Payload,
    message: Vec<u8>,
    reply: Vec<u8>,
    length: usize,
}

impl Mechanism for Messages {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        let (command, flags) = match self.manner {
            Manner::Send => (WRITE, REQUEST),
            Manner::Acknowledged => (WRITE, REQUEST | ACKNOWLEDGE),
            Manner::Replied => (EXCHANGE, REQUEST),
        };
        let body = attribute(BYTES, self.payload.bytes());
        let port = self.socket.port();
        self.message = generic(self.family, flags, sequence as u32, port, command, &body);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.socket.send(&self.message, 0).map_err(Error::call("sendto"))?;
        if self.manner != Manner::Send {
            self.length = self.socket.receive(&mut self.reply).map_err(Error::call("recv"))?;
        }
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        let reply = self.reply.get(..self.length).unwrap_or_default();
        match self.manner {
            Manner::Replied => {
                let found = attributes(reply, HEADER + GENERIC_HEADER);
                let bytes = found.iter().find(|(kind, _)| *kind == BYTES);
                self.payload.check(bytes.map_or(&[], |(_, bytes)| bytes))?;
                return Ok(0);
            }
            Manner::Acknowledged if netlink::kind_and_error(reply) != Some((netlink::ERROR, 0)) => {
                return Err(Error::Unexpected("the module refuses the message".to_owned()));
            }
            Manner::Acknowledged | Manner::Send => {}
        }
        let mut came = vec![0; self.payload.bytes().len()];
        module::stored(&self.device, &mut came)?;
        self.payload.check(&came)?;
        Ok(0)
    }
}

/// The number of a family.
fn family(socket: &Netlink, name: &str) -> io::Result<u16> {
    let body = attribute(FAMILY_NAME, &[name.as_bytes(), &[0]].concat());
    let request = generic(CONTROLLER, REQUEST, 0, socket.port(), GET_FAMILY, &body);
    socket.send(&request, 0)?;
    let mut reply = vec![0; 8192];
    let length = socket.receive(&mut reply)?;
    let reply = reply.get(..length).unwrap_or_default();
    match netlink::kind_and_error(reply) {
        Some((_, error)) if error != 0 => return Err(io::Error::from_raw_os_error(error)),
        _ => {}
    }
    let found = attributes(reply, HEADER + GENERIC_HEADER);
    let id = found.iter().find(|(kind, _)| *kind == FAMILY_ID).and_then(|(_, id)| id.first_chunk());
    id.map(|id| u16::from_ne_bytes(*id)).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn generic(kind: u16, flags: u16, sequence: u32, port: u32, command: u8, body: &[u8]) -> Vec<u8> {
    let header = [command, 1, 0, 0];
    netlink::message(kind, flags, sequence, port, &[&header, body].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_controller_knows_itself_and_no_family_that_is_not_there() {
        let socket = GENERIC.opened().unwrap();
        assert_eq!(family(&socket, "nlctrl").unwrap(), CONTROLLER);
        let missing = family(&socket, "ioctl_none").unwrap_err();
        assert_eq!(missing.raw_os_error(), Some(libc::ENOENT));
    }
}
