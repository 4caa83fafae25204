use ioctlkit_sources::c;
use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(Path::new("/project/ioctl-lint.toml"), text.into())
}

fn error(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn every_option_is_read() {
    let config = parse(
        r#"
        profile = "legacy"
        abis = ["x86_64", "i386"]
        include-dirs = ["include", "/usr/include"]
        defines = ["A", "B=1"]
        compiler-arguments = ["-std=gnu11"]
        baseline = "ci/baseline.json"
        fail-on = "error"
        against = ["linux/kvm.h"]

        [rules]
        unfixed-integer = "off"
        L001 = "error"

        [[path]]
        globs = ["new/*.h"]
        profile = "new"
        rules = { L011 = "info" }
        against = ["asm/kvm.h"]
        "#,
    )
    .unwrap();
    assert_eq!(config.profile, Some(Profile::Legacy));
    assert_eq!(config.abis, Some(AbiSet::of(|abi| ["x86_64", "i386"].contains(&abi.name))));
    assert_eq!(
        config.include_dirs,
        [PathBuf::from("/project/include"), PathBuf::from("/usr/include")]
    );
    let passed = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        c::sort_arguments(&words, Path::new("/project")).allowed
    };
    assert_eq!(config.defines, passed(&["-DA", "-DB=1"]));
    assert_eq!(config.compiler_arguments, passed(&["-std=gnu11"]));
    assert_eq!(config.baseline, Some("/project/ci/baseline.json".into()));
    assert_eq!(config.fail_on, Some(FailOn::Error));
    assert_eq!(config.headers_against(Path::new("/project/a.rs")), ["linux/kvm.h"]);
    let new = config.headers_against(Path::new("/project/x/../new/a.h"));
    assert_eq!(new, ["linux/kvm.h", "asm/kvm.h"]);
    let rules: Vec<_> = config.rules.iter().map(|r| (r.rule.as_str(), r.level)).collect();
    assert_eq!(rules, [("unfixed-integer", Level::Off), ("L001", Level::Error)]);
    let path = &config.paths[0];
    assert!(path.globs.matches(Path::new("new/a.h")));
    assert!(!path.globs.matches(Path::new("old/a.h")));
    assert_eq!(path.profile, Some(Profile::New));
    assert_eq!(path.rules[0].rule, "L011");
}

#[test]
fn an_empty_file_says_nothing() {
    let config = parse("").unwrap();
    assert_eq!(config.profile, None);
    assert!(config.rules.is_empty() && config.paths.is_empty());
}

#[test]
fn errors_name_the_place_and_what_was_meant() {
    let texts = [
        "profle = \"new\"\n",
        "\nprofile = \"newer\"\n",
        "[rules]\nL001 = \"warn\"\n",
        "[rules]\nL001 = 1\n",
        "abis = [\"x86_64\", \"x86_46\"]\n",
        "abis = [\"vax\"]\n",
        "[[path]]\nglobs = [\"a.h\", \"[\"]\n",
        "[[path]]\nglobs = []\n",
        "[[path]]\nprofile = \"new\"\n",
        "[[path]]\nglob = [\"x\"]\n",
        "include_dirs = [\"x\"]\n",
        "fail-on = \"erorr\"\n",
        "profile = \n",
        "[rules\n",
        "L001 = \"off\"\nL001 = \"off\"\n",
    ];
    let errors: Vec<String> = texts.iter().map(|text| error(text)).collect();
    insta::assert_snapshot!(errors.join("\n\n"));
}

#[test]
fn what_is_not_text_is_an_error_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    std::fs::write(&file, b"profile = \"new\"\n# \xff\n").unwrap();
    let text = Config::read(&file).unwrap_err().to_string();
    assert!(text.contains(":2:3: a byte that is not UTF-8"), "{text}");
    let missing = Config::read(&folder.path().join("none.toml")).unwrap_err().to_string();
    assert!(missing.contains("cannot read the configuration"), "{missing}");
}

#[test]
fn the_nearest_file_above_a_path_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    std::fs::create_dir_all(&inner).unwrap();
    std::fs::write(inner.join("x.h"), "").unwrap();
    let outer_file = folder.path().join(FILE_NAME);
    std::fs::write(&outer_file, "").unwrap();
    assert_eq!(find(&inner.join("x.h")), Some(outer_file.clone()));
    assert_eq!(find(&inner), Some(outer_file.clone()));
    let nearer = folder.path().join("a").join(FILE_NAME);
    std::fs::write(&nearer, "").unwrap();
    assert_eq!(find(&inner.join("x.h")), Some(nearer));
    assert_eq!(find(folder.path()), Some(outer_file));
}

#[test]
fn patterns_mean_names_paths_and_folders() {
    let matches =
        |pattern: &str, path: &str| PathGlobs::new([pattern]).unwrap().matches(Path::new(path));
    assert!(matches("*.h", "a/b/c.h"));
    assert!(matches("kvm.h", "linux/kvm.h"));
    assert!(!matches("linux/*.h", "linux/dvb/x.h"));
    assert!(matches("linux/**/*.h", "linux/dvb/x.h"));
    assert!(matches("linux/**/*.h", "linux/x.h"));
    assert!(matches("linux", "linux/dvb/x.h"));
    assert!(matches("./linux/dvb/", "linux/dvb/x.h"));
    assert!(!matches("linux/dvb", "linux/dvbx/x.h"));
    assert!(PathGlobs::new(["a", "["]).is_err_and(|(index, _)| index == 1));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = parse(&text).map_err(|error| error.to_string());
    }

    #[test]
    fn no_text_of_toml_pieces_makes_the_parser_panic(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("[rules]\n"), Just("[[path]]\n"), Just("globs"), Just(" = "), Just("["),
                Just("]"), Just("\"é*\""), Just("\"{\""), Just("L001"), Just("profile"),
                Just("\"new\""), Just("abis"), Just("\n"), Just(","), Just("'"), Just("\\"),
            ],
            0..24,
        )
    ) {
        let _ = parse(&pieces.concat()).map_err(|error| error.to_string());
    }
}
