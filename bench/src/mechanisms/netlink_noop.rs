//! `NLMSG_NOOP` to the kernel's routing socket: a message that the kernel takes, looks at and drops.
//! A stand-in for a family of one's own: no handler runs.

use super::netlink_socket::ROUTE;
use crate::sys::netlink::{NOOP, Netlink, REQUEST, message};
use crate::{Class, Entry, Error, Mechanism, Payload, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "netlink-noop",
    class: Class::CallAndReturn,
    variants: &[Variant {
        name: "",
        what: "sendto of NLMSG_NOOP with N bytes to the kernel, no reply",
    }],
    sizes: Sizes::Between(1, 4096),
    needs: ROUTE.name,
    trigger: None,
    requires: |_| ROUTE.tried().map(drop),
    open: |request| {
        let socket = ROUTE.opened()?;
        let payload = Payload::new(request.size);
        Ok(Box::new(Noop { socket, payload, message: Vec::new(), short: false }))
    },
};

struct Noop {
    socket: Netlink,
    payload: Payload,
    message: Vec<u8>,
    short: bool,
}

impl Mechanism for Noop {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        let port = self.socket.port();
        self.message = message(NOOP, REQUEST, sequence as u32, port, self.payload.bytes());
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let sent = self.socket.send(&self.message, 0).map_err(Error::call("sendto"))?;
        self.short |= sent < self.message.len();
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        if self.short {
            return Err(Error::Unexpected("the kernel took a part of the message".to_owned()));
        }
        Ok(0)
    }
}
