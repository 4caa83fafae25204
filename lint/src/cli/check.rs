//! `ioctl-lint check`.

mod against;
mod fix;
mod objects;
mod patch;
mod settings;
mod standard_input;
pub(super) mod summary;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use ioctl_lint::against::References;
use ioctl_lint::config::{FailOn, Profile};
use ioctl_lint::engine::{self, Checked};
use ioctl_lint::fixes::proof;
use ioctl_lint::{Account, Baseline, Levels, Selection, raw_commands};
use ioctlkit_model::{Header, Interface, Language, Problem, Report, SourceMap, Span};
use ioctlkit_report::Format;
use ioctlkit_report::html::{self, Details};
use ioctlkit_sources::{Overlay, list};

use super::Outcome;
use super::cache::CacheOptions;
use super::failure::{Failure, outcome_of, say_failures};
use super::findings_options::FindingsOptions;
use super::from_root::FromRoot;
use super::progress::Progress;
use super::reading::{Batch, Part, RawNumbers, ReadOptions};
use super::rule_choice::{RULES, RuleChoice};
use super::terminal::Terminal;
use fix::FixOptions;
use summary::Summary;

/// Find mistakes in the ioctl commands of headers, drivers, Rust source and compiled objects
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint check include/uapi/linux/foo.h
  git diff | ioctl-lint check --patch -
  ioctl-lint check --patch series.mbox ~/linux
  ioctl-lint check --profile legacy --abi x86_64,i386 /usr/include/linux
  ioctl-lint check --select L001,implicit-tail --fail-on info foo.h
  ioctl-lint check --format sarif --output ioctl-lint.sarif .
  ioctl-lint check --write-baseline baseline.json . && ioctl-lint check --baseline baseline.json .
  ioctl-lint check --against linux/kvm.h src/
  ioctl-lint check --against linux/fs.h --abi x86_64 fs_ioctls.py zerrors_linux_arm64.go
  ioctl-lint check -I include program.c
  ioctl-lint check foo.h -- -std=gnu11 -include config.h
  ioctl-lint check --header include/uapi/linux/foo.h foo.ko
  ioctl-lint check /lib/modules/6.12.0

A finding is allowed in place by a comment with a reason, on its line, on the line above, or at the
head of the structure or #define:
  /* ioctl-lint: allow(L001, implicit-tail) in use since 2.6 */
  /* ioctl-lint: allow-file(L011) the whole file predates __u32 */

Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on
  2  some input could not be used, or nothing in it could be judged; findings of the rest are reported
     all the same")]
pub(super) struct Arguments {
    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    findings: FindingsOptions,

    #[command(flatten)]
    fixing: FixOptions,

    /// Report only what this patch introduces: a diff, a mail or an mbox, `-` for standard input, whether the
    /// tree has it already or not. PATH is the tree [default: the one around the current folder], or headers
    /// in it whose commands those of the patch are compared with
    #[arg(long, value_name = "FILE", conflicts_with_all = ["write_baseline", "statistics", "show_settings"])]
    patch: Option<PathBuf>,

    /// Check standard input, named as the path `-`, as if it were this file
    #[arg(long, value_name = "PATH", conflicts_with = "patch")]
    stdin_filename: Option<PathBuf>,

    /// Print how many findings each rule has instead of the findings
    #[arg(long, conflicts_with_all = ["format", "write_baseline"])]
    statistics: bool,

    /// Print the settings for each path, from the configuration and the command line, and check nothing
    #[arg(long, conflicts_with_all = ["format", "write_baseline", "statistics", "apply"])]
    show_settings: bool,
}

/// What a run says that could read none of the commands that it saw.
const NOTHING_JUDGED: &str = "no command could be read, so this run says nothing about the interface; \
    U001, U002, U003, U004 or a warning says what is missing";

