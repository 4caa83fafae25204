//! The protocols of netlink that mechanisms use, and sockets of them.

use crate::sys::netlink::Netlink;
use crate::{Error, Missing};

/// A protocol, by the name that it has in C and in messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Protocol {
    pub(super) name: &'static str,
    number: i32,
}

pub(super) const ROUTE: Protocol = Protocol { name: "NETLINK_ROUTE", number: libc::NETLINK_ROUTE };
pub(super) const USERSOCK: Protocol =
    Protocol { name: "NETLINK_USERSOCK", number: libc::NETLINK_USERSOCK };
pub(super) const GENERIC: Protocol =
    Protocol { name: "NETLINK_GENERIC", number: libc::NETLINK_GENERIC };

impl Protocol {
    /// A socket, for a look at whether there can be one.
    pub(super) fn tried(self) -> Result<Netlink, Missing> {
        Netlink::open(self.number).map_err(Missing::because(self.name))
    }

    /// A socket, for measuring.
    pub(super) fn opened(self) -> Result<Netlink, Error> {
        Netlink::open(self.number).map_err(Error::call("a netlink socket"))
    }
}
