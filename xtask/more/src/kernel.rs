//! The small kernels of guests: that of the guest suite of `ioctl-bench`, and one with Rust.

use std::io::IsTerminal as _;
use std::num::NonZero;
use std::time::{Duration, Instant};

use anyhow::Result;
use ioctlkit_vm::{
    Building, Cache, Interruption, Progress, RustRoot, SmallKernel, Sources, Toolchain,
};

use xtask::packages;

/// What `cargo xtask kernel` can be told.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Arguments {
    /// Prints the options that the kernel is asked to have, with why, and builds nothing.
    #[arg(long, conflicts_with_all = ["rebuild", "jobs"])]
    print_config: bool,
    /// Builds one with clang and lld, for modules that are built with `LLVM=1`
    #[arg(long)]
    llvm: bool,
    /// Builds one with Rust, of Debian's unstable release and in a root with its compilers: for modules
    /// that `ioctl-gen module --language rust` makes. Making that root takes root's rights, and 3 GB
    #[arg(long, conflicts_with = "llvm")]
    rust: bool,
    /// Builds one with KASAN, lockdep and fault injection, for tests that look for defects of modules
    #[arg(long, conflicts_with_all = ["llvm", "rust"])]
    kasan: bool,
    /// Builds it although it is there; that one stays until the new one is whole.
    #[arg(long)]
    rebuild: bool,
    /// How many compilers run at once [default: as many as there are processors]
    #[arg(long, short, value_name = "COUNT")]
    jobs: Option<NonZero<usize>>,
}

/// Builds the kernel, or says where it is.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let toolchain = toolchain(arguments);
    if arguments.print_config {
        print!("{}", toolchain.options());
        return Ok(());
    }
    let cache = Cache::of_user()?;
    if let Some(kernel) = kept(&cache, toolchain)
        && !arguments.rebuild
    {
        return told(&kernel);
    }
    if toolchain == Toolchain::Rust {
        packages::install(&packages::for_rust())?;
        let root = root(&cache)?;
        let mut building = Building::of(root.sources()?, toolchain);
        building.jobs = arguments.jobs.unwrap_or(building.jobs);
        return told(&built(&building, Some(root), &cache)?);
    }
    let mut needs = packages::for_the_kernel();
    if toolchain == Toolchain::Llvm {
        needs.extend(packages::for_llvm());
    }
    packages::install(&needs)?;
    let mut building = Building::of(Sources::installed()?, toolchain);
    building.jobs = arguments.jobs.unwrap_or(building.jobs);
    told(&built(&building, None, &cache)?)
}

fn toolchain(arguments: &Arguments) -> Toolchain {
    let options = [
        (arguments.llvm, Toolchain::Llvm),
        (arguments.rust, Toolchain::Rust),
        (arguments.kasan, Toolchain::Kasan),
    ];
    let asked = options.into_iter().find(|(is_asked, _)| *is_asked);
    asked.map_or(Toolchain::Gnu, |(_, toolchain)| toolchain)
}

/// The kernel that was built of the sources that are installed; without any, the newest.
fn kept(cache: &Cache, toolchain: Toolchain) -> Option<SmallKernel> {
    match Sources::installed() {
        Ok(sources) if toolchain != Toolchain::Rust => Building::of(sources, toolchain).kept(cache),
        _ => SmallKernel::find(toolchain, cache),
    }
}

/// The root in which a kernel with Rust is built.
fn root(cache: &Cache) -> Result<RustRoot> {
    println!("making a root of Debian's unstable release in {}", cache.folder().display());
    let mut count = 0_usize;
    let root = RustRoot::make(cache, &Interruption::on_signals()?, &mut |_| count += 1)?;
    println!("made, in {count} steps of debootstrap");
    Ok(root)
}

fn built(building: &Building, root: Option<RustRoot>, cache: &Cache) -> Result<SmallKernel> {
    let interruption = Interruption::on_signals()?;
    println!("building Linux {} in {}", building.sources.version(), cache.folder().display());
    let mut bar = Bar::new();
    let began = bar.began;
    let mut show = |progress: Progress<'_>| bar.show(progress, &mut std::io::stderr());
    let kernel = match root {
        Some(root) => building.build_in(root, cache, &interruption, &mut show),
        None => building.build(cache, &interruption, &mut show),
    };
    bar.clear();
    let kernel = kernel?;
    println!("built in {}, log: {}", minutes(began.elapsed()), building.log(cache).display());
    Ok(kernel)
}

/// Where its parts are, after a look at whether they are.
fn told(kernel: &SmallKernel) -> Result<()> {
    let image = kernel.kernel()?;
    println!("the small kernel is {}", image.release().unwrap_or("without a name"));
    println!("  image          {}", image.image().display());
    println!("  headers        {}", kernel.headers()?.folder().display());
    println!("  configuration  {}", kernel.configuration().display());
    Ok(())
}

/// How far the build is: a line that is written over on a terminal, a line now and then elsewhere.
struct Bar {
    began: Instant,
    on_terminal: bool,
    next: Duration,
}

impl Bar {
    /// How often something is said where lines stay.
    const PAUSE: Duration = Duration::from_secs(60);

    fn new() -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        Self { began: Instant::now(), on_terminal, next: Self::PAUSE }
    }

    fn show(&mut self, progress: Progress<'_>, to: &mut dyn std::io::Write) {
        let spent = self.began.elapsed();
        let text = words(progress);
        if self.on_terminal {
            let _ = write!(to, "\r\x1b[K{}  {text}", minutes(spent));
            let _ = to.flush();
            return;
        }
        let is_step = !matches!(progress, Progress::Making { .. });
        if is_step || spent >= self.next {
            self.next = spent + Self::PAUSE;
            let _ = writeln!(to, "{}  {text}", minutes(spent));
        }
    }

    fn clear(&self) {
        if self.on_terminal {
            eprint!("\r\x1b[K");
        }
    }
}

fn words(progress: Progress<'_>) -> String {
    match progress {
        Progress::Unpacking => "unpacking the sources".to_owned(),
        Progress::Configuring => "configuring".to_owned(),
        Progress::Making { count, file } => format!("{count} files made: {file}"),
        Progress::Removing => "stopped; removing what was begun".to_owned(),
        Progress::Keeping => "putting aside what modules are built with".to_owned(),
    }
}

fn minutes(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_lines_stay_a_step_is_told_and_not_every_file() {
        let mut bar = Bar { began: Instant::now(), on_terminal: false, next: Bar::PAUSE };
        let mut said = Vec::new();
        bar.show(Progress::Configuring, &mut said);
        for count in 1..100 {
            bar.show(Progress::Making { count, file: "kernel/fork.o" }, &mut said);
        }
        bar.show(Progress::Keeping, &mut said);
        let said = String::from_utf8(said).unwrap();
        let lines: Vec<&str> =
            said.lines().filter_map(|line| line.split_once("  ")).map(|l| l.1).collect();
        assert_eq!(lines, ["configuring", "putting aside what modules are built with"]);
    }

    #[test]
    fn on_a_terminal_one_line_is_written_over() {
        let mut bar = Bar { began: Instant::now(), on_terminal: true, next: Bar::PAUSE };
        let mut said = Vec::new();
        bar.show(Progress::Making { count: 7, file: "kernel/fork.o" }, &mut said);
        assert_eq!(String::from_utf8(said).unwrap(), "\r\x1b[K0:00  7 files made: kernel/fork.o");
    }
}
