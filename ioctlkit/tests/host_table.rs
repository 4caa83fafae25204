//! The table of machines that this crate recognises says what the rows of the ABIs say.
#![allow(missing_docs, clippy::unwrap_used)]

use ioctlkit_abi::{ABIS, Abi};

/// `"x86_64": target_arch = "x86_64", …;` as the name and the values of `target_arch`.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    include_str!("../src/host.rs")
        .lines()
        .filter_map(|line| {
            let (name, condition) = line.trim().strip_prefix('"')?.split_once("\": ")?;
            let archs = condition.split("target_arch = \"").skip(1);
            Some((name, archs.filter_map(|rest| rest.split('"').next()).collect()))
        })
        .collect()
}

#[test]
fn every_abi_that_rust_has_is_recognised_by_the_architectures_of_its_row() {
    let rows = rows();
    let recognised: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    for abi in &ABIS {
        assert_eq!(
            recognised.contains(&abi.name),
            !abi.rust_archs.is_empty(),
            "{}: {:?}",
            abi.name,
            abi.rust_archs
        );
    }
    for (name, archs) in rows {
        let row = Abi::by_name(name).unwrap();
        // Windows' emulation of x86_64 on Arm is no Linux target, and is laid out alike.
        let archs: Vec<&str> = archs.into_iter().filter(|arch| *arch != "arm64ec").collect();
        assert_eq!(archs, row.rust_archs, "{name}");
    }
}
