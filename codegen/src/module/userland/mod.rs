//! What is made for those who call the module, test it from outside, or look on: a description for
//! syzkaller, a manual page, a decoder of numbers and arguments, entries for strace's tables, and the
//! commands as functions of C and methods of Python.

mod c_wrapper;
mod constants;
mod decoder;
mod man;
mod names;
mod python;
mod strace;
mod syzkaller;
mod view;

use ioctlkit_model::{Interface, Layouts};

use super::docs;
use super::plan::Plan;
use super::render::{File, Ownership};
use super::stamp;
use view::View;

/// An emitter: where its file goes, with `NAME` for the module's name, and what makes its text.
type Emitter = (&'static str, fn(&View<'_>) -> Result<String, minijinja::Error>);

const EMITTERS: [Emitter; 9] = [
    ("man/NAME.4", |view| Ok(man::page(view))),
    ("syzkaller/dev_NAME.txt", |view| Ok(syzkaller::description(view))),
    ("syzkaller/dev_NAME.txt.const", |view| Ok(constants::file(view))),
    ("tools/NAME_calls.h", c_wrapper::header),
    ("tools/NAME_calls.py", python::module),
    ("tools/NAME_decode.c", decoder::program),
    ("tools/Makefile", decoder::makefile),
    ("tools/strace/ioctls_32.inc", |view| Ok(strace::for_32_bits(view))),
    ("tools/strace/ioctls_64.inc", |view| Ok(strace::for_64_bits(view))),
];

/// The files, in the order of their paths.
///
/// # Errors
/// What is wrong with a template, which is a mistake of this program.
pub fn userland(model: &Interface, plan: &Plan) -> Result<Vec<File>, minijinja::Error> {
    let model = docs::prepared(model);
    let layouts = Layouts::new(&model);
    let view = View::new(&layouts, plan);
    EMITTERS
        .into_iter()
        .map(|(path, emit)| {
            Ok(File {
                path: path.replace("NAME", &plan.name),
                ownership: Ownership::Generated,
                text: stamp::stamped(&emit(&view)?),
            })
        })
        .collect()
}
