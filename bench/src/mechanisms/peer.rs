//! What mechanisms with a second process have in common.

use std::time::Duration;

use crate::sys::process::Peer;
use crate::{Error, Missing, Request};

/// How long somebody sleeps before looking whether the other still lives.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);

/// How often somebody who does not sleep looks, in turns of the loop.
const TURNS: u32 = 1 << 16;

/// Why a peer that is waited for without sleeping cannot be had.
pub(super) fn two_processors(request: &Request) -> Result<usize, Missing> {
    request.processors.peer.ok_or_else(|| {
        Missing::new(
            "two processors are needed: who waits without sleeping would keep the other off",
        )
    })
}

/// Waits without sleeping until there is something.
///
/// # Errors
/// [`Error::PeerDied`] once the peer has ended and there is still nothing.
pub(super) fn spin<T>(peer: &mut Peer, mut look: impl FnMut() -> Option<T>) -> Result<T, Error> {
    loop {
        for _ in 0..TURNS {
            if let Some(found) = look() {
                return Ok(found);
            }
            std::hint::spin_loop();
        }
        if !peer.is_alive() {
            return look().ok_or(Error::PeerDied);
        }
    }
}
