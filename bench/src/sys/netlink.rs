//! Netlink sockets and messages.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use super::{checked, checked_long};

/// The bytes of a message's header.
pub const HEADER: usize = 16;
/// The message asks for something.
pub const REQUEST: u16 = 0x1;
/// The message wants to be acknowledged.
pub const ACKNOWLEDGE: u16 = 0x4;
/// The type of messages that say nothing.
pub const NOOP: u16 = 0x1;
/// The type of an error, or of an acknowledgement.
pub const ERROR: u16 = 0x2;

/// A netlink socket that is bound to an address of its own.
#[derive(Debug)]
pub struct Netlink {
    socket: OwnedFd,
    port: u32,
}

impl Netlink {
    /// Opens a socket of the protocol (`NETLINK_*`) and binds it to an address that the kernel
    /// chooses. Receiving gives up after a second.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn open(protocol: i32) -> io::Result<Self> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
        // SAFETY: the call takes three numbers.
        let fd = checked(unsafe { libc::socket(libc::AF_NETLINK, kind, protocol) })?;
        // SAFETY: the kernel has just made this descriptor for the caller.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        let mut address = address(0);
        let mut bytes = length(size_of::<libc::sockaddr_nl>());
        // SAFETY: the pointers are to an address and to its size.
        unsafe {
            checked(libc::bind(fd, (&raw const address).cast(), bytes))?;
            checked(libc::getsockname(fd, (&raw mut address).cast(), &raw mut bytes))?;
        }
        let netlink = Self { socket, port: address.nl_pid };
        netlink.give_up_after(Duration::from_secs(1))?;
        Ok(netlink)
    }

    /// The address of this socket; 0 is the kernel's.
    pub fn port(&self) -> u32 {
        self.port
    }

    /// Sends a whole message to a port.
    ///
    /// # Errors
    /// What the kernel says.
    #[inline]
    pub fn send(&self, message: &[u8], port: u32) -> io::Result<usize> {
        let address = address(port);
        // SAFETY: the kernel reads the message and the address, both of the stated sizes.
        let sent = unsafe {
            libc::sendto(
                self.socket.as_raw_fd(),
                message.as_ptr().cast(),
                message.len(),
                0,
                (&raw const address).cast(),
                length(size_of::<libc::sockaddr_nl>()),
            )
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Receives a message, or what of it fits.
    ///
    /// # Errors
    /// What the kernel says; that nothing came within a second.
    #[inline]
    pub fn receive(&self, message: &mut [u8]) -> io::Result<usize> {
        let to = message.as_mut_ptr().cast();
        // SAFETY: the kernel writes no more bytes than the slice has.
        let received = unsafe { libc::recv(self.socket.as_raw_fd(), to, message.len(), 0) };
        usize::try_from(checked_long(received as i64)?)
            .map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn give_up_after(&self, time: Duration) -> io::Result<()> {
        let time = libc::timeval {
            tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(1),
            tv_usec: libc::suseconds_t::from(time.subsec_micros().cast_signed()),
        };
        // SAFETY: the pointer is to as many bytes as are stated.
        checked(unsafe {
            libc::setsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_RCVTIMEO,
                (&raw const time).cast(),
                length(size_of::<libc::timeval>()),
            )
        })
        .map(drop)
    }
}

/// A message: header, then `payload`, padded to four bytes.
pub fn message(kind: u16, flags: u16, sequence: u32, port: u32, payload: &[u8]) -> Vec<u8> {
    let bytes = HEADER + payload.len();
    let mut message = Vec::with_capacity(bytes.next_multiple_of(4));
    message.extend(length(bytes).to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend(sequence.to_ne_bytes());
    message.extend(port.to_ne_bytes());
    message.extend(payload);
    message.resize(bytes.next_multiple_of(4), 0);
    message
}

/// An attribute: length, type, value, padded to four bytes.
pub fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let bytes = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    let mut attribute = Vec::with_capacity((4 + value.len()).next_multiple_of(4));
    attribute.extend(bytes.to_ne_bytes());
    attribute.extend(kind.to_ne_bytes());
    attribute.extend(value);
    attribute.resize((4 + value.len()).next_multiple_of(4), 0);
    attribute
}

/// The type of a received message, and for an error or acknowledgement the `errno` in it.
pub fn kind_and_error(message: &[u8]) -> Option<(u16, i32)> {
    let kind = u16::from_ne_bytes(message.get(4..6)?.try_into().ok()?);
    let error = match kind {
        ERROR => i32::from_ne_bytes(message.get(HEADER..HEADER + 4)?.try_into().ok()?),
        _ => 0,
    };
    Some((kind, -error))
}

/// The attributes behind a header of `skip` bytes: their types and values. What is cut off ends it.
pub fn attributes(message: &[u8], skip: usize) -> Vec<(u16, &[u8])> {
    let mut found = Vec::new();
    let mut rest = message.get(skip..).unwrap_or_default();
    while let Some(([a, b, c, d], behind)) = rest.split_first_chunk() {
        let bytes = usize::from(u16::from_ne_bytes([*a, *b]));
        let Some(value) = bytes.checked_sub(4).and_then(|bytes| behind.get(..bytes)) else { break };
        found.push((u16::from_ne_bytes([*c, *d]), value));
        rest = rest.get(bytes.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

fn address(port: u32) -> libc::sockaddr_nl {
    // SAFETY: a sockaddr_nl consists of integers, for which zero is a value.
    let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address.nl_pid = port;
    address
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_back() {
        let mut message = message(0x10, REQUEST, 7, 9, &[1, 1, 0, 0]);
        message.extend(attribute(3, b"abcde"));
        message.extend(attribute(4, &[]));
        assert_eq!(attributes(&message, HEADER + 4), [(3, &b"abcde"[..]), (4, &[][..])]);
    }

    #[test]
    fn an_attribute_that_is_cut_off_is_none() {
        let whole = attribute(3, b"abcdefgh");
        for end in 0..whole.len() {
            assert!(attributes(&whole[..end], 0).is_empty(), "{end}");
        }
        assert!(attributes(&[0, 0, 1, 0], 0).is_empty(), "a length of nothing ends it");
    }

    #[test]
    fn the_error_of_an_acknowledgement_is_found() {
        let reply = message(ERROR, 0, 1, 2, &(-22_i32).to_ne_bytes());
        assert_eq!(kind_and_error(&reply), Some((ERROR, 22)));
        assert_eq!(kind_and_error(&reply[..18]), None);
    }
}
