use super::*;

fn numbers(format: Format, text: &str) -> Vec<(String, Option<u32>)> {
    let entries = format.entries(text).unwrap();
    for entry in &entries {
        assert_eq!(&text[entry.at.clone()], entry.name, "the place of {}", entry.name);
    }
    entries.into_iter().map(|entry| (entry.name, entry.value.ok())).collect()
}

fn are(format: Format, text: &str, expected: &[(&str, Option<u32>)]) {
    let expected: Vec<_> =
        expected.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect();
    assert_eq!(numbers(format, text), expected, "{text}");
}

#[test]
fn constants_of_go() {
    are(
        Format::Go,
        "// const NOT = 1\npackage unix\n\nimport \"const\"\n\nconst TCGETS = 0x5401 // get\n\
         const TCSETS uint = 0x5402\nconst (\n\tTIOCSTI = 0x5412\n\t/* NO = 1\n\tNO = 2 */\n\
         \tTIOCGWINSZ, TWO = 1, 2\n\tEXPR = 1 << iota\n\tNEXT\n\tTEXT = `a\n\tNO = 1\n`\n\
         \tNAME = \"x // y\"\n\tCHAR = 'x'\n\tLAST = 0x80_08_66_01)\nvar X = 3\nfunc f() { y = 1 }\n\
         const (A = 1; B = 2)\n",
        &[
            ("TCGETS", Some(0x5401)),
            ("TCSETS", Some(0x5402)),
            ("TIOCSTI", Some(0x5412)),
            ("TIOCGWINSZ", None),
            ("EXPR", None),
            ("NEXT", None),
            ("TEXT", None),
            ("NAME", None),
            ("CHAR", None),
            ("LAST", Some(0x8008_6601)),
            ("A", Some(1)),
            ("B", Some(2)),
        ],
    );
}

#[test]
fn assignments_of_python() {
    are(
        Format::Python,
        "\"\"\"TEXT = 1\nNO = 2\n\"\"\"\nimport fcntl\nTCGETS = 0x5401  # get\nTCSETS: int = 0x5402\n\
         class Tty(IntEnum):\n    TIOCSTI = 0x5412\nif x == 1: pass\nf(\n    KEY=3,\n)\n\
         COMPUTED = _IOR(0x66, 1, 'long')\nNAME = 'a # b'\nOCT = 0o17\nTABLE = {\n  'A': 1,\n}\n\
         a.b = 3\nLONG = \\\n  4\nHASH = \"it's é\" # 'x\nAFTER = 7\n",
        &[
            ("TCGETS", Some(0x5401)),
            ("TCSETS", Some(0x5402)),
            ("TIOCSTI", Some(0x5412)),
            ("COMPUTED", None),
            ("NAME", None),
            ("OCT", Some(15)),
            ("TABLE", None),
            ("LONG", None),
            ("HASH", None),
            ("AFTER", Some(7)),
        ],
    );
}

#[test]
fn columns_with_anything_between_them() {
    are(
        Format::Columns,
        "name,number,comment\n# TCGETS,1\nTCGETS,0x5401,get\n\"TCSETS\",\"0x5402\"\nTIOCSTI = 21522\n\
         TIOCGWINSZ\t0x5413\nKVM_RUN; 44672\nBAD,x\nALONE\n1,2\n",
        &[
            ("name", None),
            ("TCGETS", Some(0x5401)),
            ("TCSETS", Some(0x5402)),
            ("TIOCSTI", Some(21522)),
            ("TIOCGWINSZ", Some(0x5413)),
            ("KVM_RUN", Some(44672)),
            ("BAD", None),
            ("ALONE", None),
        ],
    );
}

#[test]
fn objects_and_lists_of_json() {
    are(
        Format::Json,
        "{\"TCGETS\": 21505, \"TCSETS\": \"0x5402\", \"T\": {\"TCGETS\": 1}, \"not a name\": 1, \"F\": 1.5}",
        &[("TCGETS", Some(0x5401)), ("TCSETS", Some(0x5402)), ("T", None), ("F", None)],
    );
    are(
        Format::Json,
        "[{\"name\": \"TCGETS\", \"number\": 21505}, {\"value\": \"0x5402\", \"name\": \"TCSETS\"}, 5,\n\
         {\"name\": \"X\"}]",
        &[("TCGETS", Some(0x5401)), ("TCSETS", Some(0x5402)), ("X", None)],
    );
    for text in ["", "5", "{", "{\"a\": 1", "[1, 2"] {
        assert!(json::entries(text).is_err(), "{text}");
    }
}

#[test]
fn a_header_of_numbers_alone() {
    let text = "/* TCGETS */\n#ifndef X_H\n#define X_H\n# define TCGETS 0x5401 /* get */\n\
        #define TCSETS (0x5402u) // set\n/* #define NO\n 5 */\n#endif /* X_H */\n";
    are(Format::C, text, &[("TCGETS", Some(0x5401)), ("TCSETS", Some(0x5402))]);
    assert!(c::has_numbers_alone(text));
    for other in [
        "int x;\n",
        "#define F(x) 1\n",
        "#define X _IO('x', 1)\n",
        "#include <a.h>\n",
        "#ifdef X\n",
    ] {
        assert!(!c::has_numbers_alone(&format!("{text}{other}")), "{other}");
    }
    assert!(!c::has_numbers_alone("#ifndef X\n#define X\n#endif\n"), "no number");
}

#[test]
fn a_go_file_is_for_the_architecture_that_its_name_and_its_constraint_state() {
    let names = |path: &str, text: &str| -> Vec<&str> {
        go::abis(Path::new(path), text).iter().map(|abi| abi.abi().name).collect()
    };
    assert_eq!(names("zerrors_linux_amd64.go", ""), ["x86_64"]);
    assert_eq!(names("a_mips64le_test.go", ""), ["mipsel_n64"]);
    assert_eq!(
        names("a.go", "//go:build (386 || amd64) && linux\n\npackage a\n"),
        ["x86_64", "i386"]
    );
    assert_eq!(
        go::abis(Path::new("zerrors_linux.go"), "//go:build linux\npackage a\n"),
        AbiSet::ALL
    );
    assert_eq!(go::abis(Path::new("a.go"), "//go:build !amd64\npackage a\n"), AbiSet::ALL);
    assert_eq!(go::abis(Path::new("a.go"), "package a\n//go:build amd64\n"), AbiSet::ALL);
}

/// Whatever a file holds, each format ends with an answer, and names are where it says.
#[test]
fn any_text_is_read_without_a_panic() {
    let pieces = [
        "const (",
        ")",
        "X = 1",
        "\n",
        "`",
        "\"",
        "'",
        "/*",
        "*/",
        "//",
        "\\",
        "é",
        "#define X 1",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"\"\"",
        "(",
        "0x",
        "\r\n",
        "\t",
        "=",
        "\u{feff}",
        "const X",
    ];
    let mut state = 1_u64;
    for _ in 0..4000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        for format in [Format::Go, Format::Python, Format::Columns, Format::Json, Format::C] {
            for entry in format.entries(&text).unwrap_or_default() {
                assert_eq!(
                    text.get(entry.at.clone()),
                    Some(entry.name.as_str()),
                    "{format:?}: {text}"
                );
            }
        }
    }
}
