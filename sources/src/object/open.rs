//! A file's bytes, out of whatever a distribution ships them in.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use liblzma::bufread::XzDecoder;
use liblzma::stream::Stream;

use super::elf::is_elf;
use super::image;
use super::input::{Input, Parts};
use crate::reading::{self, ReadError, Size, limit};

/// What compressed data may come to: so many bytes for each of its own, and as many besides.
/// Modules come to about six; the dictionaries of the formats take no more than [`DICTIONARY`].
const RATIO: u64 = 256;
const BESIDES: u64 = 1 << 20;

/// What compressed data may come to in any case, in bytes. A module with all its types comes to a tenth of
/// that.
const MOST_UNPACKED: u64 = 512 << 20;

/// What the decoder of an xz stream may take, in bytes: a dictionary as `xz -9` has it, of 64 MiB, and
/// some for itself.
const DICTIONARY: u64 = 96 << 20;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Xz,
    Zstd,
}

/// Why there are no bytes.
#[derive(Debug)]
pub(super) enum OpenError {
    Read(ReadError),
    /// The compressed data is damaged or cut off.
    Damaged(Compression, io::Error),
    /// The compressed data comes to more than any module would.
    TooLarge(Compression),
    /// A kernel image with a compression that is not known, or without any.
    Image,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Damaged(compression, error) => {
                write!(f, "its {compression} data is damaged or cut off: {error}")
            }
            Self::TooLarge(compression) => {
                let most = Size(MOST_UNPACKED);
                write!(
                    f,
                    "its {compression} data comes to more than {RATIO} times its size or {most}"
                )
            }
            Self::Image => f.write_str(
                "it is a kernel image whose kernel is compressed with neither gzip, xz nor zstd",
            ),
        }
    }
}

/// How bytes are compressed, by how they begin.
pub(super) fn compression(data: &[u8]) -> Option<Compression> {
    match data {
        [0x1f, 0x8b, ..] => Some(Compression::Gzip),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
        _ => None,
    }
}

/// Files of fewer bytes are read at once.
const SMALL: u64 = 1 << 20;

/// Opens a file: what is in it where it is compressed, the kernel where it is a bootable image. A large
/// object is read as it is asked for.
pub(super) fn open(path: &Path) -> Result<Input<'static>, OpenError> {
    let file = reading::open(path).map_err(OpenError::Read)?;
    let length = file.metadata().map_err(|error| OpenError::Read(error.into()))?.len();
    if length > limit::OBJECT {
        return Err(OpenError::Read(ReadError::TooLarge(limit::OBJECT)));
    }
    if length >= SMALL
        && let Ok(length) = usize::try_from(length)
    {
        let input = Input::Parts(Parts::new(file, length));
        if input.get(0..4).is_some_and(is_elf) {
            return Ok(input);
        }
    }
    whole(path).map(Input::from)
}

/// As [`open`], for all bytes at once.
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, OpenError> {
    unpack(reading::read_bytes(path, limit::OBJECT_AT_ONCE).map_err(OpenError::Read)?)
}

/// What is in bytes that were read.
fn unpack(data: Vec<u8>) -> Result<Vec<u8>, OpenError> {
    if let Some(compression) = compression(&data) {
        return decompress(&data, compression);
    }
    if !image::is_packed(&data) {
        return Ok(data);
    }
    let payload = image::payload(&data).ok_or(OpenError::Image)?;
    decompress(payload, compression(payload).ok_or(OpenError::Image)?)
}

/// Bytes that are compressed as a section of ELF is with zlib.
pub(super) fn inflate(data: &[u8]) -> Result<Vec<u8>, OpenError> {
    let limit = most(data);
    let mut out = Vec::new();
    read(flate2::read::ZlibDecoder::new(data), limit, &mut out)
        .map_err(|error| OpenError::Damaged(Compression::Gzip, error))?;
    if out.len() as u64 > limit { Err(OpenError::TooLarge(Compression::Gzip)) } else { Ok(out) }
}

/// Bytes out of their compression.
pub(super) fn decompress(data: &[u8], compression: Compression) -> Result<Vec<u8>, OpenError> {
    let damaged = |error| OpenError::Damaged(compression, error);
    let limit = most(data);
    let mut out = Vec::with_capacity(data.len().saturating_mul(4).min(limit as usize));
    match compression {
        Compression::Gzip => read(flate2::read::GzDecoder::new(data), limit, &mut out),
        Compression::Xz => match Stream::new_stream_decoder(DICTIONARY, 0) {
            Ok(decoder) => read(XzDecoder::new_stream(data, decoder), limit, &mut out),
            Err(error) => Err(error.into()),
        },
        Compression::Zstd => match ruzstd::decoding::StreamingDecoder::new(data) {
            Ok(decoder) => read(decoder, limit, &mut out),
            Err(error) => Err(io::Error::other(error.to_string())),
        },
    }
    .map_err(damaged)?;
    if out.len() as u64 > limit { Err(OpenError::TooLarge(compression)) } else { Ok(out) }
}

/// What data may come to, in bytes.
fn most(data: &[u8]) -> u64 {
    (RATIO * data.len() as u64 + BESIDES).min(MOST_UNPACKED)
}

/// Reads one byte past the limit, and no more.
fn read(from: impl Read, limit: u64, out: &mut Vec<u8>) -> io::Result<()> {
    from.take(limit + 1).read_to_end(out).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_compressed_is_unpacked_and_what_is_not_is_left() {
        assert_eq!(unpack(gzip(b"some text")).unwrap(), b"some text");
        assert_eq!(unpack(b"some text".to_vec()).unwrap(), b"some text");
    }

    #[test]
    fn data_that_is_cut_off_is_damaged() {
        let mut packed = gzip(b"some text that is long enough");
        packed.truncate(packed.len() - 9);
        assert!(matches!(unpack(packed), Err(OpenError::Damaged(Compression::Gzip, _))));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let packed = gzip(&vec![0; 64 << 20]);
        assert!(packed.len() < 100 << 10);
        assert!(matches!(unpack(packed), Err(OpenError::TooLarge(Compression::Gzip))));
    }

    #[test]
    fn what_is_large_enough_to_hold_a_bomb_is_limited_all_the_same() {
        assert_eq!(most(&vec![0; 64 << 20]), MOST_UNPACKED);
        assert_eq!(most(&[0; 16]), RATIO * 16 + BESIDES);
        let told = OpenError::TooLarge(Compression::Gzip).to_string();
        assert_eq!(told, "its gzip data comes to more than 256 times its size or 512 MiB");
    }

    #[test]
    fn an_image_whose_kernel_lies_outside_is_refused() {
        let mut image = vec![0; 0x300];
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x248..0x24c].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(unpack(image), Err(OpenError::Image)));
    }
}
