//! Builds the module in a folder, loads it in a guest, runs test programs there, and prints what
//! came of it.
//!
//! `cargo run -p ioctlkit-vm --example boot -- 6.12 kmod tests/conformance ...`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use ioctlkit_vm::{
    Cache, Event, Guest, Headers, Interruption, Kernel, ModuleInfo, Release, Script, Step, Trust,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [series, folder, programs @ ..] = &arguments[..] else {
        return Err("usage: boot SERIES FOLDER-OF-THE-MODULE [TEST-PROGRAM ...]".into());
    };
    let began = Instant::now();
    let interruption = Interruption::on_signals()?;
    let cache = Cache::of_user()?;
    let release = Release::newest(series, &cache)?;
    let kernel = Kernel::of(&release, &cache)?;
    let headers = Headers::of(&release, &cache)?;
    eprintln!("{release}: ready after {:.1} s", began.elapsed().as_secs_f64());
    let built = headers.build(Path::new(folder), &[], Trust::Trusted, &interruption)?;
    eprintln!("built after {:.1} s", began.elapsed().as_secs_f64());
    let modules: Vec<ModuleInfo> =
        built.modules.files.iter().map(|path| ModuleInfo::read(path)).collect::<Result<_, _>>()?;
    let load = built.modules.files.iter().map(Step::load);
    let test = programs.iter().map(Step::test);
    let unload = modules.iter().rev().map(|module| Step::unload(&module.name));
    let script = Script { steps: load.chain(test).chain(unload).collect() };
    let report = Guest::new(kernel).run(&script, &interruption, &mut |event| match event {
        Event::KernelLine(_) | Event::OutputLine(_) => {}
        event => eprintln!("{event}"),
    })?;
    for failure in report.failures() {
        eprintln!("{failure}");
        failure.excerpt.iter().for_each(|line| eprintln!("    {line}"));
    }
    eprintln!(
        "{:?} after {:.1} s, with {}",
        report.verdict(),
        began.elapsed().as_secs_f64(),
        report.accelerator.name()
    );
    std::process::exit(report.verdict().exit_code());
}
