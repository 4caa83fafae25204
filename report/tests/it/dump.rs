//! `dump` over an interface that was built by hand, one of everything.

use std::fmt::Write as _;

use ioctlkit_model::abi::{AbiSet, Direction, RecordKind, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, Constant, Differences, Enum, EnumBody, EnumId, Enumerator,
    Expression, Family, FileId, Header, HeaderError, Interface, Layouts, Member, Problem,
    ProblemKind, Purpose, RawNumber, Record, RecordBody, RecordId, Representation, Span, Type,
    Typedef, TypedefBody, TypedefId, Variants,
};
use serde_json::Value;

use crate::sample::set;
use crate::schemas::{complaints, published};

/// A few ABIs that differ, so that a snapshot can be read.
fn few() -> AbiSet {
    set(&["x86_64", "i386", "powerpc"])
}

struct Builder {
    interface: Interface,
    file: FileId,
}

impl Builder {
    fn new() -> Self {
        let mut interface = Interface { abis: few(), ..Interface::default() };
        let text: String = (1..100).fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "line {line}");
            all
        });
        let file = interface.sources.add("include/uapi/foo.h".into(), text.into());
        Self { interface, file }
    }

    /// The place of a line.
    fn line(&self, line: u32) -> Span {
        let range = self.interface.sources.file(self.file).line_range(line);
        Span { file: self.file, start: range.start as u32, end: range.end as u32 }
    }

    fn typedef(&mut self, line: u32, name: &str, variants: Variants<TypedefBody>) -> Type {
        let span = self.line(line);
        self.interface.typedefs.push(Typedef { name: name.into(), span, variants });
        Type::Typedef(TypedefId(self.interface.typedefs.len() as u32 - 1))
    }

    fn member(&self, line: u32, name: Option<&str>, ty: Type, bits: Option<u64>) -> Member {
        Member {
            name: name.map(str::to_owned),
            span: self.line(line),
            name_span: self.line(line),
            ty,
            bits,
            packed: false,
            aligned: None,
            condition: None,
            purpose: Purpose::default(),
        }
    }

    fn body(&self, line: u32, members: Vec<Member>) -> RecordBody {
        RecordBody {
            span: self.line(line),
            representation: Representation::C,
            packed: false,
            aligned: None,
            pack: None,
            members,
            observed: None,
        }
    }

    fn record(
        &mut self,
        line: u32,
        kind: RecordKind,
        name: Option<&str>,
        variants: Variants<RecordBody>,
    ) -> Type {
        let span = self.line(line);
        let name = name.map(str::to_owned);
        self.interface.records.push(Record {
            kind,
            name,
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span,
            variants,
        });
        Type::Record(RecordId(self.interface.records.len() as u32 - 1))
    }

    fn command_body(&self, line: u32, direction: Direction, argument: Argument) -> CommandBody {
        CommandBody {
            span: self.line(line),
            through: direction.macro_name().into(),
            direction,
            type_letter: u32::from(b'f'),
            nr: line,
            argument,
            encoder: ioctlkit_model::Encoder::Kernel,
        }
    }

    fn command(&mut self, line: u32, name: &str, variants: Variants<CommandBody>) {
        let span = self.line(line);
        self.interface.commands.push(Command {
            contract: None,
            differences: Differences::default(),
            name: name.into(),
            c_name: None,
            span,
            variants,
        });
    }
}

fn scalar(scalar: Scalar) -> Type {
    Type::Scalar(scalar)
}

fn plain(ty: Type) -> TypedefBody {
    TypedefBody { ty, aligned: None }
}

