//! The module that is made of an interface.

mod support;

use std::fs;
use std::path::Path;

use ioctl_gen::module::{File, Options, plan, render};

fn echo() -> Vec<File> {
    let interface = support::echo::echo();
    let plan = plan(&interface, &Options::default()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join("\n"))
    });
    render(&plan).unwrap()
}

#[test]
fn the_echo_driver_is_written_down() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("echo");
    for file in echo() {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text).unwrap();
    }
}
