//! Unit tests of KUnit, which run within the kernel when a module is loaded, and print KTAP to its log.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tempfile::TempDir;

use super::Obstacle;

/// Prints the KTAP of the log as one document, without the times in front of its lines. It runs when each
/// module has been loaded once. What else is in the log stays there: the guest's own marks are.
const PROGRAM: &str = r#"#!/bin/sh
dmesg | sed 's/^\[[^]]*\] //' | awk '
/^KTAP version/ { is_plan = 1; left = 0; next }
is_plan && /^1\.\./ { is_plan = 0; left = substr($0, 4) + 0; next }
left {
	if (/^(not )?ok [0-9]/) {
		left--
		sub(/ok [0-9]+/, "ok " ++count)
	}
	text = text $0 "\n"
}
END {
	if (count)
		printf "KTAP version 1\n1..%d\n%s", count, text
}'
"#;

/// A program for the guest that prints the results.
#[derive(Debug)]
pub(super) struct UnitTests {
    folder: TempDir,
}

impl UnitTests {
    pub(super) fn new() -> Result<Self, Obstacle> {
        let place = std::env::temp_dir();
        let folder = tempfile::Builder::new().prefix("ioctl-gen-test-").tempdir_in(&place);
        let unit_tests = Self { folder: folder.map_err(Obstacle::file("write in", &place))? };
        let program = unit_tests.program();
        fs::write(&program, PROGRAM)
            .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
            .map_err(Obstacle::file("write", &program))?;
        Ok(unit_tests)
    }

    /// Its file.
    pub(super) fn program(&self) -> PathBuf {
        self.folder.path().join("kunit")
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_documents_of_several_modules_become_one_without_the_rest_of_the_log() {
        const LOG: &str = "\
[    1.0] random: crng init done
[    2.0] KTAP version 1
[    2.0] 1..1
[    2.1]     KTAP version 1
[    2.1]     # Subtest: a_arguments
[    2.1]     1..1
[    2.1]     ok 1 a_kunit_config
[    2.1] not ok 1 a_arguments
[    2.2] token end 0 0 in-time
[    2.3] KTAP version 1
[    2.3] 1..1
[    2.4]     ok 1 b_kunit_config
[    2.4] ok 1 b_arguments
[    2.5] token begin 1
";
        let unit_tests = UnitTests::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let dmesg = folder.path().join("dmesg");
        fs::write(&dmesg, format!("#!/bin/sh\ncat <<END\n{LOG}END\n")).unwrap();
        fs::set_permissions(&dmesg, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let output = Command::new(unit_tests.program()).env("PATH", path).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: a_arguments\n    1..1\n    \
             ok 1 a_kunit_config\nnot ok 1 a_arguments\n    ok 1 b_kunit_config\n\
             ok 2 b_arguments\n"
        );
    }
}
