//! Bytes that tell whether they arrived: a pattern that follows from the call's number, so that a
//! stale or a mixed payload is found as a damaged one is.

use crate::Error;

/// Payloads of one size.
#[derive(Debug, Clone)]
pub struct Payload {
    sequence: u64,
    bytes: Vec<u8>,
}

impl Payload {
    /// For `size` bytes; 0 for a mechanism that carries nothing.
    pub fn new(size: usize) -> Self {
        let mut payload = Self { sequence: 0, bytes: vec![0; size] };
        payload.fill(0);
        payload
    }

    /// The payload of call `sequence`.
    pub fn fill(&mut self, sequence: u64) {
        self.sequence = sequence;
        let mut state = sequence;
        for chunk in self.bytes.chunks_mut(8) {
            state = mixed(state);
            chunk.copy_from_slice(&state.to_le_bytes()[..chunk.len()]);
        }
    }

    /// The bytes to send.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of the call.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Compares what came with what was sent.
    ///
    /// # Errors
    /// [`Error::Corrupted`] with the first byte that differs or lacks.
    pub fn check(&self, came: &[u8]) -> Result<(), Error> {
        if came == self.bytes {
            return Ok(());
        }
        let equal = came.iter().zip(&self.bytes).take_while(|(came, sent)| came == sent).count();
        Err(Error::Corrupted { sequence: self.sequence, at: equal })
    }
}

/// A step of the splitmix64 generator (Steele, Lea and Flood, 2014).
fn mixed(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_is_found_where_it_is() {
        let mut payload = Payload::new(64);
        payload.fill(7);
        for at in 0..64 {
            for bit in 0..8 {
                let mut came = payload.bytes().to_vec();
                came[at] ^= 1 << bit;
                let Err(Error::Corrupted { sequence: 7, at: found }) = payload.check(&came) else {
                    panic!("byte {at}, bit {bit} is not found");
                };
                assert_eq!(found, at);
            }
        }
    }

    #[test]
    fn a_stale_payload_and_a_short_one_are_found() {
        let mut payload = Payload::new(8);
        let stale = payload.bytes().to_vec();
        payload.fill(1);
        assert!(payload.check(&stale).is_err());
        assert!(matches!(
            payload.check(&payload.bytes()[..7]),
            Err(Error::Corrupted { at: 7, .. })
        ));
        assert!(payload.check(payload.bytes()).is_ok());
    }
}
