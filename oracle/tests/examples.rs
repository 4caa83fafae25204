//! The examples of `ioctlkit` define what real headers define. Here each is held against its
//! header: the command's number and the structure's members, on every ABI.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::duplicate_mod, reason = "each example has what it skips by")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use ioctlkit::Interface as _;
use ioctlkit::description::{
    Command, EncodedSize, Identity, Interface as Described, Passing, Record, Role, Type,
};
use ioctlkit_abi::{ABIS, Abi, AbiId};
use ioctlkit_model::{Interface, Layouts, RecordId};
use ioctlkit_oracle::kernel::Kernel;
use ioctlkit_sources::c::{Request, read};

macro_rules! examples {
    ($($module:ident: $file:literal;)+) => {
        $(
            #[path = $file]
            #[allow(dead_code, unreachable_pub, clippy::struct_field_names, clippy::enum_variant_names)]
            mod $module;
        )+
        const EXAMPLES: &[&str] = &[$(concat!(stringify!($module), ".rs")),+];
    };
}

examples! {
    block_device: "../../ioctlkit/examples/block_device.rs";
    clock: "../../ioctlkit/examples/clock.rs";
    clone_file: "../../ioctlkit/examples/clone_file.rs";
    device_mapper: "../../ioctlkit/examples/device_mapper.rs";
    entropy: "../../ioctlkit/examples/entropy.rs";
    extents: "../../ioctlkit/examples/extents.rs";
    inode_flags: "../../ioctlkit/examples/inode_flags.rs";
    input_devices: "../../ioctlkit/examples/input_devices.rs";
    kvm: "../../ioctlkit/examples/kvm.rs";
    loop_control: "../../ioctlkit/examples/loop_control.rs";
    memory_map: "../../ioctlkit/examples/memory_map.rs";
    namespaces: "../../ioctlkit/examples/namespaces.rs";
    pidfd_info: "../../ioctlkit/examples/pidfd_info.rs";
    pipe: "../../ioctlkit/examples/pipe.rs";
    terminal: "../../ioctlkit/examples/terminal.rs";
    tun: "../../ioctlkit/examples/tun.rs";
    userfaultfd: "../../ioctlkit/examples/userfaultfd.rs";
}

/// The interfaces of all examples.
const INTERFACES: [Described; 22] = [
    block_device::DiskIoctl::DESCRIPTION,
    clock::Time::DESCRIPTION,
    clone_file::DestinationIoctl::DESCRIPTION,
    device_mapper::DeviceMapperIoctl::DESCRIPTION,
    entropy::RandomIoctl::DESCRIPTION,
    extents::InodeIoctl::DESCRIPTION,
    inode_flags::InodeIoctl::DESCRIPTION,
    input_devices::InputIoctl::DESCRIPTION,
    kvm::KvmIoctl::DESCRIPTION,
    kvm::VmIoctl::DESCRIPTION,
    kvm::VcpuIoctl::DESCRIPTION,
    loop_control::LoopControlIoctl::DESCRIPTION,
    loop_control::LoopIoctl::DESCRIPTION,
    memory_map::MemoryMapIoctl::DESCRIPTION,
    namespaces::NamespaceIoctl::DESCRIPTION,
    pidfd_info::PidfdIoctl::DESCRIPTION,
    pipe::PipeIoctl::DESCRIPTION,
    terminal::PtmxIoctl::DESCRIPTION,
    terminal::TerminalIoctl::DESCRIPTION,
    tun::TunIoctl::DESCRIPTION,
    userfaultfd::UserfaultfdDeviceIoctl::DESCRIPTION,
    userfaultfd::UserfaultfdIoctl::DESCRIPTION,
];

/// Newer than the sources that are read here.
const TOO_NEW: [&str; 1] = ["PIDFD_GET_INFO"];

/// Members of families, which a header has only as macros with parameters.
const MEMBERS: [(&str, u8, u64); 5] = [
    ("EVIOCGNAME(256)", 0, 256),
    ("EVIOCGBIT(0, 8)", 0, 8),
    ("EVIOCGBIT(31, 96)", 31, 96),
    ("EVIOCGABS(0)", 0, 0),
    ("EVIOCGABS(63)", 63, 0),
];

/// What the headers say: read from the kernel's sources, which have every architecture's.
struct Real {
    interface: Interface,
}

impl Real {
    fn get() -> &'static Self {
        static REAL: OnceLock<Real> = OnceLock::new();
        REAL.get_or_init(Self::read)
    }

    fn read() -> Self {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle");
        let kernel = Kernel::unpacked(&cache).unwrap_or_else(|error| panic!("{error}"));
        let folder = tempfile::tempdir().unwrap();
        let families = folder.path().join("families.h");
        let lines = MEMBERS
            .iter()
            .enumerate()
            .map(|(index, (member, ..))| format!("#define MEMBER_{index} {member}\n"));
        let text = format!("#include <linux/input.h>\n{}", lines.collect::<String>());
        std::fs::write(&families, text).unwrap();
        let request = Request {
            paths: vec![kernel.root(), families],
            raw_numbers: true,
            ..Request::default()
        };
        Self { interface: read(&request).0 }
    }

    fn number(&self, layouts: &Layouts<'_>, name: &str, abi: AbiId) -> Option<u32> {
        let mut commands = self.interface.commands.iter().filter(|command| command.name == name);
        let encoded = commands.find_map(|command| layouts.number(command, abi));
        let mut plain = self.interface.raw_numbers.iter().filter(|raw| raw.name == name);
        encoded
            .map(|encoded| encoded.number)
            .or_else(|| plain.find_map(|raw| raw.variants.get(abi).copied()))
    }

    fn record(&self, record: &Record) -> Option<RecordId> {
        let snake = snake_case(record.name);
        let stated = record.c_name.and_then(|name| name.split_once(' ')).map(|(_, name)| name);
        let name = stated.unwrap_or(&snake);
        let named = |record: &ioctlkit_model::Record| record.name.as_deref() == Some(name);
        let index = self.interface.records.iter().position(named)?;
        Some(RecordId(u32::try_from(index).unwrap()))
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn commands() -> impl Iterator<Item = &'static Command> {
    const ALL: &[Described] = &INTERFACES;
    ALL.iter().flat_map(|interface| interface.commands)
}

