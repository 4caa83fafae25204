//! The module that is made of an interface, compared with the one that reviewers have read.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use ioctl_gen::module::{Device, File, Options, Ownership, plan, render, userland};
use ioctlkit_model::Interface;

fn made(interface: &Interface, options: &Options) -> Vec<File> {
    let plan = plan(interface, options).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join("\n"))
    });
    [render(&plan).unwrap(), userland(interface, &plan).unwrap()].concat()
}

/// A driver that was read: generated files as they must come out, and handlers by hand.
fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module").join(name)
}

/// With `MODULE_UPDATE=1` the generated files are written, to be read before they are committed.
fn compare(name: &str, files: &[File]) {
    let folder = committed(name);
    let update = std::env::var_os("MODULE_UPDATE").is_some();
    for file in files {
        let path = folder.join(&file.path);
        let found = fs::read_to_string(&path).unwrap_or_default();
        let is_theirs = file.ownership == Ownership::Once && !found.is_empty();
        if is_theirs || found == file.text {
            continue;
        }
        assert!(update, "{} is not what the definition comes to", path.display());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
}

#[test]
fn the_committed_misc_driver_is_what_its_interface_comes_to() {
    compare("echo", &made(&support::echo::echo(), &Options::default()));
}

#[test]
fn the_committed_driver_with_several_minors_is_what_its_interface_comes_to() {
    let options = Options { device: Device::Cdev, minors: 3, ..Options::default() };
    let files = made(&support::pulse::pulse(), &options);
    compare("pulse", &files);
    let header = files.iter().find(|file| file.path == "gen/pulse_ioctl.h").unwrap();
    assert!(header.text.contains("#define pulse_compat_ioctl\tcompat_ptr_ioctl"));
}

#[test]
fn a_module_is_the_same_whenever_it_is_made() {
    let interface = support::echo::echo();
    assert_eq!(made(&interface, &Options::default()), made(&interface, &Options::default()));
}
