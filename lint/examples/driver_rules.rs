//! Prints what the rules about handlers find in folders of a kernel tree: the root of the tree, a file for
//! the headers' model or `-`, and the folders.
use std::path::PathBuf;

use ioctl_lint::against::References;
use ioctl_lint::{Rule, engine, rules};
use ioctlkit_model::Interface;
use ioctlkit_sources::{c, driver};

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let tree = arguments.next().expect("the root of a kernel tree");
    let folders: Vec<PathBuf> = arguments.collect();
    let mut paths = vec![tree.join("include/uapi")];
    paths.extend(folders.iter().cloned());
    let (mut interface, problems): (Interface, _) =
        c::read(&c::Request { paths, raw_numbers: true, ..c::Request::default() });
    eprintln!("{} commands, {} problems", interface.commands.len(), problems.len());
    let (code, _) = driver::read(&driver::Request { paths: folders, ..Default::default() });
    interface.append(code);
    let chosen: Vec<&'static Rule> = rules::RULES
        .iter()
        .copied()
        .filter(|rule| rule.info.code.starts_with('H') || rule.info.code == "U005")
        .collect();
    for finding in engine::run(&interface, &References::default(), &chosen) {
        let at = interface.sources.position(finding.span);
        let path = interface.sources.path(finding.span).display();
        println!(
            "{}[{}] {path}:{} {}",
            finding.severity, finding.rule.code, at.line, finding.message
        );
        for related in &finding.related {
            let at = interface.sources.position(related.span);
            let path = interface.sources.path(related.span).display();
            println!("    {path}:{} {}", at.line, related.text);
        }
    }
}
