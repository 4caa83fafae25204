//! Every command, answered in this process.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod driver;

use std::collections::BTreeSet;

use driver::Simulated;
use echo::{
    ECHO_CHANNEL_MUTED, ECHO_CHANNELS, ECHO_CONFIG_KEEP, ECHO_DELAY_MAX_NS, ECHO_GAIN_MAX,
    ECHO_MODE_PLAIN, ECHO_MODE_REVERSED, ECHO_MODE_UPPER, ECHO_REPEAT_MAX, ECHO_TRANSFER_QUIET,
    Echo, EchoChannel, EchoConfig, EchoEventfd, EchoIoctl, EchoLimits, EchoMessage,
    EchoMessageList, EchoOpenMonitor, EchoTransfer, EchoUsage, EchoUsage32, InProcessEcho,
    InProcessMonitor, Monitor, MonitorDriver, MonitorIoctl,
};
use ioctlkit::abi::{ABIS, Abi};
use ioctlkit::{Errno, Flexible, Interface as _, IoctlData as _, UserPtr};

type SimulatedEcho = Echo<InProcessEcho<Simulated>>;

fn echo() -> SimulatedEcho {
    Echo::in_process(Simulated::new())
}

/// What comes back for these bytes.
fn send(echo: &SimulatedEcho, input: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut output = [0; 64];
    let mut transfer = EchoTransfer::new();
    transfer.set_input(input);
    transfer.set_output(&mut output);
    echo.transfer(&mut transfer)?;
    let length = transfer.output_len() as usize;
    Ok(output[..length].to_vec())
}

#[test]
fn what_is_sent_comes_back_as_the_configuration_says() {
    let echo = echo();
    assert_eq!(echo.get_config(), Ok(EchoConfig { repeat: 1, ..EchoConfig::initial() }));
    assert_eq!(send(&echo, b"Echo").unwrap(), b"Echo");
    for (mode, answer) in [
        (ECHO_MODE_PLAIN, b"EchoEcho"),
        (ECHO_MODE_REVERSED, b"ohcEohcE"),
        (ECHO_MODE_UPPER, b"ECHOECHO"),
    ] {
        let config = EchoConfig { mode, repeat: 2, ..EchoConfig::initial() };
        echo.set_config(&config).unwrap();
        assert_eq!(echo.get_config(), Ok(config));
        assert_eq!(send(&echo, b"Echo").unwrap(), answer);
    }
    echo.reset().unwrap();
    assert_eq!(echo.get_config(), Ok(EchoConfig::initial()));
}

#[test]
fn a_configuration_that_is_none_changes_nothing() {
    let echo = echo();
    let config = EchoConfig::initial();
    for wrong in [
        EchoConfig { flags: 1 << 2, ..config },
        EchoConfig { mode: 3, ..config },
        EchoConfig { repeat: 0, ..config },
        EchoConfig { repeat: ECHO_REPEAT_MAX + 1, ..config },
        EchoConfig { delay_ns: ECHO_DELAY_MAX_NS + 1, ..config },
    ] {
        assert_eq!(echo.set_config(&wrong), Err(Errno::INVAL), "{wrong:?}");
    }
    assert_eq!(echo.get_config(), Ok(config));
}

#[test]
fn an_answer_that_is_longer_than_its_buffer_is_not_sent() {
    let echo = echo();
    let mut output = [0; 3];
    let mut transfer = EchoTransfer::new();
    transfer.set_input(b"echo");
    transfer.set_output(&mut output);
    assert_eq!(echo.transfer(&mut transfer), Err(Errno::NOSPC));
    assert_eq!(echo.get_info().unwrap().messages, 0);
}

