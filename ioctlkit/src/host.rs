//! The ABI that is compiled for.

use ioctlkit_abi::{Abi, Scalar};

macro_rules! host {
    ($($name:literal: $($condition:meta),+;)+) => {
        $(
            #[cfg(all($($condition),+))]
            const NAME: &str = $name;
        )+
        #[cfg(not(any($(all($($condition),+)),+)))]
        compile_error!("the ABI table has no row for this target");
    };
}

host! {
    "x86_64": target_arch = "x86_64", target_pointer_width = "64";
    "x32": target_arch = "x86_64", target_pointer_width = "32";
    "i386": target_arch = "x86";
    "aarch64": any(target_arch = "aarch64", target_arch = "arm64ec"), target_pointer_width = "64";
    "arm": target_arch = "arm";
    "riscv64": target_arch = "riscv64";
    "riscv32": target_arch = "riscv32";
    "powerpc64": target_arch = "powerpc64", target_endian = "big";
    "powerpc64le": target_arch = "powerpc64", target_endian = "little";
    "powerpc": target_arch = "powerpc";
    "mips_n64": any(target_arch = "mips64", target_arch = "mips64r6"), target_pointer_width = "64", target_endian = "big";
    "mipsel_n64": any(target_arch = "mips64", target_arch = "mips64r6"), target_pointer_width = "64", target_endian = "little";
    "mips_n32": any(target_arch = "mips64", target_arch = "mips64r6"), target_pointer_width = "32", target_endian = "big";
    "mipsel_n32": any(target_arch = "mips64", target_arch = "mips64r6"), target_pointer_width = "32", target_endian = "little";
    "mips_o32": any(target_arch = "mips", target_arch = "mips32r6"), target_endian = "big";
    "mipsel_o32": any(target_arch = "mips", target_arch = "mips32r6"), target_endian = "little";
    "s390x": target_arch = "s390x";
    "sparc": target_arch = "sparc";
    "sparc64": target_arch = "sparc64";
    "m68k": target_arch = "m68k";
    "loongarch64": target_arch = "loongarch64";
    "csky": target_arch = "csky";
    "xtensa": target_arch = "xtensa";
}

/// The row of the ABI that is compiled for.
pub const HOST: &Abi = Abi::by_name(NAME).expect("the ABI table has the row");

/// Whether the compiler aligns members of that type as the host's row says.
const fn agrees(scalar: Scalar, align: usize) -> bool {
    matches!(HOST.align_of(scalar), Some(own) if own == align as u64)
}

const _: () = {
    assert!(HOST.pointer_size as usize == size_of::<usize>());
    assert!(HOST.long_size as usize == size_of::<core::ffi::c_long>());
    assert!(agrees(Scalar::Short, align_of::<u16>()));
    assert!(agrees(Scalar::Int, align_of::<u32>()));
    assert!(agrees(Scalar::Pointer, align_of::<usize>()));
    // rustc aligns 64-bit integers to 4 bytes on m68k, gcc and the kernel to 2: a structure in which
    // that makes a difference is refused when it is compared with its layout in C.
    assert!(agrees(Scalar::LongLong, align_of::<u64>()) || cfg!(target_arch = "m68k"));
};
