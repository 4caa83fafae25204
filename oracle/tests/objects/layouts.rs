//! Layouts from BTF are those that pahole reads.

use std::path::Path;

use ioctlkit_model::Interface;
use ioctlkit_oracle::distribution::{Distribution, Flavour};
use ioctlkit_oracle::pahole::{self, Shape};
use ioctlkit_sources::object::{Request, Wanted, read, unpacked};

use crate::{cache, shapes};

pub(crate) fn read_all(path: &Path) -> Interface {
    let request =
        Request { paths: vec![path.to_owned()], types: Wanted::All, ..Request::default() };
    let (interface, problems) = read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    interface
}

/// The first difference of two shapes, pahole's first.
fn difference(theirs: &Shape, ours: &Shape) -> String {
    let pairs = theirs.members.iter().zip(&ours.members);
    match pairs.into_iter().find(|(theirs, ours)| theirs != ours) {
        Some((theirs, ours)) => format!("pahole has {theirs:?}, we have {ours:?}"),
        None => format!(
            "pahole has {:?} bytes and {} members, we have {:?} and {}",
            theirs.size,
            theirs.members.len(),
            ours.size,
            ours.members.len()
        ),
    }
}

/// Compares every structure that pahole prints, and yields how many they are.
pub(crate) fn assert_equal_to_pahole(path: &Path, format: &str) -> usize {
    let interface = read_all(path);
    let ours = shapes::shapes(&interface, interface.objects[0].abi);
    let theirs = pahole::shapes(path, format).unwrap();
    let mut compared = 0;
    for (name, shapes) in &theirs {
        let known = ours.get(name).unwrap_or_else(|| panic!("{name} was not read"));
        for shape in shapes {
            assert!(known.contains(shape), "{name}: {}", difference(shape, &known[0]));
            compared += 1;
        }
    }
    compared
}

#[test]
fn every_structure_of_vmlinux_has_the_layout_that_pahole_reads() {
    let kernel = Distribution::unpacked(&cache(), Flavour::Cloud).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vmlinux = folder.path().join("vmlinux");
    std::fs::write(&vmlinux, unpacked(&kernel.image()).unwrap()).unwrap();
    let compared = assert_equal_to_pahole(&vmlinux, "btf");
    assert!(compared > 8000, "{compared} structures");
}