/// What to check, by which rules.
#[derive(Debug, Default, Args)]
pub(super) struct Scope {
    /// Headers, source of drivers and programs in C, C++ or Rust, folders of them, a cargo workspace, a kernel
    /// source tree; modules and other compiled objects, or a folder of modules such as /lib/modules/VERSION;
    /// lists of numbers: .go, .py, .csv, .txt, .json, and with --against a .h that defines nothing but numbers
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The default severities of rules [default: the configuration's, or `new`]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "new|legacy")]
    profile: Option<Profile>,

    #[command(flatten)]
    choice: RuleChoice,

    /// Compare Rust sources and lists of numbers with this C header, such as `linux/kvm.h`: the numbers of
    /// commands of the same name, and the layouts of structures; may be repeated [default: the
    /// configuration's]
    #[arg(long, value_name = "HEADER", help_heading = RULES)]
    against: Vec<String>,

    /// The interface of the compiled objects among the paths: a C header, such as `linux/vduse.h`, or
    /// Rust source; may be repeated
    #[arg(long = "header", value_name = "PATH", help_heading = RULES)]
    headers: Vec<String>,

    /// Also check commands that are plain numbers, such as `TCGETS`
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    cache: CacheOptions,

    #[command(flatten)]
    reading: ReadOptions,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(file) = &arguments.patch {
        if arguments.fixing.is_wanted() {
            return Err(Failure::new("a patch is not edited")
                .help("apply it, and run `check --fix` on its files"));
        }
        return patch::run(arguments, file, terminal);
    }
    let named = arguments.scope.named()?;
    if arguments.show_settings {
        let prepared = prepared(arguments, &arguments.scope.paths)?;
        terminal.print(|out, style| settings::write(&prepared, &arguments.scope, style, out))?;
        return Ok(Outcome::Clean);
    }
    if arguments.fixing.is_wanted() {
        return fix::run(arguments, terminal);
    }
    let started = Instant::now();
    let options = &arguments.findings;
    let (paths, overlay) = standard_input::in_place(named, arguments.stdin_filename.as_deref())?;
    let mut whole = checked(arguments, &paths, &overlay)?;
    whole.summary.set_fixable(&whole.report, &whole.sources, &whole.asked_for);
    whole.summary.seconds = started.elapsed().as_secs_f64();
    if let Some(file) = &options.write_baseline {
        let outcome = whole.outcome_of_reading();
        whole.say_unjudged(terminal);
        say_failures(whole.report.problems, &whole.sources, terminal);
        options.accept(file, &whole.report.findings, terminal)?;
        return Ok(outcome);
    }
    if !options.is_for_people()
        && let Some(names) = FromRoot::of_current_folder()
    {
        whole.name_files(|path| names.path(path));
    }
    report(arguments, &whole, terminal)?;
    Ok(whole.outcome())
}

/// The paths with their configurations, and what the command line says instead.
fn prepared(arguments: &Arguments, paths: &[PathBuf]) -> Result<Vec<Prepared>, Failure> {
    let options = &arguments.findings;
    let mut prepared = arguments.scope.prepare(paths)?;
    for group in &mut prepared {
        group.fail_on = options.fail_on.unwrap_or(group.fail_on);
        if options.baseline.is_none() && options.write_baseline.is_none() {
            group.read_baseline()?;
        }
    }
    Ok(prepared)
}

/// Everything that there is to find and that no baseline accepts, with some texts that are not on disk.
fn checked(arguments: &Arguments, paths: &[PathBuf], overlay: &Overlay) -> Result<Whole, Failure> {
    let options = &arguments.findings;
    // What a file is depends on its text.
    let mut prepared = overlay.during(|| prepared(arguments, paths))?;
    for group in &mut prepared {
        group.group.lay_over(overlay);
    }
    let mut whole = Whole::for_report(options);
    // One baseline for the whole run where the command line names it, else each group's own.
    let mut baseline = options.baseline.as_deref().map(Baseline::read).transpose()?;
    for group in &mut prepared {
        whole.take_in(group, &arguments.scope, baseline.as_mut());
    }
    let stale = baseline.into_iter().chain(prepared.into_iter().filter_map(|group| group.baseline));
    whole.summary.set_stale(stale);
    Ok(whole)
}

/// Everything that there is to find, whatever baselines accept.
pub(super) fn find(scope: &Scope) -> Result<Whole, Failure> {
    let mut whole = Whole::default();
    for mut group in scope.prepare(scope.named()?)? {
        whole.take_in(&mut group, scope, None);
    }
    Ok(whole)
}

impl Scope {
    /// One file, by these rules.
    pub(super) fn of_file(file: PathBuf, choice: RuleChoice, reading: ReadOptions) -> Self {
        Self { paths: vec![file], choice, reading, ..Self::default() }
    }

