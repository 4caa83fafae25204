//! Options about what to read and how, and the configuration for each path.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::Args;
use ioctl_lint::Config;
use ioctl_lint::config::{self, abi_help};
use ioctl_lint::numbered;
use ioctlkit_abi::{Abi, AbiId, AbiSet};
use ioctlkit_model::{Interface, Problem};
use ioctlkit_sources::rust::{FeatureName, Features, Missing};
use ioctlkit_sources::worker::Workers;
use ioctlkit_sources::{Caution, Overlay, c, driver, list, object, program, rust};

use super::failure::Failure;
use super::progress::Progress;
use super::terminal::Terminal;

/// How to read headers.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ReadOptions {
    /// Look only at these ABIs, such as `x86_64,i386`; `ioctl-lint abis` lists their names
    #[arg(long = "abi", value_name = "LIST", value_delimiter = ',', value_parser = parse_abi)]
    abis: Vec<AbiId>,

    /// Search this folder for included headers before all others
    #[arg(short = 'I', long = "include-dir", value_name = "DIR", help_heading = READING)]
    include_dirs: Vec<PathBuf>,

    /// Define a macro
    #[arg(short = 'D', long = "define", value_name = "NAME[=VALUE]", help_heading = READING)]
    defines: Vec<String>,

    /// Take the compiler's options for each header from this compilation database
    #[arg(long, value_name = "PATH", help_heading = READING)]
    compile_commands: Option<PathBuf>,

    /// Read packages with these features besides the default ones; `package/feature` is one
    /// package's
    #[arg(long, value_name = "FEATURES", value_delimiter = ',', help_heading = CRATES)]
    features: Vec<String>,

    /// Read packages with all their features
    #[arg(long, help_heading = CRATES)]
    all_features: bool,

    /// Read packages without their default features; without any of these options, files behind other
    /// features are read as well
    #[arg(long, help_heading = CRATES)]
    no_default_features: bool,

    /// Take the types that modules build upon from this vmlinux, boot image (vmlinuz, bzImage, Image,
    /// Image.gz) or file of BTF [default: the kernel of each module's version, beside its folder or in
    /// the running system]
    #[arg(long, value_name = "FILE", help_heading = OBJECTS)]
    btf_base: Option<PathBuf>,

    /// Use this configuration instead of the nearest ioctl-lint.toml at or above each path
    #[arg(long, value_name = "FILE", help_heading = READING)]
    config: Option<PathBuf>,

    /// Use no configuration
    #[arg(long, conflicts_with = "config", help_heading = READING)]
    no_config: bool,

    /// Further arguments for the compiler, passed on as they are: some make it run programs or write files
    #[arg(last = true, value_name = "COMPILER ARGUMENTS")]
    compiler_arguments: Vec<String>,
}

const READING: &str = "Reading headers";
const CRATES: &str = "Reading Rust crates";
const OBJECTS: &str = "Reading compiled objects";

/// Whether commands that are plain numbers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawNumbers {
    Wanted,
    /// Those of Rust source, to be compared with a header's.
    OfRust,
    Unwanted,
}

/// Paths that are read together, because they have the same configuration.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) config: Option<Config>,
    /// How to read headers, without any path.
    request: c::Request,
    headers: Option<c::Request>,
    source: Option<rust::Request>,
    objects: Option<object::Request>,
    lists: Option<list::Request>,
    /// C source of drivers, where what it does is asked for.
    drivers: Option<driver::Request>,
    /// Source of programs, where what it calls is asked for.
    programs: Option<program::Request>,
    /// Files that are source of programs and nothing else.
    only_programs: Vec<PathBuf>,
    /// Where what is read of headers is kept.
    cache: Option<c::Cache>,
}

/// The processes in which everything that may come from strangers is parsed.
pub(super) fn workers() -> &'static Workers {
    static WORKERS: LazyLock<Workers> = LazyLock::new(Workers::default);
    &WORKERS
}

/// Says which layers of their confinement this machine lacks, or that it lacks none.
pub(super) fn say_what_is_missing(terminal: &Terminal) {
    let lacks = workers().lacks();
    terminal.say(|out, _| {
        if !workers().have_read() {
            return writeln!(
                out,
                "nothing was parsed: what the cache has is as it was read before"
            );
        }
        if lacks.is_empty() {
            return writeln!(out, "input was read in a confined process");
        }
        for layer in &lacks {
            writeln!(out, "input was read without a layer of confinement: {layer}")?;
        }
        Ok(())
    });
}

/// What a front end read, and what it could not.
pub(super) type Part = (Interface, Vec<Problem>);

