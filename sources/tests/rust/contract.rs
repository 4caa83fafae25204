//! What the derive's definitions say beyond numbers and layouts.

use ioctlkit_abi::Direction;
use ioctlkit_model::{Capability, DriverPath, Passing, Returns, Role, Values};

use crate::support::{command, read_text};

const ECHO: &str = r#"
use core::ffi::c_int;
use ioctlkit::{FlexibleArray, Flexible, Ioctl, IoctlData, OwnedFd, Reserved, UserConstPtr};

/// It is quiet.
pub const ECHO_QUIET: u32 = 1 << 0;
/// The loudest.
pub const ECHO_LEVEL_MAX: i32 = 9;
const PRIVATE: u32 = 2;
pub const ECHO_TYPE: u8 = b'E';

/// How the device echoes.
#[derive(IoctlData)]
#[repr(C)]
pub struct Config<'a> {
    /// Which echoes.
    #[ioctl(flags = ECHO_QUIET | PRIVATE)]
    pub flags: u32,
    pub _reserved0: Reserved<4>,
    pub input: UserConstPtr<'a, u8>,
    #[ioctl(range = 1..=ECHO_LEVEL_MAX)]
    pub level: i32,
    #[ioctl(values(0, 2))]
    pub mode: u32,
    #[ioctl(fd)]
    pub file: i32,
    #[ioctl(size)]
    pub size: u32,
}

#[derive(IoctlData)]
#[repr(C)]
pub struct List {
    pub length: u32,
    #[ioctl(count = length)]
    pub levels: FlexibleArray<u32>,
}

/// A device that says what it is told.
#[derive(Ioctl)]
#[ioctl(type = ECHO_TYPE, device = Echo, unsafe(path = "/dev/echo"), prefix = "ECHO_")]
pub enum EchoIoctl {
    /// Forgets everything.
    #[ioctl(nr = 0, capability = "CAP_SYS_ADMIN")]
    Reset,
    #[ioctl(nr = 1, write)]
    SetConfig(Config<'static>),
    #[ioctl(nr = 2, write, value, returns = u32)]
    SetMode(i32),
    #[ioctl(nr = 0x40..=0x7f, read, returns = OwnedFd)]
    Channel(u64),
    #[ioctl(nr = 7, read, encoded = c_long)]
    Flags(u32),
    #[ioctl(nr = 8, read_write, returns = Echo)]
    List(Flexible<List>),
}
"#;

#[test]
fn a_command_carries_what_its_definition_says_of_the_call() {
    let interface = read_text(ECHO);
    let contract =
        |name: &str| command(&interface, &format!("EchoIoctl::{name}")).contract.clone().unwrap();
    let reset = contract("Reset");
    assert_eq!(reset.name, "Reset");
    assert_eq!(reset.passing, Passing::Nothing);
    assert_eq!(reset.returns, Returns::Nothing);
    assert_eq!(reset.capability.as_ref().map(Capability::as_str), Some("CAP_SYS_ADMIN"));
    assert_eq!(
        reset.docs.iter().map(|line| line.trim()).collect::<Vec<_>>(),
        ["Forgets everything."]
    );

    assert!(matches!(contract("SetConfig").passing, Passing::Pointer(_)));
    assert_eq!(contract("SetConfig").direction, Direction::Write);
    assert!(matches!(contract("SetMode").passing, Passing::Value(_)));
    assert_eq!(contract("SetMode").returns, Returns::Value);
    assert_eq!(contract("Channel").last_nr, Some(0x7f));
    assert_eq!(contract("Channel").returns, Returns::Fd(None));
    assert!(matches!(contract("List").passing, Passing::Flexible(_)));
    assert_eq!(contract("List").returns, Returns::Fd(Some("Echo".into())));
}

#[test]
fn an_enum_with_the_derive_is_a_group_of_its_commands() {
    let interface = read_text(ECHO);
    let [group] = interface.groups.as_slice() else { panic!("{:#?}", interface.groups) };
    assert_eq!(group.name, "EchoIoctl");
    assert_eq!(group.device.as_deref(), Some("Echo"));
    assert_eq!(group.path.as_ref().map(DriverPath::as_str), Some("/dev/echo"));
    assert_eq!(group.prefix, "ECHO_");
    assert_eq!(group.docs.len(), 1);
    assert_eq!(group.commands.len(), 6);
    assert_eq!(group.commands[1], "EchoIoctl::SetConfig");
}

#[test]
fn a_member_carries_what_it_is_for_and_what_it_may_hold() {
    let interface = read_text(ECHO);
    let record = |name: &str| {
        let named = |record: &&ioctlkit_model::Record| {
            record.name.as_deref().is_some_and(|known| known.starts_with(name))
        };
        interface.records.iter().find(named).unwrap()
    };
    let config = record("Config");
    assert_eq!(config.docs.len(), 1);
    let members = &config.variants.first().unwrap().members;
    let roles: Vec<&Role> = members.iter().map(|member| &member.purpose.role).collect();
    let expected = [
        Role::Plain,
        Role::Reserved,
        Role::UserPointer,
        Role::Plain,
        Role::Plain,
        Role::Fd,
        Role::Size,
    ];
    assert_eq!(roles, expected.iter().collect::<Vec<_>>());
    let to = members[2].purpose.points_to.as_ref().unwrap();
    assert_eq!(interface.type_name(&to.element), "u8");
    assert_eq!(members[0].purpose.points_to, None);
    assert_eq!(members[0].purpose.values, Values::Flags(3));
    assert_eq!(members[0].purpose.docs.len(), 1);
    assert_eq!(members[3].purpose.values, Values::Range { first: 1, last: 9 });
    assert_eq!(members[4].purpose.values, Values::Listed(vec![0, 2]));
    let levels = record("List").variants.first().unwrap().members[1].purpose.role.clone();
    assert_eq!(levels, Role::Flexible { count: "length".into() });
}

#[test]
fn public_constants_are_kept_with_what_refers_to_them() {
    let interface = read_text(ECHO);
    let constants: Vec<_> = interface
        .constants
        .iter()
        .map(|found| (found.name.as_str(), found.variants.first().copied(), found.bits))
        .collect();
    let expected = [
        ("ECHO_QUIET", Some(1), 32),
        ("ECHO_LEVEL_MAX", Some(9), 32),
        ("ECHO_TYPE", Some(0x45), 8),
    ];
    assert_eq!(constants, expected);
    assert_eq!(interface.constants[0].docs, ["It is quiet."]);
    assert_eq!(interface.groups[0].type_constant.as_deref(), Some("ECHO_TYPE"));
    let named = |record: &&ioctlkit_model::Record| {
        record.name.as_deref().is_some_and(|name| name.starts_with("Config"))
    };
    let config = interface.records.iter().find(named).unwrap();
    let members = &config.variants.first().unwrap().members;
    assert_eq!(members[0].purpose.constants, ["ECHO_QUIET", "PRIVATE"]);
    assert_eq!(members[3].purpose.constants, ["ECHO_LEVEL_MAX"]);
}
