//! Structures with elements behind them: what a call may pass.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ioctlkit::{Errno, Flexible, FlexibleArray, Ioctl, IoctlData};

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Samples {
    #[ioctl(size)]
    pub argsz: u32,
    pub count: u32,
    #[ioctl(count = count)]
    pub samples: FlexibleArray<u64>,
}

#[derive(Ioctl)]
#[ioctl(type = b'S', device = Sampler, driver = SamplerDriver)]
pub enum SamplerIoctl {
    #[ioctl(nr = 1, read_write)]
    Read(Flexible<Samples>),
    #[ioctl(nr = 2, write)]
    Write(Flexible<Samples>),
}

/// Answers with what it was sent.
struct Mirror;

impl SamplerDriver for Mirror {
    fn read(&self, argument: &mut Samples, elements: &mut [u64]) -> Result<(), Errno> {
        elements.fill(u64::from(argument.argsz));
        Ok(())
    }

    fn write(&self, argument: &Samples, elements: &[u64]) -> Result<(), Errno> {
        let bytes = size_of::<Samples>() + size_of_val(elements);
        if argument.argsz as usize == bytes { Ok(()) } else { Err(Errno::TOOBIG) }
    }
}

#[test]
fn no_call_says_more_elements_than_there_is_room_for() {
    let device = Sampler::in_process(Mirror);
    let mut samples = Flexible::<Samples>::with_capacity(3);
    device.read(&mut samples).unwrap();
    samples.count = 4;
    assert_eq!(device.read(&mut samples), Err(Errno::INVAL));
    assert_eq!(device.write(&samples), Err(Errno::INVAL));
    samples.count = 2;
    device.read(&mut samples).unwrap();
    assert_eq!(samples.elements().len(), 2);
}

#[test]
fn the_size_that_is_sent_counts_the_elements() {
    let device = Sampler::in_process(Mirror);
    let mut samples = Flexible::<Samples>::from_elements(&[1, 2, 3]);
    assert_eq!(samples.argsz, 8 + 3 * 8);
    samples.argsz = 1;
    device.write(&samples).unwrap();
    device.read(&mut samples).unwrap();
    assert_eq!(samples.elements(), [32; 3]);
}