impl ReadOptions {
    /// As a build says it, with a configuration of its own if one is named.
    pub(super) fn of_build(include_dirs: Vec<PathBuf>, config: Option<PathBuf>) -> Self {
        Self { include_dirs, config, ..Self::default() }
    }

    /// Whatever a configuration says.
    pub(super) fn without_config() -> Self {
        Self { no_config: true, ..Self::default() }
    }

    /// The paths with their configurations.
    pub(super) fn groups(&self, paths: &[PathBuf], raw: RawNumbers) -> Result<Vec<Batch>, Failure> {
        let files = self.by_config(paths).into_iter();
        files.map(|(file, paths)| self.group(file.as_deref(), &paths, raw)).collect()
    }

    /// Lists of numbers with their configurations.
    pub(super) fn groups_of_lists(&self, paths: &[PathBuf]) -> Result<Vec<Batch>, Failure> {
        let group = |(file, paths): (Option<PathBuf>, Vec<PathBuf>)| {
            let group = self.group(file.as_deref(), &[], RawNumbers::Wanted)?;
            let lists = Some(list::Request { paths, abis: group.request.abis });
            Ok(Batch { lists, ..group })
        };
        self.by_config(paths).into_iter().map(group).collect()
    }

    /// The paths by the configuration that each has.
    fn by_config(&self, paths: &[PathBuf]) -> Vec<(Option<PathBuf>, Vec<PathBuf>)> {
        let mut files: Vec<(Option<PathBuf>, Vec<PathBuf>)> = Vec::new();
        for path in paths {
            let file = self.config_file(path);
            match files.iter_mut().find(|(known, _)| *known == file) {
                Some((_, paths)) => paths.push(path.clone()),
                None => files.push((file, vec![path.clone()])),
            }
        }
        files
    }

    /// Paths with the configuration that is found at another one, which they are a copy of.
    pub(super) fn group_as(
        &self,
        configured: &Path,
        paths: &[PathBuf],
        raw: RawNumbers,
    ) -> Result<Batch, Failure> {
        self.group(self.config_file(configured).as_deref(), paths, raw)
    }

    fn group(
        &self,
        file: Option<&Path>,
        paths: &[PathBuf],
        raw: RawNumbers,
    ) -> Result<Batch, Failure> {
        let config = file.map(Config::read).transpose()?;
        let languages = Languages::of(paths);
        let request = |paths| self.request(config.as_ref(), paths, raw);
        let headers = (!languages.c.is_empty()).then(|| request(languages.c));
        let request = request(Vec::new());
        let features = self.features(config.as_ref());
        let source = rust::Request {
            paths: languages.rust,
            abis: request.abis,
            features,
            constants: match raw {
                RawNumbers::Wanted | RawNumbers::OfRust => rust::Constants::All,
                RawNumbers::Unwanted => rust::Constants::Requests,
            },
            overlay: Overlay::default(),
            caution: Caution::default(),
        };
        let source = Some(source).filter(|source| !source.paths.is_empty());
        let objects = (!languages.objects.is_empty()).then(|| object::Request {
            paths: languages.objects,
            base: self.btf_base.clone(),
            bare_abi: self.only_abi(),
            types: object::Wanted::All,
            caution: Caution::default(),
        });
        Ok(Batch {
            config,
            request,
            headers,
            source,
            objects,
            lists: None,
            drivers: None,
            programs: None,
            only_programs: languages.programs,
            cache: None,
        })
    }

    fn config_file(&self, path: &Path) -> Option<PathBuf> {
        match &self.config {
            _ if self.no_config => None,
            Some(file) => Some(file.clone()),
            None => config::find(path).map(shown_path),
        }
    }

    fn request(&self, config: Option<&Config>, paths: Vec<PathBuf>, raw: RawNumbers) -> c::Request {
        let mut request = c::Request {
            paths,
            include_dirs: self.include_dirs.clone(),
            defines: self.defines.clone(),
            compile_commands: self.compile_commands.clone(),
            raw_numbers: raw == RawNumbers::Wanted,
            ..c::Request::default()
        };
        // The command line's come first where the first wins, and last where the last does.
        if let Some(config) = config {
            request.abis = config.abis.unwrap_or(request.abis);
            request.configured = c::Configured {
                include_dirs: config.include_dirs.clone(),
                defines: config.defines.clone(),
                arguments: config.compiler_arguments.clone(),
            };
        }
        request.compiler_arguments.extend(self.compiler_arguments.iter().cloned());
        if let Some(abis) = self.abis() {
            request.abis = abis;
        }
        request
    }

