//! For others that read a header through clang: what to tell it, so that it sees what this front
//! end saw.

use std::path::{Path, PathBuf};

use ioctlkit_abi::AbiId;
use ioctlkit_model::SourceMap;

use crate::c::Request;
use crate::c::discover::discover;
use crate::c::driver::arguments;
use crate::c::driver::overlay;
use crate::c::files::{Files, Given, Surroundings};

/// What clang has to be told to read a header as [`read`](super::read) does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The arguments, without the header.
    pub arguments: Vec<String>,
    /// Headers that no tree has: paths below the folder that `arguments` was made for, with their
    /// text.
    pub stand_ins: Vec<(PathBuf, String)>,
}

/// How to read `header` for an ABI. Stand-ins are to be searched for below `stand_ins`, where the
/// caller has to write them; nothing is written here. `None` where the header cannot be read.
pub fn invocation(
    request: &Request,
    header: &Path,
    abi: AbiId,
    stand_ins: &Path,
) -> Option<Invocation> {
    let reach = Request { paths: vec![header.to_owned()], ..request.clone() }.reach();
    let (groups, _) = discover(&[header.to_owned()], request.abis, &reach);
    let group = groups.into_iter().next()?;
    let mut sources = SourceMap::default();
    let mut problems = Vec::new();
    let given = Given::new(request, &[]);
    let around = Surroundings {
        tree: &group.tree,
        given: &given,
        reach: &reach,
        caution: &request.caution,
        abis: request.abis,
    };
    let files = Files::load(&group.headers, around, &mut sources, &mut problems);
    files.wanted.first()?;
    let roots = [overlay::LIBC, overlay::ASM];
    let own_root = |argument: String| -> String {
        let root = roots.iter().find(|root| argument == format!("-I{root}"));
        root.map_or(argument, |root| format!("-I{}", below(stand_ins, Path::new(root)).display()))
    };
    let arguments = arguments::arguments(request, &group.tree, &[], abi)
        .into_iter()
        .filter_map(|argument| argument.into_string().ok())
        .map(own_root)
        .collect();
    // Stand-ins for libc are few, and one more may be included by the arguments given by hand.
    let libc = overlay::LIBC_HEADERS.iter().map(|(name, text)| {
        (below(stand_ins, &Path::new(overlay::LIBC).join(name)), (*text).to_owned())
    });
    let asm = overlay::ASM_HEADERS.iter().map(|(name, text)| {
        (below(stand_ins, &Path::new(overlay::ASM).join(name)), (*text).to_owned())
    });
    let mut found: Vec<(PathBuf, String)> = files
        .virtual_files()
        .map(|(path, text)| (below(stand_ins, &path), text.to_owned()))
        .chain(libc)
        .chain(asm)
        .collect();
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    Some(Invocation { arguments, stand_ins: found })
}

fn below(folder: &Path, path: &Path) -> PathBuf {
    folder.join(path.strip_prefix("/").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::AbiSet;

    use super::*;

    #[test]
    fn stand_ins_lie_where_the_arguments_say() {
        let folder = tempfile::tempdir().unwrap();
        let header = folder.path().join("a.h");
        std::fs::write(&header, "#include <stddef.h>\n").unwrap();
        let abi = AbiSet::ALL.first().unwrap();
        let root = Path::new("/made/for/this");
        let found = invocation(&Request::default(), &header, abi, root).unwrap();
        let stddef = found.stand_ins.iter().find(|(path, _)| path.ends_with("stddef.h")).unwrap();
        let searched = format!("-I{}", stddef.0.parent().unwrap().display());
        assert!(found.arguments.contains(&searched), "{searched}: {:?}", found.arguments);
        assert!(stddef.0.starts_with(root));
        assert_eq!(invocation(&Request::default(), Path::new("/no.h"), abi, root), None);
    }
}