#[test]
fn a_transfer_says_its_size_and_how_much_of_the_buffer_is_used() {
    let echo = echo();
    let mut output = [0; 64];
    let mut transfer = EchoTransfer::new();
    transfer.size = 7;
    transfer.set_input(b"echo");
    transfer.set_output(&mut output);
    assert_eq!(transfer.output_len(), 64);
    echo.transfer(&mut transfer).unwrap();
    assert_eq!(transfer.size as usize, size_of::<EchoTransfer<'_>>());
    assert_eq!((transfer.input_len(), transfer.output_len()), (4, 4));
    assert_ne!(transfer.timestamp_ns, 0);
    transfer.channel = ECHO_CHANNELS;
    assert_eq!(echo.transfer(&mut transfer), Err(Errno::INVAL));
}

#[test]
fn the_driver_says_what_it_can_do() {
    let info = echo().get_info().unwrap();
    assert_eq!((info.channels, info.message_max, info.messages), (8, 4096, 0));
    assert_eq!(info.config_flags & ECHO_CONFIG_KEEP, ECHO_CONFIG_KEEP);
    assert_eq!(info.transfer_flags, ECHO_TRANSFER_QUIET);
}

#[test]
fn a_timeout_is_passed_itself_and_the_last_one_comes_back() {
    let echo = echo();
    assert_eq!(echo.set_timeout(250), Ok(0));
    assert_eq!(echo.set_timeout(500), Ok(250));
    assert_eq!(echo.set_timeout(3_600_001), Err(Errno::INVAL));
}

#[test]
fn messages_that_are_kept_are_listed_as_far_as_there_is_room() {
    let echo = echo();
    echo.set_config(&EchoConfig { flags: ECHO_CONFIG_KEEP, ..EchoConfig::initial() }).unwrap();
    for message in [b"1".as_slice(), b"22", b"333"] {
        send(&echo, message).unwrap();
    }
    let mut transfer = EchoTransfer::new();
    transfer.flags = ECHO_TRANSFER_QUIET;
    echo.transfer(&mut transfer).unwrap();

    let lengths = |list: &Flexible<EchoMessageList>| -> Vec<u32> {
        list.elements().iter().map(|message| message.length).collect()
    };
    let mut list = Flexible::<EchoMessageList>::with_capacity(2);
    echo.list_messages(&mut list).unwrap();
    assert_eq!((list.total, lengths(&list)), (3, vec![1, 2]));
    let mut list = Flexible::<EchoMessageList>::with_capacity(8);
    list.first = 2;
    echo.list_messages(&mut list).unwrap();
    assert_eq!((list.total, lengths(&list)), (3, vec![3]));
    list.count = 9;
    assert_eq!(echo.list_messages(&mut list), Err(Errno::INVAL), "more than there is room for");
}

#[test]
fn each_channel_has_its_own_settings() {
    let echo = echo();
    let quiet = EchoChannel { flags: ECHO_CHANNEL_MUTED, gain: -ECHO_GAIN_MAX };
    echo.set_channel(7, &quiet).unwrap();
    assert_eq!(echo.get_channel(7), Ok(quiet));
    assert_eq!(echo.get_channel(0), Ok(EchoChannel::initial()));
    assert_eq!(echo.get_channel(8), Err(Errno::INVAL), "the family has no such member");
    let loud = EchoChannel { gain: ECHO_GAIN_MAX + 1, ..quiet };
    assert_eq!(echo.set_channel(7, &loud), Err(Errno::INVAL));

    let mut output = [0; 4];
    let mut transfer = EchoTransfer::new();
    transfer.channel = 7;
    transfer.set_input(b"echo");
    transfer.set_output(&mut output);
    echo.transfer(&mut transfer).unwrap();
    assert_eq!(transfer.output_len(), 0);
}

#[test]
fn limits_are_for_administrators() {
    let echo = echo();
    let limits = EchoLimits { message_max: 3, ..EchoLimits::initial() };
    echo.set_limits(&limits).unwrap();
    assert_eq!(send(&echo, b"echo"), Err(Errno::TOOBIG));
    assert_eq!(
        echo.set_limits(&EchoLimits { message_max: 0, ..limits }),
        Err(Errno::INVAL),
        "no message would be short enough"
    );
    let user = Echo::in_process(Simulated::for_user());
    assert_eq!(user.set_limits(&limits), Err(Errno::PERM));
}

#[test]
fn an_eventfd_is_given_by_its_number() {
    let echo = echo();
    assert_eq!(EchoEventfd::initial().fd, -1, "none");
    let eventfd = EchoEventfd { fd: 5, ..EchoEventfd::initial() };
    echo.set_eventfd(&eventfd).unwrap();
    assert_eq!(echo.backend().0.eventfd.get(), eventfd);
    assert_eq!(echo.set_eventfd(&EchoEventfd { flags: 2, ..eventfd }), Err(Errno::INVAL));
}

#[test]
fn programs_of_32_bit_pass_another_structure_for_the_usage() {
    let echo = echo();
    send(&echo, b"echo").unwrap();
    let usage = echo.get_usage().unwrap();
    assert_eq!(usage, EchoUsage { messages: 1, failures: 0, bytes: 4 });

    let narrow = EchoUsage32::try_from(usage).unwrap();
    assert_eq!(size_of_val(&narrow), 16);
    assert_eq!(EchoUsage::from(narrow), usage);
    #[cfg(target_pointer_width = "64")]
    {
        let wide = EchoUsage { failures: 1 << 32, ..usage };
        assert_eq!(EchoUsage32::try_from(wide).err().unwrap().member(), "failures");
    }
}

/// A monitor that has seen some messages.
struct Seen(std::cell::RefCell<Vec<EchoMessage>>);

impl MonitorDriver for Seen {
    fn next_message(&self) -> Result<EchoMessage, Errno> {
        let mut messages = self.0.borrow_mut();
        if messages.is_empty() { Err(Errno::AGAIN) } else { Ok(messages.remove(0)) }
    }

    fn skip(&self, argument: u32) -> Result<u32, Errno> {
        let mut messages = self.0.borrow_mut();
        let skipped = messages.len().min(argument as usize);
        messages.drain(..skipped);
        u32::try_from(skipped).map_err(|_| Errno::OVERFLOW)
    }

    fn count_messages(&self) -> Result<u32, Errno> {
        u32::try_from(self.0.borrow().len()).map_err(|_| Errno::OVERFLOW)
    }
}

#[test]
fn a_monitor_sees_messages_in_order() {
    let messages = [1, 2, 3].map(|length| EchoMessage { length, ..EchoMessage::initial() });
    let monitor: Monitor<InProcessMonitor<Seen>> =
        Monitor::in_process(Seen(messages.to_vec().into()));
    assert_eq!(monitor.count_messages(), Ok(3));
    assert_eq!(monitor.next_message(), Ok(messages[0]));
    assert_eq!(monitor.skip(1), Ok(1));
    assert_eq!(monitor.next_message(), Ok(messages[2]));
    assert_eq!(monitor.skip(9), Ok(0));
    assert_eq!(monitor.next_message(), Err(Errno::AGAIN));
}

#[test]
fn a_monitor_is_a_file_of_its_own_kind() {
    let echo = echo();
    let monitor: Monitor = echo.open_monitor(&EchoOpenMonitor::initial()).unwrap();
    assert_eq!(monitor.count_messages(), Err(Errno::NOTTY), "/dev/null is no monitor");
    let wrong = EchoOpenMonitor { channels: 0x100, ..EchoOpenMonitor::initial() };
    assert_eq!(echo.open_monitor(&wrong).err(), Some(Errno::INVAL));
}

#[test]
fn a_file_that_is_no_echo_device_answers_nothing() {
    let file = std::fs::File::open("/dev/null").unwrap();
    // SAFETY: `/dev/null` knows no command, so that none does anything to an argument.
    let echo = unsafe { Echo::new(file) };
    assert_eq!(echo.reset(), Err(Errno::NOTTY));
    assert_eq!(echo.get_config(), Err(Errno::NOTTY));
    let mut transfer = EchoTransfer::new();
    assert!(transfer.output().is_null() && !UserPtr::from_slice_mut(&mut [0_u8]).is_null());
    assert_eq!(echo.transfer(&mut transfer), Err(Errno::NOTTY));
}

#[test]
fn what_grows_begins_with_its_first_version_and_the_rest_is_the_same_everywhere() {
    let commands = EchoIoctl::DESCRIPTION.commands.iter().chain(MonitorIoctl::DESCRIPTION.commands);
    let (mut names, mut differ, mut grow) = (BTreeSet::new(), Vec::new(), Vec::new());
    for command in commands {
        assert!(names.insert(command.c_name), "{} stands twice", command.c_name);
        let sizes: BTreeSet<u64> = ABIS
            .iter()
            .filter_map(|abi| Some(command.argument()?.size_align(abi).unwrap().size))
            .collect();
        if sizes.len() > 1 {
            differ.push(command.c_name);
        }
        if let Some(min_size) = command.min_size {
            grow.push((command.c_name, min_size, sizes.first().copied().unwrap()));
        }
    }
    assert_eq!(names.len(), 16);
    assert_eq!(differ, ["ECHO_GET_USAGE"]);
    assert_eq!(grow, [("ECHO_GET_INFO", 16, 24), ("ECHO_TRANSFER", 40, 48)]);
    let transfer = &EchoIoctl::DESCRIPTION.commands[4];
    assert_eq!(transfer.number(Abi::by_name("x86_64").unwrap()), Ok(0xc030_e904));
    assert_eq!(transfer.number(Abi::by_name("powerpc64").unwrap()), Ok(0xc030_e904));
}