fn everything() -> Interface {
    let mut build = Builder::new();
    let all = few();

    let u64_ =
        build.typedef(1, "__u64", Variants::one(all, plain(scalar(Scalar::UnsignedLongLong))));
    let mut uid = Variants::one(set(&["x86_64"]), plain(scalar(Scalar::UnsignedInt)));
    uid.add(set(&["i386"]), plain(scalar(Scalar::UnsignedShort)));
    let uid = build.typedef(2, "__kernel_uid_t", uid);
    build.typedef(3, "handler_t", Variants::one(all, plain(Type::Function)));

    let enumerators = |value| EnumBody {
        underlying: Scalar::UnsignedInt,
        enumerators: vec![
            Enumerator { name: "FOO_LOW".into(), value: i128::from(i64::MIN) },
            Enumerator { name: "FOO_HIGH".into(), value },
        ],
    };
    let mut modes = Variants::one(set(&["x86_64", "i386"]), enumerators(i128::from(u64::MAX)));
    modes.add(set(&["powerpc"]), enumerators(7));
    let span = build.line(5);
    build.interface.enums.push(Enum { name: Some("foo_mode".into()), span, variants: modes });

    let inner = {
        let members = vec![
            build.member(8, Some("wide"), u64_.clone(), None),
            build.member(
                9,
                Some("bytes"),
                Type::Array(Box::new(scalar(Scalar::UnsignedChar)), Constant::Known(12)),
                None,
            ),
        ];
        let body = build.body(7, members);
        build.record(7, RecordKind::Union, None, Variants::one(all, body))
    };
    let members = vec![
        build.member(11, Some("first"), scalar(Scalar::UnsignedInt), Some(3)),
        build.member(12, None, scalar(Scalar::UnsignedInt), Some(2)),
        build.member(13, Some("second"), scalar(Scalar::UnsignedInt), Some(11)),
        build.member(14, None, inner.clone(), None),
        build.member(15, Some("mode"), Type::Enum(EnumId(0)), None),
        build.member(16, Some("name"), Type::Pointer(Box::new(scalar(Scalar::Char))), None),
        build.member(17, Some("unions"), Type::Array(Box::new(inner), Constant::Known(2)), None),
        build.member(
            18,
            Some("sized"),
            Type::Array(
                Box::new(scalar(Scalar::Char)),
                Constant::Expression(Box::new(Expression::SizeOf(scalar(Scalar::Long)))),
            ),
            None,
        ),
        build.member(
            19,
            Some("tail"),
            Type::FlexibleArray(Box::new(scalar(Scalar::UnsignedChar))),
            None,
        ),
    ];
    let body = build.body(10, members);
    let foo = build.record(10, RecordKind::Struct, Some("foo"), Variants::one(all, body));

    let first = build.body(21, vec![build.member(22, Some("uid"), uid, None)]);
    let second = build.body(31, vec![build.member(32, Some("uid"), scalar(Scalar::Long), None)]);
    let mut bodies = Variants::one(set(&["x86_64", "i386"]), first);
    bodies.add(set(&["powerpc"]), second);
    let bar = build.record(21, RecordKind::Struct, Some("bar"), bodies);
    let opaque = build.record(40, RecordKind::Struct, Some("opaque"), Variants::default());

    let none = build.command_body(50, Direction::None, Argument::None);
    build.command(50, "FOO_RESET", Variants::one(all, none));
    let set_foo = build.command_body(51, Direction::Write, Argument::Type(foo));
    build.command(51, "FOO_SET", Variants::one(all, set_foo));
    let get_long =
        build.command_body(52, Direction::Read, Argument::SizeOfType(scalar(Scalar::Int)));
    build.command(52, "FOO_GET", Variants::one(all, get_long));
    let mut differs = Variants::one(
        set(&["x86_64"]),
        build.command_body(53, Direction::Read, Argument::Type(bar)),
    );
    let there = CommandBody {
        type_letter: 0x101,
        ..build.command_body(60, Direction::ReadWrite, Argument::Size(Constant::Known(20_000)))
    };
    differs.add(set(&["powerpc"]), there);
    build.command(53, "FOO_DIFFERS", differs);
    let broken = build.command_body(54, Direction::Read, Argument::Type(opaque));
    build.command(54, "FOO_OPAQUE", Variants::one(all, broken));

    let (family, raw, file) = (build.line(61), build.line(62), build.file);
    let error = build.line(63);
    let mut interface = build.interface;
    interface.families.push(Family {
        name: "FOO_BIT".into(),
        span: family,
        parameters: vec!["ev".into(), "len".into()],
        expansion: "_IOC(_IOC_READ, 'f', 0x20 + (ev), len)".into(),
        of_any_length: None,
        number: None,
    });
    let mut numbers = Variants::one(set(&["x86_64", "i386"]), 0x5401);
    numbers.add(set(&["powerpc"]), 0x402c_7413);
    interface.raw_numbers.push(RawNumber {
        name: "TCGETS".into(),
        span: raw,
        variants: numbers,
        through: String::new(),
    });
    interface.headers.push(Header {
        file,
        abis: all,
        errors: vec![
            HeaderError {
                message: "expected `;`".into(),
                span: Some(error),
                abis: all,
                is_stated: false,
                in_command: false,
            },
            HeaderError {
                message: "too many errors".into(),
                span: None,
                abis: set(&["i386"]),
                is_stated: false,
                in_command: false,
            },
        ],
        not_read: Vec::new(),
    });
    interface
}

