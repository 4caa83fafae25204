//! What programs see that are built with a 64-bit `time_t` where it has 32 bits by default: musl's, and
//! glibc's with `-D_TIME_BITS=64`.

use std::collections::HashSet;
use std::path::PathBuf;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Interface, Type};

use crate::c::Request;
use crate::c::files::Given;

/// What libc defines for such programs (glibc 2.34, `features-time64.h`), and headers ask for.
const DEFINED: &str = "__USE_TIME_BITS64";

/// Where a header's own text asks how wide a time is.
const QUESTIONS: [&str; 5] = [
    DEFINED,
    "sizeof(time_t)",
    "sizeof(struct timeval)",
    "sizeof(struct timespec)",
    "(struct timeval)",
];

/// Reads those of the headers again in which a command depends on the width of `time_t`.
pub(crate) fn read(request: &Request, interface: &Interface) -> Option<Interface> {
    let narrow = AbiSet::of(|abi| abi.pointer_size == 4).intersection(request.abis);
    if narrow.is_empty() || Given::new(request, &[]).defined.contains(DEFINED) {
        return None;
    }
    let paths = headers(interface);
    if paths.is_empty() {
        return None;
    }
    let mut defines = request.defines.clone();
    defines.push(format!("{DEFINED}=1"));
    let request =
        Request { paths, defines, abis: narrow, all_definitions: false, ..request.clone() };
    // Whatever is wrong with the headers, the first reading has said.
    let (wide, _) = crate::c::jobs::session::read(&request);
    (!wide.commands.is_empty()).then_some(wide)
}

fn headers(interface: &Interface) -> Vec<PathBuf> {
    let sources = &interface.sources;
    let mut files: HashSet<FileId> = HashSet::new();
    for command in &interface.commands {
        let mut types = command.variants.iter().filter_map(|(_, body)| body.argument.ty());
        if !files.contains(&command.span.file) && types.any(|ty| holds_time(interface, ty)) {
            files.insert(command.span.file);
        }
    }
    for header in &interface.headers {
        let text = &sources.file(header.file).text;
        if QUESTIONS.iter().any(|question| text.contains(question)) {
            files.insert(header.file);
        }
    }
    let asked = interface.headers.iter().map(|header| header.file);
    asked.filter(|file| files.contains(file)).map(|file| sources.file(file).path.clone()).collect()
}

/// Whether a type holds one of libc's that has a time in it. Behind linux/time.h, which defines the same
/// ones, that is whose definition a header got in the first reading.
fn holds_time(interface: &Interface, ty: &Type) -> bool {
    const STRUCTURES: [&str; 4] = ["timeval", "timespec", "itimerval", "itimerspec"];
    let is_time = |ty: &Type| interface.typedef_names(ty).contains(&"time_t");
    is_time(ty)
        || interface.records_within(ty).into_iter().any(|id| {
            let record = interface.record(id);
            let named = record.name.as_deref().is_some_and(|name| STRUCTURES.contains(&name));
            let members = record.variants.iter().flat_map(|(_, body)| &body.members);
            named || members.into_iter().any(|member| is_time(member.ty.innermost_element()))
        })
}