    /// Everything in a folder, by the rules of a profile.
    pub(super) fn of_tree(folder: PathBuf, profile: Profile, reading: ReadOptions) -> Self {
        Self { paths: vec![folder], profile: Some(profile), reading, ..Self::default() }
    }

    /// Whatever an editor names, by rules of the command line.
    pub(super) fn of_editor(
        profile: Option<Profile>,
        choice: RuleChoice,
        reading: ReadOptions,
    ) -> Self {
        Self { profile, choice, reading, ..Self::default() }
    }

    /// One path by its configuration, as it is with some texts that are not on disk.
    ///
    /// # Errors
    /// What is wrong with the configuration or its baseline.
    pub(super) fn judge(&self, path: &Path, overlay: &Overlay) -> Result<Vec<Judged>, Failure> {
        let mut judged = Vec::new();
        // What a file is depends on its text.
        for mut prepared in overlay.during(|| self.prepare(&[path.to_owned()]))? {
            prepared.read_baseline()?;
            prepared.group.lay_over(overlay);
            judged.extend(prepared.judge(self, None));
        }
        Ok(judged)
    }

    /// The paths, of which a patch needs none and everything else does.
    fn named(&self) -> Result<&[PathBuf], Failure> {
        if self.paths.is_empty() {
            return Err(Failure::new("there is nothing to check")
                .help("name a header, a folder or an object, such as `.`; `--help` has examples"));
        }
        Ok(&self.paths)
    }

    fn prepare(&self, paths: &[PathBuf]) -> Result<Vec<Prepared>, Failure> {
        let selection = self.selection()?;
        // Constants that no header has a counterpart for are no findings.
        let raw = if self.raw { RawNumbers::Wanted } else { RawNumbers::OfRust };
        let (lists, paths) = paths.iter().cloned().partition::<Vec<PathBuf>, _>(|path| {
            list::is_list(path) || (!self.against.is_empty() && list::is_header_of_numbers(path))
        });
        let groups = self.reading.groups(&paths, raw)?.into_iter();
        let groups = groups.chain(self.reading.groups_of_lists(&lists)?);
        let cache = self.cache.cache();
        let prepared = |mut group: Batch| {
            group.want_code();
            group.read_through(cache.clone());
            Prepared::new(group, &selection)
        };
        groups.map(prepared).collect()
    }

    /// What headers and Rust source define, commands or not: what two versions are compared by.
    fn read_with_all_definitions(
        &self,
        paths: &[PathBuf],
        overlay: &Overlay,
    ) -> Result<Vec<proof::Part>, Failure> {
        let is_source = |path: &&PathBuf| !list::is_list(path);
        let roots: Vec<PathBuf> = paths.iter().filter(is_source).cloned().collect();
        let mut groups = self.reading.groups(&roots, RawNumbers::Wanted)?;
        let parts = groups.iter_mut().map(|group| {
            group.leave_out_objects();
            group.accept_missing_features();
            group.want_all_definitions();
            group.lay_over(overlay);
            let (mut interface, problems) = group.read();
            raw_commands::retain_commands(&mut interface);
            proof::Part { interface, problems, roots: roots.clone() }
        });
        Ok(parts.collect())
    }

    fn selection(&self) -> Result<Selection, Failure> {
        let mut selection = Selection::default();
        if let Some(profile) = self.profile {
            selection.set_profile(profile);
        }
        self.choice.apply(&mut selection)?;
        Ok(selection)
    }
}

/// Paths with what their configuration says.
struct Prepared {
    group: Batch,
    levels: Levels,
    fail_on: FailOn,
    /// The configuration's own baseline, unless the command line goes before it.
    baseline: Option<Baseline>,
}

impl Prepared {
    fn new(group: Batch, selection: &Selection) -> Result<Self, Failure> {
        let selection = selection.clone();
        let levels = match &group.config {
            Some(config) => Levels::new(config, selection)?,
            None => Levels::of_selection(selection),
        };
        let fail_on = group.config.as_ref().and_then(|config| config.fail_on).unwrap_or_default();
        Ok(Self { group, levels, fail_on, baseline: None })
    }