fn problems() -> Vec<Problem> {
    vec![Problem {
        kind: ProblemKind::Failure,
        path: Some("gone.h".into()),
        span: None,
        message: "no such file".into(),
        help: None,
    }]
}

fn render(interface: &Interface, problems: &[Problem]) -> String {
    let layouts = Layouts::new(interface);
    let mut bytes = Vec::new();
    ioctlkit_report::dump::render(interface, &layouts, problems, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn dump() {
    insta::assert_snapshot!("dump", render(&everything(), &problems()));
}

#[test]
fn dump_json_is_as_described() {
    let schema = published("dump.schema.json");
    let document: Value = serde_json::from_str(&render(&everything(), &problems())).unwrap();
    assert_eq!(complaints(&schema, &document), Vec::<String>::new());
    let nothing: Value = serde_json::from_str(&render(&Interface::default(), &[])).unwrap();
    assert_eq!(complaints(&schema, &nothing), Vec::<String>::new());
    let mut bad = document;
    bad["types"][1]["layouts"][0]["members"][0]["surprise"] = 1.into();
    assert!(!complaints(&schema, &bad).is_empty());
}

/// `TUNSETIFF` says int, and the kernel copies a structure; a plain number says nothing.
#[test]
fn a_command_has_what_the_kernel_copies_where_its_number_says_something_else() {
    let mut builder = Builder::new();
    for (name, nr, direction) in [
        ("TUNSETIFF", 202, Direction::Write),
        ("TUNGETFEATURES", 207, Direction::Read),
        ("TUNSETIFF_OF_OTHERS", 202, Direction::Write),
        ("TUNSETQUEUE", 1, Direction::Write),
    ] {
        let said = builder.command_body(1, direction, Argument::Type(scalar(Scalar::Int)));
        let body = CommandBody { type_letter: u32::from(b'T'), nr, ..said };
        builder.command(1, name, Variants::one(few(), body));
    }
    let span = builder.line(2);
    builder.interface.raw_numbers.push(RawNumber {
        name: "BLKGETSIZE".into(),
        span,
        through: String::new(),
        variants: Variants::one(few(), 0x1260),
    });
    let document: Value = serde_json::from_str(&render(&builder.interface, &[])).unwrap();
    assert_eq!(complaints(&published("dump.schema.json"), &document), Vec::<String>::new());
    let copies = |list: &str, place: usize| document[list][place]["kernel_copies"].clone();
    let tun = copies("commands", 0);
    assert_eq!(
        (&tun[0]["argument"], &tun[0]["read"]["type"]),
        (&"pointer".into(), &"struct ifreq".into())
    );
    for (abi, bytes) in [("x86_64", 40), ("i386", 32), ("powerpc", 32)] {
        assert_eq!(on(&document, &tun[0]["read"]["bytes"], abi)["bytes"], bytes, "{abi}");
    }
    assert_eq!(copies("commands", 1), Value::Null, "it copies what its number says");
    assert_eq!(copies("commands", 2), Value::Null, "a name that the kernel does not know");
    assert_eq!(copies("commands", 3), Value::Null, "a name of the kernel's with another nr");
    let size = copies("raw_numbers", 0);
    assert_eq!(size[0]["read"], Value::Null);
    assert_eq!(size[0]["written"]["type"], "unsigned long");
}

/// The entry of a list that holds for an ABI.
fn on<'a>(document: &Value, entries: &'a Value, abi: &str) -> &'a Value {
    on_if_any(document, entries, abi).unwrap()
}

