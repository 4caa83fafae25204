//! `NLMSG_NOOP` with `NLM_F_ACK`: the kernel answers with an acknowledgement, which is received.

use super::netlink_socket::ROUTE;
use crate::sys::netlink::{self, ACKNOWLEDGE, HEADER, NOOP, Netlink, REQUEST, message};
use crate::{Class, Entry, Error, Mechanism, Payload, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "netlink-ack",
    class: Class::CallAndReturn,
    variants: &[Variant {
        name: "",
        what: "sendto of NLMSG_NOOP with N bytes, recv of the acknowledgement",
    }],
    sizes: Sizes::Between(1, 4096),
    needs: ROUTE.name,
    trigger: None,
    requires: |_| ROUTE.tried().map(drop),
    open: |request| {
        let socket = ROUTE.opened()?;
        let payload = Payload::new(request.size);
        let reply = vec![0; 8192];
        Ok(Box::new(Acknowledged { socket, payload, message: Vec::new(), reply, came: 0 }))
    },
};

/// Where the acknowledged message's sequence number is: behind the header and the error, in the
/// copy of the request's header.
const SEQUENCE: usize = HEADER + 4 + 8;

struct Acknowledged {
    socket: Netlink,
    payload: Payload,
    message: Vec<u8>,
    reply: Vec<u8>,
    came: usize,
}

impl Mechanism for Acknowledged {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        let flags = REQUEST | ACKNOWLEDGE;
        let port = self.socket.port();
        self.message = message(NOOP, flags, sequence as u32, port, self.payload.bytes());
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.socket.send(&self.message, 0).map_err(Error::call("sendto"))?;
        self.came = self.socket.receive(&mut self.reply).map_err(Error::call("recv"))?;
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        let reply = self.reply.get(..self.came).unwrap_or_default();
        let sequence = reply.get(SEQUENCE..).and_then(|bytes| bytes.first_chunk().copied());
        let sequence = sequence.map(u32::from_ne_bytes);
        if netlink::kind_and_error(reply) != Some((netlink::ERROR, 0))
            || sequence != Some(self.payload.sequence() as u32)
        {
            return Err(Error::Unexpected("the reply acknowledges no message of ours".to_owned()));
        }
        Ok(0)
    }
}
