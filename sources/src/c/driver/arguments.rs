//! What the compiler is told for an ABI.

use std::ffi::CString;
use std::path::Path;

use ioctlkit_abi::{Abi, AbiId, AbiSet, ByteOrder};

use crate::c::Request;
use crate::c::discover::{Tree, or_here};
use crate::c::driver::allowed::{AllowedArgument, guarded};
use crate::c::files::search_folders;
use crate::c::look;

/// Macros of the targets that stand in for all ABIs, taken back before an ABI's own are given.
const FOREIGN: [&str; 14] = [
    "__x86_64__",
    "__x86_64",
    "__amd64__",
    "__amd64",
    "__i386__",
    "__i386",
    "i386",
    "__LP64__",
    "_LP64",
    "__ILP32__",
    "_ILP32",
    "__SIZEOF_INT128__",
    "__LITTLE_ENDIAN__",
    "__CHAR_UNSIGNED__",
];

/// Annotations of kernel headers, which `scripts/headers_install.sh` takes out on export.
const ANNOTATIONS: [&str; 6] = [
    "__user=",
    "__force=",
    "__iomem=",
    "__attribute_const__=",
    "__packed=__attribute__((packed))",
    "__counted_by(m)=",
];

/// A folder that no system has.
const NOWHERE: &str = "/dev/null";

/// A clang target with the widths of the ABI. Only widths matter: macros are the ABI's own, and
/// layout is not the compiler's to say.
fn target(abi: &Abi) -> &'static str {
    match (abi.pointer_size, abi.has_int128) {
        (8, _) => "x86_64-linux-gnu",
        (_, true) => "x86_64-linux-gnux32",
        _ => "i386-linux-gnu",
    }
}

/// What of its target the compiler put into a number that it worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DependsOn {
    /// Nothing.
    Nothing,
    /// The widths of `long` and of pointers.
    Widths,
    /// The alignment of 64-bit integers, too: the size of a structure.
    Alignment,
}

/// The ABIs for which a number holds that the compiler worked out while it parsed for `parsed`.
pub(crate) fn agreeing(parsed: AbiId, depends_on: DependsOn) -> AbiSet {
    let own = parsed.abi();
    let target_under_aligns = target(own).starts_with("i386");
    AbiSet::of(|abi| {
        let widths = abi.pointer_size == own.pointer_size && abi.long_size == own.long_size;
        let alignment = abi.under_aligns_64_bit() == target_under_aligns
            && !abi.under_aligns_32_bit()
            && !abi.rounds_records();
        match depends_on {
            DependsOn::Nothing => true,
            DependsOn::Widths => widths,
            DependsOn::Alignment => widths && alignment,
        }
    })
}

/// Whether the compiler may search a folder. It takes a file in place of one for a map of names to files, which
/// may lie anywhere.
fn is_for_headers(folder: &Path) -> bool {
    !folder.as_os_str().is_empty() && !look::is_there(folder)
}

/// The arguments for reading headers as the ABI sees them.
pub(crate) fn arguments(
    request: &Request,
    tree: &Tree,
    extra: &[AllowedArgument],
    abi: AbiId,
) -> Vec<CString> {
    let row = abi.abi();
    let mut arguments: Vec<String> = vec![
        "-xc".into(),
        "-std=gnu11".into(),
        format!("--target={}", target(row)),
        "-nostdinc".into(),
        "-ffreestanding".into(),
        // Else it looks for installed compilers in two hundred places, for each unit that it parses.
        format!("--gcc-toolchain={NOWHERE}"),
        format!("--cuda-path={NOWHERE}"),
        "-ferror-limit=0".into(),
        "-w".into(),
        // `#pragma clang __debug crash` and its like.
        "-Xclang".into(),
        "-disable-pragma-debug-crash".into(),
        // What an inline function calls is nobody's ABI.
        "-Wno-error=implicit-function-declaration".into(),
        "-Wno-implicit-function-declaration".into(),
        if row.char_signed { "-fsigned-char" } else { "-funsigned-char" }.into(),
    ];
    arguments.extend(FOREIGN.iter().map(|name| format!("-U{name}")));
    arguments.extend(row.predefined.iter().map(|definition| format!("-D{definition}")));
    if row.has_int128 {
        arguments.push("-D__SIZEOF_INT128__=16".into());
    }
    if row.byte_order == ByteOrder::Big {
        arguments.push("-U__BYTE_ORDER__".into());
        arguments.push("-D__BYTE_ORDER__=__ORDER_BIG_ENDIAN__".into());
    }
    arguments.extend(ANNOTATIONS.iter().map(|definition| format!("-D{definition}")));
    arguments.extend(request.configured.defines.iter().map(AllowedArgument::word));
    // An option without its value takes the next argument for it.
    let defines = request.defines.iter().filter(|definition| !definition.trim().is_empty());
    arguments.extend(defines.map(|definition| format!("-D{definition}")));
    let mut own = request.search_dirs();
    own.retain(|folder| is_for_headers(folder));
    let folders = search_folders(tree, &own, abi).into_iter().map(|folder| or_here(&folder));
    for folder in folders.filter(|folder| is_for_headers(folder)) {
        arguments.push(format!("-I{}", guarded(&folder).display()));
    }
    let further = extra.iter().chain(&request.configured.arguments);
    let further = further.filter(|argument| argument.folder().is_none_or(is_for_headers));
    arguments.extend(further.flat_map(AllowedArgument::for_compiler));
    arguments.extend(request.compiler_arguments.iter().cloned());
    // An argument with a NUL byte cannot be passed to any program.
    arguments.into_iter().filter_map(|argument| CString::new(argument).ok()).collect()
}
