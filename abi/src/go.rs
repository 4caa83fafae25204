//! Go's names of architectures.

use crate::Abi;

impl Abi {
    /// Go's name of the architecture (`GOARCH`) whose programs for Linux have this ABI; none where Go has no
    /// such programs. From Go's list of known architectures, `internal/syslist`, and its ports to Linux.
    pub const fn go_arch(&self) -> Option<&'static str> {
        match self.name.as_bytes() {
            b"x86_64" => Some("amd64"),
            b"i386" => Some("386"),
            b"arm" => Some("arm"),
            b"aarch64" => Some("arm64"),
            b"loongarch64" => Some("loong64"),
            b"mips_o32" => Some("mips"),
            b"mipsel_o32" => Some("mipsle"),
            b"mips_n64" => Some("mips64"),
            b"mipsel_n64" => Some("mips64le"),
            b"powerpc" => Some("ppc"),
            b"powerpc64" => Some("ppc64"),
            b"powerpc64le" => Some("ppc64le"),
            b"riscv64" => Some("riscv64"),
            b"s390" => Some("s390"),
            b"s390x" => Some("s390x"),
            b"sparc" => Some("sparc"),
            b"sparc64" => Some("sparc64"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ABIS;

    #[test]
    fn every_name_is_that_of_one_abi() {
        let names = || ABIS.iter().filter_map(crate::Abi::go_arch);
        for name in names() {
            assert_eq!(names().filter(|other| *other == name).count(), 1, "{name}");
        }
        assert_eq!(names().count(), 17);
    }
}
