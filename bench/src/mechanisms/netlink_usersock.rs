//! `NETLINK_USERSOCK`: a message from one socket to another of the same process. Shows what netlink
//! itself costs, with the payload delivered, and no handler in the kernel.

use super::netlink_socket::USERSOCK;
use crate::sys::netlink::{HEADER, NOOP, Netlink, message};
use crate::{Class, Entry, Error, Mechanism, Payload, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "netlink-usersock",
    class: Class::CallAndReturn,
    variants: &[Variant { name: "", what: "sendto of N bytes to a second socket, recv there" }],
    sizes: Sizes::Between(1, 4096),
    needs: USERSOCK.name,
    trigger: None,
    requires: |_| USERSOCK.tried().map(drop),
    open: |request| {
        let (from, to) = (USERSOCK.opened()?, USERSOCK.opened()?);
        let payload = Payload::new(request.size);
        let came = vec![0; 8192];
        Ok(Box::new(UserSock { from, to, payload, message: Vec::new(), came, length: 0 }))
    },
};

struct UserSock {
    from: Netlink,
    to: Netlink,
    payload: Payload,
    message: Vec<u8>,
    came: Vec<u8>,
    length: usize,
}

impl Mechanism for UserSock {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        self.message = message(NOOP, 0, sequence as u32, self.from.port(), self.payload.bytes());
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.from.send(&self.message, self.to.port()).map_err(Error::call("sendto"))?;
        self.length = self.to.receive(&mut self.came).map_err(Error::call("recv"))?;
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        let end = HEADER + self.payload.bytes().len();
        let whole = self.came.get(..self.length).unwrap_or_default();
        self.payload.check(whole.get(HEADER..end).unwrap_or_default())?;
        Ok(0)
    }
}
