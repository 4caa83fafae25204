//! Each package as a stranger meets it: on a bare Debian, without Rust.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

use crate::alone::HEADER;
use xtask::bare::{Ending, Root};
use xtask::host::{self, Mirror};
use xtask::{packages, run};

/// Beyond what every Debian has: what pip and apt need.
const INCLUDED: [&str; 4] = ["ca-certificates", "python3-venv", "xz-utils", "linux-libc-dev"];

/// Where the root has what is tried.
const FOLDER: &str = "/srv";

/// Lints the header in `/srv`; succeeds if the mistake in it is found.
const FINDS: &str = "check foo.h --format concise > found; test $? = 1 && grep -q L001 found";

/// What is tried: a heading, and a line of shell that succeeds.
fn steps(wheel: &str, package: &str, tarball: &str) -> Vec<(&'static str, String)> {
    let unpacked = tarball.trim_end_matches(".tar.xz");
    let list = "find / -xdev -name '*ioctl*' -not -path '/srv/*' -not -path '/proc/*' -not -path '/sys/*' \
                -not -path '/usr/include/*' -not -path '/var/lib/dpkg/info/linux-libc-dev*' \
                -not -path '/usr/share/perl/*' -not -path '/usr/lib/python3*' | sort";
    vec![
        ("what is there before", format!("{list} > before")),
        ("the wheel", format!("python3 -m venv v && v/bin/pip install --quiet ./{wheel}")),
        ("the wheel finds a mistake", format!("v/bin/ioctl-lint {FINDS}")),
        (
            "the wheel, without a home that can be written to",
            format!("mkdir -p ro && chmod 555 ro && HOME=/srv/ro v/bin/ioctl-lint {FINDS}"),
        ),
        (
            "the wheel is removed",
            "v/bin/pip uninstall --quiet --yes ioctl-lint libclang && ! find v -name '*ioctl*' | grep -q ."
                .to_owned(),
        ),
        ("the tarball", format!("tar -xf {tarball} && {unpacked}/bin/ioctl-gen --version")),
        (
            "the tarball, without libclang: a sentence and exit code 2",
            format!(
                "{unpacked}/bin/ioctl-lint check foo.h > found 2>&1; test $? = 2 && grep 'libclang could not be \
                 loaded' found"
            ),
        ),
        (
            "the Debian package",
            format!(
                "apt-get update -qq && apt-get install -qq --yes --no-install-recommends ./{package} > /dev/null"
            ),
        ),
        ("the Debian package finds a mistake", format!("ioctl-lint {FINDS}")),
        ("the tarball finds it, too, now that libclang is there", format!("{unpacked}/bin/ioctl-lint {FINDS}")),
        (
            "pages and completions",
            "zcat /usr/share/man/man1/ioctl-lint.1.gz | grep -q '^.TH ioctl-lint' && test -s \
             /usr/share/bash-completion/completions/ioctl-gen"
                .to_owned(),
        ),
        (
            "the same package again, as an upgrade installs it",
            format!("apt-get install -qq --yes --reinstall ./{package} > /dev/null && ioctl-lint --version"),
        ),
        (
            "the Debian package is removed, and nothing is left",
            format!(
                "apt-get purge -qq --yes ioctlkit > /dev/null && rm -rf /home/fresh/.cache && {list} > after && diff before after"
            ),
        ),
    ]
}

/// Tries the packages that were made.
pub(super) fn run(made: &[PathBuf], suite: &str) -> Result<()> {
    if !packages::is_root() {
        bail!("making a Debian root takes root: run this with `sudo --preserve-env=PATH,HOME`");
    }
    packages::install(&packages::for_a_bare_root())?;
    let own = host::mirror()?;
    let mirror = Mirror { suite: suite.to_owned(), uri: own.uri.clone() };
    let root =
        Root::make(&run::target()?.join("package/root"), &mirror, &INCLUDED, Ending::Removed)?;
    host::give(&root)?;
    if suite != own.suite {
        root.remove("/etc/apt/sources.list.d")?;
        let line = format!("deb [trusted=yes] {} {suite} main\n", mirror.uri);
        root.write("/etc/apt/sources.list", &line)?;
    }
    let folder = Path::new(FOLDER);
    for path in made {
        root.copy(path, &folder.join(path.file_name().context("a file has a name")?))?;
    }
    root.write("/srv/foo.h", HEADER)?;
    let named = |end: &str| -> Result<String> {
        let names = made.iter().filter_map(|path| path.file_name()?.to_str());
        Ok(names.clone().find(|name| name.ends_with(end)).context("not made")?.to_owned())
    };
    for (what, line) in steps(&named(".whl")?, &named(".deb")?, &named(".tar.xz")?) {
        let began = Instant::now();
        let outcome = root.run(&line, FOLDER)?;
        println!("{:6.1} s  {what}", began.elapsed().as_secs_f64());
        ensure!(outcome.succeeded, "Debian {suite}: {what}: {line}");
    }
    println!("Debian {suite}: the wheel, the tarball and the package work");
    Ok(())
}