    /// Takes the baseline that the configuration names.
    fn read_baseline(&mut self) -> Result<(), Failure> {
        let file = self.group.config.as_ref().and_then(|config| config.baseline.as_deref());
        self.baseline = file.map(Baseline::read).transpose()?;
        Ok(())
    }

    /// Reads the paths, each language by itself, and has the rules judge what was read.
    fn judge(&mut self, scope: &Scope, mut baseline: Option<&mut Baseline>) -> Vec<Judged> {
        let objects::Sources { read: mut sources, problems } =
            objects::read_sources(&mut self.group, &scope.headers);
        let mut parts: Vec<Judged> = Vec::new();
        for part in self.group.read_parts() {
            let of_objects =
                if part.0.objects.is_empty() { Vec::new() } else { std::mem::take(&mut sources) };
            let headers = (&scope.against[..], of_objects);
            parts.push(self.judge_part(part, headers, baseline.as_deref_mut()));
        }
        match parts.first_mut() {
            Some(first) => drop(first.problems.splice(0..0, problems)),
            None => parts.push(Judged { problems, ..Judged::default() }),
        }
        parts
    }

    fn judge_part(
        &mut self,
        (mut interface, mut problems): Part,
        (headers, of_objects): (&[String], Vec<objects::Source>),
        baseline: Option<&mut Baseline>,
    ) -> Judged {
        let mut references = against::read(&self.group, headers, &mut interface, &mut problems);
        for source in of_objects {
            source.add_to(&mut references, &mut interface, &mut problems);
        }
        let mut checked = {
            let _progress = Progress::start("checking commands");
            engine::check(&interface, &references, &self.levels)
        };
        let baseline = baseline.or(self.baseline.as_mut());
        let accepted = baseline.map_or(0, |baseline| baseline.absorb(&mut checked.findings));
        Judged { interface, references, checked, accepted, problems }
    }
}

/// What was read of some paths in one language, and what the rules say of it.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) interface: Interface,
    references: References,
    pub(super) checked: Checked,
    /// How many findings a baseline accepts.
    accepted: usize,
    pub(super) problems: Vec<Problem>,
}

/// Everything that the groups came to.
#[derive(Default)]
pub(super) struct Whole {
    pub(super) report: Report,
    pub(super) sources: SourceMap,
    summary: Summary,
    /// Modules with a table of handlers.
    modules: Vec<objects::Row>,
    account: Account,
    /// What a page shows besides the report, where a page is wanted.
    details: Option<Details>,
    /// The files that the paths stand for.
    asked_for: HashSet<PathBuf>,
    failed: bool,
}

impl Whole {
    /// One that keeps what the format shows.
    fn for_report(options: &FindingsOptions) -> Self {
        let details = (options.format == Format::Html).then(Details::default);
        Self { details, ..Self::default() }
    }

    fn take_in(&mut self, prepared: &mut Prepared, scope: &Scope, baseline: Option<&mut Baseline>) {
        for judged in prepared.judge(scope, baseline) {
            self.take_in_part(judged, prepared.fail_on);
        }
        self.drop_repeated();
    }

    fn take_in_part(&mut self, judged: Judged, fail_on: FailOn) {
        let Judged { interface, references, checked, accepted, problems } = judged;
        self.summary.accepted += accepted;
        self.summary.suppressed += checked.suppressed;
        self.failed |= checked.findings.iter().any(|f| fail_on.fails(f.severity));
        self.report.headers += interface.headers.len() - interface.objects.len();
        let is_rust =
            |header: &&Header| interface.sources.file(header.file).language() == Language::Rust;
        self.summary.rust_files += interface.headers.iter().filter(is_rust).count();
        let is_list =
            |header: &&Header| interface.sources.file(header.file).language() == Language::List;
        let lists = interface.headers.iter().filter(is_list).count();
        self.summary.lists += lists;
        self.summary.listed += if lists > 0 { interface.raw_numbers.len() } else { 0 };
        let headers = interface.headers.iter().map(|header| header.file);
        let code = interface.code.files.iter().chain(&interface.program.files);
        let files = headers.chain(code.copied());
        self.asked_for.extend(files.map(|file| interface.sources.file(file).path.clone()));
        self.modules.extend(objects::rows(&interface));
        self.report.commands += interface.commands.len();
        self.summary.handlers += interface.code.handlers.len();
        self.summary.unknown_calls += interface.code.unknown_calls as usize;
        self.summary.calls += checked.account.calls;
        self.summary.calls_not_understood += checked.account.calls_not_understood;
        self.report.not_understood += checked.account.not_understood;
        self.report.not_read += checked.account.not_read;
        self.account += checked.account;
        self.report.abis = self.report.abis.union(interface.abis);
        for rule in checked.rules {
            if !self.report.rules.iter().any(|known| known.code == rule.code) {
                self.report.rules.push(rule);
            }
        }
        if let Some(details) = &mut self.details {
            details.take_in(&interface, &checked.findings);
        }
        self.summary.compared.extend(references.iter().filter_map(summary::Compared::of));
        self.sources.append(interface.sources);
        self.report.objects.extend(interface.objects);
        self.report.findings.extend(checked.findings);
        self.report.problems.extend(problems);
    }