fn on_if_any<'a>(document: &Value, entries: &'a Value, abi: &str) -> Option<&'a Value> {
    let names = |entry: &Value| &document["abi_sets"][entry["abis"].as_u64().unwrap() as usize];
    let mut entries = entries.as_array().unwrap().iter();
    entries.find(|entry| names(entry).as_array().unwrap().contains(&abi.into()))
}

/// The contract that other tools were promised, key by key.
#[test]
fn the_promised_keys_are_where_they_were_promised() {
    let document: Value = serde_json::from_str(&render(&everything(), &problems())).unwrap();
    assert_eq!(document["version"], 2);
    assert_eq!(document["abis"][0], "x86_64");
    let command = &document["commands"][1];
    assert_eq!(command["name"], "FOO_SET");
    assert_eq!(command["file"], "include/uapi/foo.h");
    assert_eq!(command["line"], 51);
    assert_eq!(command["type"], u32::from(b'f'));
    assert_eq!(command["nr"], 51);
    assert_eq!(command["direction"], "write");
    assert_eq!(command["argument"], "struct foo");
    let on_powerpc = on(&document, &command["numbers"], "powerpc");
    let number = on_powerpc["number"].as_u64().unwrap();
    let size = on_powerpc["size"].as_u64().unwrap();
    assert_eq!(number, 0x8000_0000 | size << 16 | u64::from(b'f') << 8 | 0x33);
    let layout = on(&document, &document["types"][1]["layouts"], "x86_64");
    assert_eq!(document["types"][1]["name"], "struct foo");
    assert_eq!(layout["size"], size_of::<Foo>());
    assert_eq!(layout["align"], align_of::<Foo>());
    assert_eq!(layout["members"][5]["name"], "name");
    assert_eq!(layout["members"][5]["type"], "char *");
    assert_eq!(layout["members"][5]["offset"], std::mem::offset_of!(Foo, name));
    assert_eq!(layout["members"][5]["size"], 8);
    assert_eq!(document["errors"][0]["message"], "no such file");
}

/// `struct foo` as `x86_64` has it.
#[repr(C, align(8))]
struct Foo {
    bits: u32,
    inner: [u64; 2],
    mode: u32,
    name: u64,
    unions: [[u64; 2]; 2],
    sized: [u8; 8],
    tail: [u8; 0],
}

#[test]
fn what_an_abi_does_not_have_has_no_entry_and_what_has_no_number_has_a_reason() {
    let document: Value = serde_json::from_str(&render(&everything(), &[])).unwrap();
    let entry = |entries: &Value, abi: &str| on_if_any(&document, entries, abi).cloned();
    let differs = &document["commands"][3];
    assert!(entry(&differs["numbers"], "i386").is_none());
    assert!(differs.get("no_number").is_none());
    assert_eq!(differs["direction"], "read");
    let on_powerpc = on(&document, &differs["numbers"], "powerpc");
    assert_eq!(on_powerpc["direction"], "read_write");
    assert_eq!(on_powerpc["fits"], false);
    let opaque = &document["commands"][4];
    assert_eq!(opaque["numbers"].as_array().unwrap().len(), 0);
    let reason = on(&document, &opaque["no_number"], "i386");
    assert_eq!(reason["reason"], "`struct opaque` is never defined");
    let bar = &document["types"][2];
    assert!(on(&document, &bar["layouts"], "x86_64").get("line").is_none());
    assert_eq!(on(&document, &bar["layouts"], "powerpc")["line"], 31);
}
