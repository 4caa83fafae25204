//! The example crate with its driver passes: what it shows is what the rules ask for.

use std::path::Path;
use std::process::Command;

#[test]
fn the_example_with_its_driver_passes() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/echo");
    let run = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
            .current_dir(&example)
            .env("IOCTLKIT_NO_CACHE", "1")
            .arg("check")
            .args(more)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), said + &String::from_utf8_lossy(&output.stderr))
    };
    let (code, said) = run(&["."]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("warning[") && !said.contains("error["), "{said}");
    // Without the configuration there is something: the run looks at what it is asked for.
    let (code, said) = run(&["--no-config", "."]);
    assert_eq!(code, Some(1), "{said}");
    for rule in ["N011", "L003"] {
        assert!(said.contains(&format!("[{rule}]")), "{rule}: {said}");
    }
    assert!(!said.contains("[V001]"), "{said}");
}
