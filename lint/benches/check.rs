//! What each part of a check takes, on the headers that this machine has. The whole process is
//! timed by `cargo xtask bench`.

use std::path::Path;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use ioctl_lint::against::References;
use ioctl_lint::rules::RULES;
use ioctl_lint::{Context, Levels, Selection, engine};
use ioctlkit_abi::{ABIS, MemberAlign, RecordFold, RecordKind, Scalar};
use ioctlkit_model::{Interface, Layouts, Problem, RecordId, Report};
use ioctlkit_report::{Format, Style, dump};
use ioctlkit_sources::c::{Request, read};

const INSTALLED: &str = "/usr/include";
const ONE_HEADER: &str = "/usr/include/linux/vduse.h";
/// Where `cargo xtask bench` unpacks a kernel's sources.
const KERNEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bench");

fn main() {
    divan::main();
}

static READ: LazyLock<(Interface, Vec<Problem>)> = LazyLock::new(|| read(&request(INSTALLED)));

fn request(path: impl AsRef<Path>) -> Request {
    Request { paths: vec![path.as_ref().to_owned()], ..Request::default() }
}

#[divan::bench(sample_count = 10)]
fn read_installed_headers() -> (Interface, Vec<Problem>) {
    read(&request(INSTALLED))
}

#[divan::bench(sample_count = 50)]
fn read_one_header() -> (Interface, Vec<Problem>) {
    read(&request(ONE_HEADER))
}

/// Nothing where no kernel is unpacked.
#[divan::bench(sample_count = 5, args = kernels())]
fn read_kernel(root: &str) -> (Interface, Vec<Problem>) {
    read(&request(root))
}

fn kernels() -> Vec<String> {
    let folders = std::fs::read_dir(KERNEL).into_iter().flatten().flatten();
    let roots = folders.map(|folder| folder.path().join("source"));
    roots.filter(|root| root.is_dir()).map(|root| root.display().to_string()).collect()
}

/// Every structure on every ABI.
#[divan::bench]
fn layouts(bencher: Bencher<'_, '_>) {
    let interface = &READ.0;
    let records = interface.records.len();
    bencher.counter(ItemsCount::new(records * ABIS.len())).bench(|| {
        let layouts = Layouts::new(interface);
        for index in 0..records {
            for abi in interface.abis {
                let _ = divan::black_box(layouts.record(RecordId(index as u32), abi));
            }
        }
        layouts
    });
}

/// One structure of three members on every ABI.
#[divan::bench]
fn layout_fold(bencher: Bencher<'_, '_>) {
    const MEMBERS: [Scalar; 3] = [Scalar::UnsignedInt, Scalar::UnsignedLongLong, Scalar::Char];
    bencher.counter(ItemsCount::new(ABIS.len())).bench(|| {
        for abi in &ABIS {
            let fold = RecordFold::new(abi, RecordKind::Struct, MemberAlign::NATURAL);
            let _ = divan::black_box(fold.scalars(divan::black_box(&MEMBERS)));
        }
    });
}

/// Every rule, on all cores.
#[divan::bench]
fn all_rules(bencher: Bencher<'_, '_>) {
    let levels = Levels::of_selection(Selection::default());
    bencher.bench(|| engine::check(&READ.0, &References::default(), &levels));
}

#[divan::bench]
fn context(bencher: Bencher<'_, '_>) {
    let layouts = Layouts::new(&READ.0);
    bencher.bench(|| Context::new(&layouts));
}

/// Each rule by itself, with layouts that are known already.
#[divan::bench(args = RULES.iter().map(|rule| rule.info.code))]
fn rule(bencher: Bencher<'_, '_>, code: &str) {
    let layouts = Layouts::new(&READ.0);
    let context = Context::new(&layouts);
    let Some(rule) = RULES.iter().find(|rule| rule.info.code == code) else { return };
    bencher.bench(|| {
        let mut findings = Vec::new();
        (rule.check)(&context, &mut findings);
        findings
    });
}

#[divan::bench(args = Format::ALL.map(Format::name))]
fn report(bencher: Bencher<'_, '_>, name: &str) {
    let Some(format) = Format::ALL.into_iter().find(|format| format.name() == name) else { return };
    let interface = &READ.0;
    let checked = engine::check(
        interface,
        &References::default(),
        &Levels::of_selection(Selection::default()),
    );
    let report = Report {
        findings: checked.findings,
        problems: Vec::new(),
        rules: checked.rules,
        abis: interface.abis,
        objects: Vec::new(),
        headers: interface.headers.len(),
        commands: interface.commands.len(),
        not_understood: interface.not_understood.len(),
        not_read: 0,
    };
    bencher.bench(|| {
        let mut text = Vec::new();
        format.render(&report, &interface.sources, Style::default(), &mut text).map(|()| text.len())
    });
}

/// The JSON of the whole interface.
#[divan::bench(sample_count = 10)]
fn dump_installed_headers(bencher: Bencher<'_, '_>) {
    let (interface, problems) = &*READ;
    bencher.bench(|| {
        let layouts = Layouts::new(interface);
        let mut text = Vec::new();
        dump::render(interface, &layouts, problems, &mut text).map(|()| text.len())
    });
}