/// Whether the name is defined there: `linux/kvm.h` is of no use without an architecture's part.
fn has(abi: &Abi, name: &str) -> bool {
    const WITH_KVM: [&str; 7] = ["x86", "arm64", "powerpc", "s390", "mips", "riscv", "loongarch"];
    !name.to_uppercase().starts_with("KVM") || WITH_KVM.contains(&abi.kernel_arch)
}

fn is_family(command: &Command) -> bool {
    let by_nr = matches!(command.identity, Identity::Encoded { first, last, .. } if first != last);
    by_nr || matches!(command.encoded.size, EncodedSize::Length)
}

#[test]
fn every_example_is_compared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ioctlkit/examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    let programs: BTreeSet<&str> =
        files.iter().map(String::as_str).filter(|name| *name != "skip").collect();
    assert_eq!(programs, EXAMPLES.iter().copied().collect());
}

#[test]
fn the_examples_numbers_are_those_of_the_kernels_headers_on_every_abi() {
    let real = Real::get();
    let layouts = Layouts::new(&real.interface);
    let mut compared = 0;
    for command in commands().filter(|command| !TOO_NEW.contains(&command.c_name)) {
        for abi in ABIS.iter().filter(|abi| has(abi, command.c_name)) {
            let known = |name: &str| {
                let number = real.number(&layouts, name, abi.id());
                number.unwrap_or_else(|| panic!("no number of {name} on {}", abi.name))
            };
            if !is_family(command) {
                let (ours, theirs) = (command.number(abi).unwrap(), known(command.c_name));
                assert_eq!(
                    ours, theirs,
                    "{} on {}: {ours:#x}, {theirs:#x}",
                    command.c_name, abi.name
                );
                compared += 1;
                continue;
            }
            for (place, (member, index, length)) in MEMBERS.iter().enumerate() {
                if member.starts_with(&format!("{}(", command.c_name)) {
                    let ours = command.number_of(abi, *index, *length).unwrap();
                    assert_eq!(ours, known(&format!("MEMBER_{place}")), "{member} on {}", abi.name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 40 * ABIS.len(), "{compared}");
}

#[test]
fn the_examples_structures_are_those_of_the_kernels_headers_on_every_abi() {
    let real = Real::get();
    let layouts = Layouts::new(&real.interface);
    let mut compared = BTreeSet::new();
    for command in commands().filter(|command| !TOO_NEW.contains(&command.c_name)) {
        let Passing::Pointer(Type::Record(record)) = command.passing else {
            continue;
        };
        compare(real, &layouts, record, &mut compared);
    }
    assert_eq!(compared.len(), 12, "{compared:?}");
}

fn compare(
    real: &Real,
    layouts: &Layouts<'_>,
    record: &'static Record,
    compared: &mut BTreeSet<&'static str>,
) {
    let id = real.record(record).unwrap_or_else(|| panic!("no structure {}", record.name));
    compared.insert(record.name);
    for abi in ABIS.iter().filter(|abi| has(abi, record.name)) {
        let theirs = layouts.record(id, abi.id()).unwrap();
        let ours = record.size_align(abi).unwrap();
        let what = format!("{} on {}", record.name, abi.name);
        assert_eq!((ours.size, ours.align), (theirs.size, theirs.align), "{what}");
        let body = real.interface.body(id, abi.id()).unwrap();
        for (member, place) in record.offsets(abi) {
            let named =
                |theirs: &ioctlkit_model::Member| theirs.name.as_deref() == Some(member.name);
            let Some(index) = body.members.iter().position(named) else {
                // `struct ifreq` has unions in place of members, and reserved members have no name.
                assert!(member.role == Role::Reserved || record.name == "Ifreq", "{what}");
                continue;
            };
            let known = theirs.members[index];
            let places = (place.offset_bits, place.size_bits);
            assert_eq!(places, (known.offset_bits, known.size_bits), "{} of {what}", member.name);
        }
    }
    for member in record.members {
        if let Type::FlexibleArray(Type::Record(element)) = member.ty {
            compare(real, layouts, element, compared);
        }
    }
}

#[test]
fn what_is_newer_than_the_kernels_sources_is_what_libc_has() {
    #[cfg(target_env = "gnu")]
    assert_eq!(libc::Ioctl::from(pidfd_info::PidfdIoctl::GET_INFO), libc::PIDFD_GET_INFO);
    assert_eq!(size_of::<pidfd_info::PidfdInfo>(), size_of::<libc::pidfd_info>());
}
