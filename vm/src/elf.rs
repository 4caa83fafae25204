//! The little that has to be known of programs and modules before they go into a guest.

use std::path::Path;

use goblin::elf::Elf;

use crate::error::VmError;

/// Refuses a program that needs a dynamic linker: the guest has neither that nor libraries.
/// Scripts pass.
pub(crate) fn check_program(path: &Path, content: &[u8]) -> Result<(), VmError> {
    if content.starts_with(b"#!") {
        return Ok(());
    }
    if !content.starts_with(goblin::elf::header::ELFMAG) {
        let reason = "it is neither ELF nor a script with #!".to_owned();
        return Err(kind(path, "a program", reason));
    }
    let elf = Elf::parse(content).map_err(|error| kind(path, "a program", error.to_string()))?;
    match elf.interpreter {
        Some(interpreter) => {
            let interpreter = interpreter.to_owned();
            Err(VmError::Dynamic { path: path.to_owned(), interpreter })
        }
        None => Ok(()),
    }
}

/// What a module says of itself, in its section `.modinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleInfo {
    /// The name under which the kernel knows it.
    pub name: String,
    /// The release of the kernel it was built for: the first word of its `vermagic`.
    pub release: String,
    /// The modules it needs, by name.
    pub depends: Vec<String>,
}

impl ModuleInfo {
    /// Reads it from a module's file.
    ///
    /// # Errors
    /// [`VmError::File`], or [`VmError::Kind`] if the file is no module.
    pub fn read(path: &Path) -> Result<Self, VmError> {
        let content = std::fs::read(path).map_err(VmError::file("read", path))?;
        Self::parse(path, &content)
    }

    pub(crate) fn parse(path: &Path, content: &[u8]) -> Result<Self, VmError> {
        let wrong = |reason: &str| kind(path, "a kernel module", reason.to_owned());
        let elf = Elf::parse(content).map_err(|error| wrong(&error.to_string()))?;
        let is_it = |name| elf.shdr_strtab.get_at(name) == Some(".modinfo");
        let mut sections = elf.section_headers.iter();
        let section = sections.find(|section| is_it(section.sh_name));
        let section = section.ok_or(wrong("it has no .modinfo"))?;
        let data = section.file_range().and_then(|range| content.get(range));
        let data = data.ok_or(wrong("its .modinfo lies outside of it"))?;
        let text = String::from_utf8_lossy(data);
        let value = |key: &str| {
            let mut entries = text.split('\0').filter_map(|entry| entry.split_once('='));
            entries.find(|(found, _)| *found == key).map(|(_, value)| value)
        };
        let name = value("name").ok_or(wrong("its .modinfo has no name"))?;
        let magic = value("vermagic").ok_or(wrong("its .modinfo has no vermagic"))?;
        let depends = value("depends").unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            release: magic.split(' ').next().unwrap_or_default().to_owned(),
            depends: depends.split(',').filter(|n| !n.is_empty()).map(str::to_owned).collect(),
        })
    }
}

fn kind(path: &Path, expected: &'static str, reason: String) -> VmError {
    VmError::Kind { path: path.to_owned(), expected, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Vec<u8> {
        std::fs::read(path).unwrap()
    }

    #[test]
    fn a_program_with_a_dynamic_linker_is_refused_by_its_name() {
        let path = std::env::current_exe().unwrap();
        let error = check_program(&path, &std::fs::read(&path).unwrap()).unwrap_err();
        let VmError::Dynamic { interpreter, .. } = error else { panic!("{error}") };
        assert!(Path::new(&interpreter).exists(), "{interpreter}");
    }

    #[test]
    fn static_programs_and_scripts_pass() {
        check_program(Path::new("busybox"), &read("/bin/busybox")).unwrap();
        check_program(Path::new("script"), b"#!/bin/sh\nexit 0\n").unwrap();
    }

    #[test]
    fn what_is_neither_program_nor_module_is_refused() {
        for content in [&b""[..], b"text", b"\x7fELF", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0"] {
            let path = Path::new("file");
            let kinds = [
                check_program(path, content).unwrap_err(),
                ModuleInfo::parse(path, content).unwrap_err(),
            ];
            for error in kinds {
                assert!(matches!(error, VmError::Kind { .. }), "{content:?}: {error}");
            }
        }
        let busybox = ModuleInfo::parse(Path::new("busybox"), &read("/bin/busybox")).unwrap_err();
        assert!(busybox.to_string().contains("no .modinfo"), "{busybox}");
    }
}