    /// A header that two groups include is reported once.
    fn drop_repeated(&mut self) {
        let mut seen = HashSet::new();
        let sources = &self.sources;
        self.report.findings.retain(|finding| {
            let Span { start, end, .. } = finding.span;
            let path = sources.path(finding.span).to_owned();
            seen.insert((path, start, end, finding.rule.code, finding.message.clone()))
        });
    }

    /// Has the report show every file under another path.
    fn name_files(&mut self, path: impl Fn(&Path) -> PathBuf) {
        self.sources.rename(&path);
        let paths = self.report.problems.iter_mut().filter_map(|problem| problem.path.as_mut());
        paths.for_each(|known| *known = path(known));
    }

    fn outcome(&self) -> Outcome {
        let findings = if self.failed { Outcome::Findings } else { Outcome::Clean };
        findings.max(self.outcome_of_reading())
    }

    /// What the run comes to, whatever was found: whether its input could be used and judged.
    pub(super) fn outcome_of_reading(&self) -> Outcome {
        let judged = if self.said_nothing().is_empty() { Outcome::Clean } else { Outcome::Failed };
        judged.max(outcome_of(&self.report.problems))
    }

    /// Prints why this run says nothing about its input.
    pub(super) fn say_unjudged(&self, terminal: &Terminal) {
        for sentence in self.said_nothing() {
            terminal.say(|out, _| writeln!(out, "{sentence}"));
        }
    }

    /// What was read and what was not, as a summary has it.
    fn account_in_sentences(&self) -> Vec<String> {
        self.said_nothing().into_iter().chain(self.summary.lines(&self.report)).collect()
    }

    /// Why this run says nothing about its input, a sentence for each reason.
    fn said_nothing(&self) -> Vec<String> {
        let of_commands = if self.account.judged_nothing() {
            Some(NOTHING_JUDGED.to_owned())
        } else {
            match self.account.unread {
                0 => None,
                1 => Some(
                    "a header with commands could not be read for any ABI; U003 says why".into(),
                ),
                more => Some(format!(
                    "{more} headers with commands could not be read for any ABI; U003 says why"
                )),
            }
        };
        let of_headers = self.summary.without_counterpart().map(|headers| {
            format!(
                "nothing was compared with {headers}: no command, family or structure has the \
                 name of one there. Name the header that defines them, or in Rust state the names in C \
                 with `#[ioctl(…, c = \"…\")]`"
            )
        });
        of_commands.into_iter().chain(of_headers).collect()
    }
}

fn report(arguments: &Arguments, whole: &Whole, terminal: &Terminal) -> Result<(), Failure> {
    let Whole { report, sources, summary, modules, details, .. } = whole;
    let options = &arguments.findings;
    if arguments.statistics {
        say_failures(report.problems.clone(), sources, terminal);
    }
    terminal.print_to(options.output.as_deref(), |out, style| {
        if arguments.statistics {
            summary::write_statistics(report, style, out)
        } else {
            match details {
                Some(details) => {
                    html::render(report, sources, details, &whole.account_in_sentences(), out)?;
                }
                None => options.format.render(report, sources, style, out)?,
            }
            // Of one object the findings say it all.
            if options.is_for_people() && report.objects.len() > 1 {
                objects::write_table(modules, style, out)?;
            }
            Ok(())
        }
    })?;
    if options.has_summary() {
        terminal.say(|out, _| summary.write(report, out));
    }
    whole.say_unjudged(terminal);
    Ok(())
}