    fn features(&self, config: Option<&Config>) -> Features {
        let configured = config.map(|config| config.features.clone()).unwrap_or_default();
        if self.all_features {
            return Features::All;
        }
        match configured {
            Features::All => Features::All,
            Features::Chosen { mut names, default } => {
                // Cargo takes lists with spaces as well.
                let own = self.features.iter().flat_map(|list| list.split_whitespace());
                names.extend(
                    own.map(|name| FeatureName {
                        name: name.to_owned(),
                        missing: Missing::Refused,
                    }),
                );
                Features::Chosen { names, default: default && !self.no_default_features }
            }
        }
    }

    /// The folders that are searched for included headers, from the command line alone.
    pub(super) fn include_dirs(&self) -> &[PathBuf] {
        &self.include_dirs
    }

    /// The ABI that was asked for, if it was one.
    fn only_abi(&self) -> Option<AbiId> {
        match self.abis[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The ABIs that were asked for, if any were.
    pub(super) fn abis(&self) -> Option<AbiSet> {
        (!self.abis.is_empty()).then(|| self.abis.iter().copied().collect())
    }
}

/// Paths by what is there. A folder may have sources of both languages.
#[derive(Debug, Default, PartialEq, Eq)]
struct Languages {
    c: Vec<PathBuf>,
    rust: Vec<PathBuf>,
    objects: Vec<PathBuf>,
    programs: Vec<PathBuf>,
}

impl Languages {
    fn of(paths: &[PathBuf]) -> Self {
        let mut languages = Self::default();
        for path in paths {
            if object::is_module_tree(path) {
                languages.objects.push(path.clone());
                continue;
            }
            if program::is_program(path) {
                languages.programs.push(path.clone());
                continue;
            }
            let rust = rust::holds_source(path);
            if rust {
                languages.rust.push(path.clone());
            }
            // A folder with sources is read for these: what a build has left there was not meant.
            let c = path.is_dir() && c::holds_header(path);
            if !rust && !c && object::holds_object(path) {
                languages.objects.push(path.clone());
                continue;
            }
            // What holds nothing is the front end of C's to complain about, as it always was.
            if !rust || c {
                languages.c.push(path.clone());
            }
        }
        languages
    }
}

impl Batch {
    /// Reads the paths, each language by itself: a command that a folder has in both is not
    /// defined twice.
    pub(super) fn read_parts(&self) -> Vec<Part> {
        let of_c = self.headers.as_ref().map(|request| {
            let _progress = Progress::start("reading headers");
            workers().read_c(request, self.cache.as_ref())
        });
        let of_c = match (&self.drivers, of_c) {
            (Some(drivers), Some(headers)) => Some(self.with_code(drivers, headers)),
            (_, of_c) => of_c,
        };
        let of_c = match (&self.programs, of_c) {
            (Some(programs), headers) => Some(with_calls(programs, headers)),
            (None, of_c) => of_c,
        };
        let of_rust = self.source.as_ref().map(|request| {
            let _progress = Progress::start("reading source");
            workers().read_rust(request)
        });
        let of_objects = self.objects.as_ref().map(|request| {
            let _progress = Progress::start("reading objects");
            workers().read_objects(request)
        });
        let of_lists = self.lists.as_ref().map(list::read);
        of_c.into_iter().chain(of_rust).chain(of_objects).chain(of_lists).collect()
    }

    /// Reads what driver source does besides what headers declare. Commands that it names and that nobody
    /// else has declared are looked for in the headers around it, which are not judged.
    fn with_code(&self, request: &driver::Request, (mut interface, mut problems): Part) -> Part {
        let _progress = Progress::start("reading handlers");
        // What the headers among the paths define decides which commands a range of numbers lets through.
        let numbers = numbered::on_x86_64(&interface);
        let request = driver::Request { numbers, ..request.clone() };
        let (mut code, of_code) = workers().read_drivers(&request);
        let is_about_nothing = |problem: &Problem| problem.message.starts_with(c::HOLDS_NOTHING);
        if !code.code.is_empty() {
            problems.retain(|problem| !is_about_nothing(problem));
        }
        let known: HashSet<&Path> = interface
            .headers
            .iter()
            .map(|header| interface.sources.file(header.file).path.as_path())
            .collect();
        let paths: Vec<PathBuf> = std::mem::take(&mut code.code.declared_in)
            .into_iter()
            .filter(|path| !known.contains(path.as_path()))
            .collect();
        if !paths.is_empty() {
            let request = c::Request {
                paths,
                raw_numbers: true,
                compile_commands: None,
                ..self.request.clone()
            };
            let (mut declared, _) = workers().read_c(&request, self.cache.as_ref());
            declared.headers.clear();
            declared.not_understood.clear();
            interface.append(declared);
        }
        interface.append(code);
        ioctl_lint::declared::name_numbered(&mut interface);
        for problem in of_code {
            // Both front ends look into the compilation database.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        (interface, problems)
    }

    /// Reads what driver source and source of programs among the paths do, too.
    pub(super) fn want_code(&mut self) {
        let paths = || self.headers.iter().flat_map(|request| &request.paths);
        let programs = paths().filter(|path| program::holds_calls(path)).chain(&self.only_programs);
        let programs: Vec<PathBuf> = programs.cloned().collect();
        let paths: Vec<PathBuf> =
            paths().filter(|path| driver::holds_driver(path)).cloned().collect();
        let overlay = self.request.overlay.clone();
        self.programs = (!programs.is_empty()).then(|| program::Request {
            paths: programs,
            abis: self.request.abis,
            overlay: overlay.clone(),
            include_dirs: self.request.include_dirs.clone(),
            compile_commands: self.request.compile_commands.clone(),
            caution: Caution::default(),
        });
        self.drivers = (!paths.is_empty()).then(|| driver::Request {
            paths,
            overlay,
            include_dirs: self.request.include_dirs.clone(),
            compile_commands: self.request.compile_commands.clone(),
            ..driver::Request::default()
        });
    }

    /// Whether there are compiled objects among the paths.
    pub(super) fn has_objects(&self) -> bool {
        self.objects.is_some()
    }

    /// Reads sources alone.
    pub(super) fn leave_out_objects(&mut self) {
        self.objects = None;
    }

    /// Reads these texts instead of what is on disk.
    pub(super) fn lay_over(&mut self, overlay: &Overlay) {
        for request in self.headers.iter_mut().chain([&mut self.request]) {
            request.overlay = overlay.clone();
        }
        self.source.iter_mut().for_each(|request| request.overlay = overlay.clone());
        self.drivers.iter_mut().for_each(|request| request.overlay = overlay.clone());
        self.programs.iter_mut().for_each(|request| request.overlay = overlay.clone());
    }

    /// Asks for some types of compiled objects, instead of all.
    pub(super) fn want_types(&mut self, types: object::Wanted) {
        if let Some(objects) = &mut self.objects {
            objects.types = types;
        }
    }

    /// Reads the paths, as one interface.
    pub(super) fn read(&self) -> Part {
        let mut parts = self.read_parts().into_iter();
        // Nothing of the first has to move.
        let (mut interface, mut problems) = parts.next().unwrap_or_default();
        for (part, of_part) in parts {
            interface.append(part);
            problems.extend(of_part);
        }
        (interface, problems)
    }
}

impl Batch {
    /// How to read C headers that are not among the paths, in the same way.
    pub(super) fn header_request(&self) -> c::Request {
        c::Request { compile_commands: None, raw_numbers: true, ..self.request.clone() }
    }
}

impl Batch {
    /// Takes features as they are: another version may have those that this one lacks.
    pub(super) fn accept_missing_features(&mut self) {
        if let Some(source) = &mut self.source {
            source.features = std::mem::take(&mut source.features).accepting_missing();
        }
    }

    /// Reads all definitions of C headers, and not only what commands are made of.
    pub(super) fn want_all_definitions(&mut self) {
        self.headers.iter_mut().for_each(|request| request.all_definitions = true);
    }

    /// The paths, in each language.
    pub(super) fn paths(&self) -> Vec<&PathBuf> {
        let headers = self.headers.iter().flat_map(|request| &request.paths);
        let headers = headers.chain(&self.only_programs);
        let sources = self.source.iter().flat_map(|request| &request.paths);
        let objects = self.objects.iter().flat_map(|request| &request.paths);
        let lists = self.lists.iter().flat_map(|request| &request.paths);
        let mut paths: Vec<&PathBuf> = headers.chain(sources).chain(objects).chain(lists).collect();
        // A folder may have several languages.
        let mut seen = HashSet::new();
        paths.retain(|path| seen.insert(*path));
        paths
    }

    /// How its paths are read, by the keys of a configuration.
    pub(super) fn settings(&self) -> Vec<(&'static str, Vec<String>)> {
        let request = &self.request;
        let words = |arguments: &[c::AllowedArgument]| -> Vec<String> {
            arguments.iter().map(c::AllowedArgument::word).collect()
        };
        let folders = request.search_dirs().into_iter();
        let defines = words(&request.configured.defines).into_iter();
        // They are kept as the compiler is given them.
        let defines = defines.filter_map(|word| Some(word.strip_prefix("-D")?.to_owned()));
        let mut settings = vec![
            ("include-dirs", folders.map(|it| it.to_string_lossy().into_owned()).collect()),
            ("defines", defines.chain(request.defines.iter().cloned()).collect()),
            (
                "compiler-arguments",
                words(&request.configured.arguments)
                    .into_iter()
                    .chain(request.compiler_arguments.iter().cloned())
                    .collect(),
            ),
        ];
        if let Some(Features::Chosen { names, .. }) = self.source.as_ref().map(|it| &it.features) {
            settings.push(("features", names.iter().map(|it| it.name.clone()).collect()));
        }
        settings
    }

    /// The ABIs that are looked at.
    pub(super) fn abis(&self) -> AbiSet {
        self.request.abis
    }

    /// Searches other folders for included headers, where `to` knows one.
    pub(super) fn move_folders(&mut self, to: impl Fn(&Path) -> Option<PathBuf>) {
        for request in self.headers.iter_mut().chain([&mut self.request]) {
            let folders =
                request.include_dirs.iter_mut().chain(&mut request.configured.include_dirs);
            for folder in folders {
                *folder = to(folder).unwrap_or_else(|| folder.clone());
            }
        }
    }

    /// Takes headers from a cache, if they have not changed.
    pub(super) fn read_through(&mut self, cache: Option<c::Cache>) {
        self.cache = cache;
    }

    /// Looks at these ABIs, whatever the configuration says.
    pub(super) fn narrow(&mut self, abis: AbiSet) {
        self.request.abis = abis;
        self.headers.iter_mut().for_each(|request| request.abis = abis);
        self.source.iter_mut().for_each(|request| request.abis = abis);
        self.programs.iter_mut().for_each(|request| request.abis = abis);
    }
}

/// Reads what programs pass to `ioctl`, besides the headers among the paths.
fn with_calls(request: &program::Request, headers: Option<Part>) -> Part {
    let _progress = Progress::start("reading calls");
    let (program, of_program) = workers().read_programs(request);
    let (mut interface, mut problems) = headers.unwrap_or_default();
    if !program.program.is_empty() {
        let is_about_nothing = |problem: &Problem| problem.message.starts_with(c::HOLDS_NOTHING);
        problems.retain(|problem| !is_about_nothing(problem));
    }
    interface.append(program);
    for problem in of_program {
        // Both front ends look into the compilation database.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    (interface, problems)
}

/// The paths that were named, or those of the installed kernel headers.
pub(super) fn named_or_installed(named: &[PathBuf]) -> Option<Vec<PathBuf>> {
    // What linux-libc-dev and its likes install; the rest of /usr/include is not the kernel's.
    const FOLDERS: [&str; 11] = [
        "asm-generic",
        "cxl",
        "drm",
        "fwctl",
        "linux",
        "misc",
        "mtd",
        "rdma",
        "scsi",
        "sound",
        "video",
    ];
    if !named.is_empty() {
        return Some(named.to_vec());
    }
    let include = PathBuf::from("/usr/include");
    let folders: Vec<PathBuf> =
        FOLDERS.iter().map(|name| include.join(name)).filter(|folder| folder.is_dir()).collect();
    (!folders.is_empty()).then_some(folders)
}

/// Reads paths that must have one configuration among them.
pub(super) fn read_as_one(groups: Vec<Batch>) -> Result<(Interface, Vec<Problem>), Failure> {
    let mut groups = groups.into_iter();
    match (groups.next(), groups.next()) {
        (Some(only), None) => Ok(only.read()),
        (None, _) => Err(Failure::new("no path to read")),
        (Some(_), Some(_)) => Err(Failure::new("the paths have different configurations")
            .help("name one with `--config FILE`, or use `--no-config`")),
    }
}

/// Relative where the file is below the working folder: that is how people know it.
fn shown_path(file: PathBuf) -> PathBuf {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|here| file.strip_prefix(here).ok().map(Path::to_owned));
    relative.unwrap_or(file)
}

fn parse_abi(name: &str) -> Result<AbiId, String> {
    Abi::by_name(name)
        .map(Abi::id)
        .ok_or_else(|| format!("there is no such ABI; {}", abi_help(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_abi_is_answered_with_the_nearest() {
        assert_eq!(parse_abi("i386").map(|id| id.abi().name), Ok("i386"));
        assert_eq!(
            parse_abi("x86-64").unwrap_err(),
            "there is no such ABI; did you mean `x86_64`?"
        );
        assert_eq!(
            parse_abi("vax").unwrap_err(),
            "there is no such ABI; `ioctl-lint abis` lists their names"
        );
    }
}
