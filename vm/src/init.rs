//! The guest's init: a shell script that runs the steps and marks where each begins and ends.
//!
//! The kernel's console is the first serial port and the steps' output the second, so that the
//! one never breaks a line of the other, and a program that prints "BUG:" is no bug of the kernel.
//! Every marker goes to both: what the kernel says between two markers in *its* stream happened
//! between them, however the two streams arrive. Markers begin with a word that no program can
//! know.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::VmError;
use crate::script::{Action, Script};

/// Where a step's file is in the guest.
pub(crate) fn guest_path(index: usize, path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    format!("/steps/{index}/{name}")
}

/// What the init prints besides the output of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    /// User space is up.
    Ready,
    /// A step begins.
    Begin(usize),
    /// A step's time is up, and it could not be killed.
    Stuck(usize),
    /// A step ended with a status as the shell gives it, in time or not.
    End { index: usize, status: u8, expired: bool },
    /// Nothing follows.
    Finish,
}

impl Marker {
    /// Reads what stands behind the token and a space.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["ready"] => Some(Self::Ready),
            ["begin", index] => Some(Self::Begin(index.parse().ok()?)),
            ["stuck", index] => Some(Self::Stuck(index.parse().ok()?)),
            ["end", index, status, in_time] => Some(Self::End {
                index: index.parse().ok()?,
                status: status.parse().ok()?,
                expired: in_time == "expired",
            }),
            ["finish"] => Some(Self::Finish),
            _ => None,
        }
    }
}

/// What comes before the steps. The watchdog's last word goes to the kernel's stream only: the other
/// may be in the middle of a line. `step` runs a command in a session of its own, so that a step that
/// takes too long is killed with all it started; before that, the kernel is asked for the tasks
/// that are blocked, which tells where a step hangs that cannot be killed.
const HEAD: &str = r#"
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ TERM=dumb
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sysfs /sys
$busybox mount -t devtmpfs devtmpfs /dev
$busybox mkdir -p /dev/pts /dev/shm /sbin /usr/bin /usr/sbin
$busybox --install -s
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
ip link set lo up 2>/dev/null
stty -F /dev/ttyS1 raw -echo
exec </dev/null >/dev/ttyS1

say() {
	echo "$token $*"
	echo "<5>$token $*" >/dev/kmsg
}

step() {
	index=$1 limit=$2
	shift 2
	say begin $index
	rm -f /run/expired
	setsid "$@" 2>&1 &
	program=$!
	setsid /bin/sh /run/watchdog $limit $program $index >/dev/null 2>&1 &
	watchdog=$!
	wait $program 2>/dev/null
	status=$?
	kill -KILL -$watchdog 2>/dev/null || kill -KILL $watchdog
	wait $watchdog 2>/dev/null
	if [ -e /run/expired ]; then in_time=expired; else in_time=in-time; fi
	say end $index $status $in_time
	return $status
}

# Errors that the kernel finds only when it looks: overwritten slab objects, leaked memory.
look() {
	case $(cat /proc/cmdline) in
	*slub_debug=* | *slab_debug=*)
		for slab in /sys/kernel/slab/*/validate; do
			echo 1 >$slab
		done 2>/dev/null
		;;
	esac
	if [ -w /sys/kernel/debug/kmemleak ]; then
		# An object counts as leaked once it is five seconds old.
		sleep 6
		echo scan >/sys/kernel/debug/kmemleak
		cat /sys/kernel/debug/kmemleak
	fi
}

finish() {
	look
	say finish
	exec >/dev/null
	poweroff -f
}

cat >/run/watchdog <<END
sleep \$1
: >/run/expired
echo w >/proc/sysrq-trigger
kill -KILL -\$2
sleep 10
echo "<5>$token stuck \$3" >/dev/kmsg
END

say ready
"#;

/// The text of the init.
pub(crate) fn generate(script: &Script, token: &str) -> Result<String, VmError> {
    let mut text = format!("#!/bin/busybox sh\ntoken={}\n{HEAD}", quoted(token)?);
    for (index, step) in script.steps.iter().enumerate() {
        // The shell's sleep takes whole seconds everywhere.
        let limit = step.limit.as_secs().max(1);
        let words: Vec<String> = match &step.action {
            Action::Load { module, parameters } => {
                let words = ["insmod".to_owned(), guest_path(index, module)];
                words.into_iter().chain(parameters.iter().cloned()).collect()
            }
            Action::Run { program, arguments, .. } => {
                let program = guest_path(index, program);
                [program].into_iter().chain(arguments.iter().cloned()).collect()
            }
            Action::Shell { command } => vec!["sh".into(), "-c".into(), command.clone()],
            Action::Unload { module } => vec!["rmmod".to_owned(), module.clone()],
        };
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect::<Result<_, _>>()?;
        let end = match step.action {
            Action::Load { .. } => " || finish",
            Action::Run { .. } | Action::Shell { .. } | Action::Unload { .. } => "",
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "step {index} {limit} {}{end}", words.join(" "));
    }
    text.push_str("finish\n");
    Ok(text)
}

/// A word that the shell takes as it is.
fn quoted(word: &str) -> Result<String, VmError> {
    if word.contains('\0') {
        return Err(VmError::Nul { text: word.to_owned() });
    }
    Ok(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;
    use crate::script::Step;

    #[test]
    fn the_shell_finds_no_mistake_in_a_script_with_every_kind_of_step() {
        let script = Script::new()
            .then(Step::load("/tmp/it's.ko").with("text='a b'"))
            .then(Step::test("/tmp/test").with("--all"))
            .then(Step::program("/tmp/tool").with("$(reboot)"))
            .then(Step::shell("words", "echo 'a' | grep -q a"))
            .then(Step::unload("its"));
        let text = generate(&script, "token").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("init");
        std::fs::write(&path, &text).unwrap();
        let output = Command::new("busybox").args(["sh", "-n"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains(r"step 0 60 'insmod' '/steps/0/it'\''s.ko' 'text="), "{text}");
    }

    #[test]
    fn markers_are_read_as_the_init_writes_them() {
        assert_eq!(Marker::parse("ready"), Some(Marker::Ready));
        assert_eq!(Marker::parse("begin 12"), Some(Marker::Begin(12)));
        let end = |expired| Some(Marker::End { index: 3, status: 137, expired });
        assert_eq!(Marker::parse("end 3 137 expired"), end(true));
        assert_eq!(Marker::parse("end 3 137 in-time"), end(false));
        assert_eq!(Marker::parse("stuck 3"), Some(Marker::Stuck(3)));
        assert_eq!(Marker::parse("finish"), Some(Marker::Finish));
        for text in ["", "begin", "begin x", "end 1 256 in-time", "end 1", "ready now"] {
            assert_eq!(Marker::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_with_nul_is_refused() {
        let script = Script::new().then(Step::shell("nul", "a\0b"));
        assert!(matches!(generate(&script, "token"), Err(VmError::Nul { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_shell_takes_every_quoted_word_as_it_is(word in "[^\0]{0,40}") {
            let script = format!("printf %s {}", quoted(&word).unwrap());
            let output = Command::new("busybox").args(["sh", "-c", &script]).output().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), word);
        }
    }
}
