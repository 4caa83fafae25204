//! The echo device as a driver in this process, for the tests: what the kernel module does, with
//! the same order of checks.
#![allow(clippy::useless_conversion, reason = "`c_ulong` has 32 bits on other machines")]

use std::cell::{Cell, RefCell};
use std::os::fd::OwnedFd;

use echo::{
    ECHO_CHANNEL_MUTED, ECHO_CHANNELS, ECHO_CONFIG_KEEP, ECHO_CONFIG_MUTED, ECHO_MODE_REVERSED,
    ECHO_MODE_UPPER, ECHO_TRANSFER_QUIET, EchoChannel, EchoConfig, EchoDriver, EchoEventfd,
    EchoInfo, EchoLimits, EchoMessage, EchoMessageList, EchoOpenMonitor, EchoTransfer, EchoUsage,
};
use ioctlkit::{Errno, IoctlData as _, check};

/// An hour, in milliseconds.
const LONGEST_TIMEOUT: u32 = 3_600_000;

/// One open file of the device.
pub(crate) struct Simulated {
    is_administrator: bool,
    config: Cell<EchoConfig>,
    channels: Cell<[EchoChannel; ECHO_CHANNELS as usize]>,
    limits: Cell<EchoLimits>,
    timeout: Cell<u32>,
    pub(crate) eventfd: Cell<EchoEventfd>,
    messages: RefCell<Vec<EchoMessage>>,
    usage: Cell<EchoUsage>,
}

impl Simulated {
    pub(crate) fn new() -> Self {
        Self {
            is_administrator: true,
            config: Cell::new(EchoConfig::initial()),
            channels: Cell::new([EchoChannel::initial(); ECHO_CHANNELS as usize]),
            limits: Cell::new(EchoLimits::initial()),
            timeout: Cell::new(0),
            eventfd: Cell::new(EchoEventfd::initial()),
            messages: RefCell::default(),
            usage: Cell::new(EchoUsage::initial()),
        }
    }

    /// The same, opened by somebody without `CAP_SYS_ADMIN`.
    pub(crate) fn for_user() -> Self {
        Self { is_administrator: false, ..Self::new() }
    }

    /// What comes back for these bytes.
    fn echo(&self, input: &[u8]) -> Vec<u8> {
        let config = self.config.get();
        if config.flags & ECHO_CONFIG_MUTED != 0 {
            return Vec::new();
        }
        let mut once = input.to_vec();
        match config.mode {
            ECHO_MODE_REVERSED => once.reverse(),
            ECHO_MODE_UPPER => once.make_ascii_uppercase(),
            _ => {}
        }
        once.repeat(config.repeat as usize)
    }

    fn count(&self, input: &[u8]) -> u64 {
        let usage = self.usage.get();
        let messages = usage.messages + 1;
        self.usage.set(EchoUsage { messages, bytes: usage.bytes + input.len() as u64, ..usage });
        u64::from(messages)
    }
}

impl EchoDriver for Simulated {
    fn reset(&self) -> Result<(), Errno> {
        self.config.set(EchoConfig::initial());
        self.channels.set([EchoChannel::initial(); ECHO_CHANNELS as usize]);
        self.messages.borrow_mut().clear();
        Ok(())
    }

    fn get_info(&self) -> Result<EchoInfo, Errno> {
        Ok(EchoInfo {
            config_flags: ECHO_CONFIG_MUTED | ECHO_CONFIG_KEEP,
            transfer_flags: ECHO_TRANSFER_QUIET,
            channels: ECHO_CHANNELS,
            message_max: u32::try_from(self.limits.get().message_max)
                .map_err(|_| Errno::OVERFLOW)?,
            messages: u64::from(self.usage.get().messages),
        })
    }

    fn get_config(&self) -> Result<EchoConfig, Errno> {
        Ok(self.config.get())
    }

    fn set_config(&self, argument: &EchoConfig) -> Result<(), Errno> {
        check(argument)?;
        self.config.set(*argument);
        Ok(())
    }

    fn transfer(&self, argument: &mut EchoTransfer<'_>) -> Result<(), Errno> {
        check(argument)?;
        // SAFETY: address and length were set together, from slices that are still borrowed.
        let (input, output) = unsafe {
            (
                argument.input().as_slice(argument.input_len() as usize),
                argument.output().as_slice_mut(argument.output_len() as usize),
            )
        };
        if input.len() as u64 > self.limits.get().message_max {
            return Err(Errno::TOOBIG);
        }
        let channel = self.channels.get()[argument.channel as usize];
        let is_muted = channel.flags & ECHO_CHANNEL_MUTED != 0;
        let answer = if is_muted { Vec::new() } else { self.echo(input) };
        let room = output.get_mut(..answer.len()).ok_or(Errno::NOSPC)?;
        room.copy_from_slice(&answer);
        argument.truncate_output(u32::try_from(answer.len()).map_err(|_| Errno::OVERFLOW)?);
        let timestamp_ns = self.count(input);
        if argument.flags & ECHO_TRANSFER_QUIET == 0
            && self.config.get().flags & ECHO_CONFIG_KEEP != 0
        {
            let length = argument.input_len();
            let message = EchoMessage {
                timestamp_ns,
                channel: argument.channel,
                length,
                ..EchoMessage::initial()
            };
            self.messages.borrow_mut().push(message);
        }
        argument.timestamp_ns = timestamp_ns;
        Ok(())
    }

    fn set_timeout(&self, argument: u32) -> Result<u32, Errno> {
        if argument > LONGEST_TIMEOUT {
            return Err(Errno::INVAL);
        }
        Ok(self.timeout.replace(argument))
    }

    fn open_monitor(&self, argument: &EchoOpenMonitor) -> Result<OwnedFd, Errno> {
        check(argument)?;
        // A file that answers no command; the monitor's own commands have a driver of their own.
        let file = std::fs::File::open("/dev/null").map_err(|_| Errno::NOENT)?;
        Ok(file.into())
    }

    fn list_messages(
        &self,
        argument: &mut EchoMessageList,
        elements: &mut [EchoMessage],
    ) -> Result<(), Errno> {
        check(argument)?;
        let kept = self.messages.borrow();
        let shown = kept.iter().skip(argument.first as usize);
        let count = elements.iter_mut().zip(shown).map(|(room, kept)| *room = *kept).count();
        argument.count = u32::try_from(count).map_err(|_| Errno::OVERFLOW)?;
        argument.total = u32::try_from(kept.len()).map_err(|_| Errno::OVERFLOW)?;
        Ok(())
    }

    fn set_limits(&self, argument: &EchoLimits) -> Result<(), Errno> {
        if !self.is_administrator {
            return Err(Errno::PERM);
        }
        check(argument)?;
        self.limits.set(*argument);
        Ok(())
    }

    fn set_eventfd(&self, argument: &EchoEventfd) -> Result<(), Errno> {
        check(argument)?;
        self.eventfd.set(*argument);
        Ok(())
    }

    fn get_usage(&self) -> Result<EchoUsage, Errno> {
        Ok(self.usage.get())
    }

    fn get_channel(&self, index: u8) -> Result<EchoChannel, Errno> {
        Ok(self.channels.get()[usize::from(index)])
    }

    fn set_channel(&self, index: u8, argument: &EchoChannel) -> Result<(), Errno> {
        check(argument)?;
        let mut channels = self.channels.get();
        channels[usize::from(index)] = *argument;
        self.channels.set(channels);
        Ok(())
    }
}
