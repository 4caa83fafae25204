//! gcc checks what `diff` reports between Linux 6.1 and 6.12 on the machine's own ABI: each name that is gone,
//! and each value and size that changed.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use ioctlkit_abi::Abi;
use ioctlkit_model::{Finding, Span};

use super::kernels;

/// What a finding claims of a version: C that compiles, or that does not, behind one of its headers.
struct Claim {
    is_new: bool,
    header: String,
    text: String,
    compiles: bool,
}

/// Between backticks: the first name of a message.
fn name(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

/// Two numbers between these words: "was 5 and is 6".
fn numbers<'a>(message: &'a str, before: &str, between: &str) -> Option<(&'a str, &'a str)> {
    let (_, rest) = message.split_once(before)?;
    let (old, rest) = rest.split_once(between)?;
    let new = rest.split([' ', ';', ',', ':']).next()?;
    let is_number =
        |text: &str| text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    (is_number(old) && is_number(new)).then_some((old, new))
}

/// The claims that a finding makes and that can be asked on this machine; nothing where it makes others.
fn claims(finding: &Finding, path: impl Fn(Span) -> Option<(bool, String)>) -> Option<[Claim; 2]> {
    let name = name(&finding.message)?;
    let places = finding.related.iter().map(|label| label.span).chain([finding.span]);
    let mut headers: BTreeMap<bool, String> = BTreeMap::new();
    for (is_new, header) in places.filter_map(path) {
        headers.entry(is_new).or_insert(header);
    }
    let old = headers.get(&false)?.clone();
    let new = headers.get(&true).unwrap_or(&old).clone();
    let both = |old_text: String, new_text: String, compiles| {
        Some([
            Claim { is_new: false, header: old.clone(), text: old_text, compiles: true },
            Claim { is_new: true, header: new.clone(), text: new_text, compiles },
        ])
    };
    let is = |what: &str, number: &str| format!("_Static_assert({what} == {number}, \"\");\n");
    match finding.rule.code {
        "D006" | "D012" if !finding.message.contains("is gone") => {
            let (was, is_now) = numbers(&finding.message, " was ", " and is ")?;
            both(is(&format!("({name})"), was), is(&format!("({name})"), is_now), true)
        }
        "D003" if name.contains(' ') => {
            let (was, is_now) = numbers(&finding.message, "it grew from ", " to ")?;
            let size = format!("sizeof({name})");
            both(is(&size, was), is(&size, is_now), true)
        }
        // A name is there if it is a macro, or something that can be used.
        "D001" | "D012" => {
            let text = format!("#ifndef {name}\nlong long value = {name};\n#endif\n");
            both(text.clone(), text, false)
        }
        "D013" => {
            let text = format!("char size[sizeof({name})];\n");
            both(text.clone(), text, false)
        }
        _ => None,
    }
}

/// Whether gcc takes that text behind a header of that folder.
fn compiles(folder: &Path, header: &str, text: &str) -> bool {
    let own = folder.join("x86_64-linux-gnu");
    let mut gcc = Command::new("gcc");
    gcc.args(["-x", "c", "-w", "-fsyntax-only"]).arg("-I").arg(folder).arg("-I").arg(own).arg("-");
    gcc.stdin(Stdio::piped()).stderr(Stdio::null());
    let mut running = gcc.spawn().unwrap();
    let text = format!(
        "#include <sys/types.h>\n#include <sys/socket.h>\n#include <sys/time.h>\n\
         #include <linux/types.h>\n#include <linux/ioctl.h>\n#include <{header}>\n{text}"
    );
    running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    running.wait().unwrap().success()
}

#[test]
fn gcc_confirms_every_value_size_and_name_that_changed() {
    if !kernels::wanted() {
        return;
    }
    let (old, new) = kernels::folders();
    let x86_64 = Abi::by_name("x86_64").unwrap().id();
    let path = |span: Span| {
        let path = kernels::path(span);
        let below = |folder: &Path| path.strip_prefix(folder).ok();
        let (is_new, path) = below(new).map(|it| (true, it)).or(below(old).map(|it| (false, it)))?;
        let path = path.strip_prefix("x86_64-linux-gnu").unwrap_or(path);
        Some((is_new, path.to_str()?.to_owned()))
    };
    let folder = |claim: &Claim| if claim.is_new { new } else { old };
    // A header that is gone, or that gcc cannot read by itself, proves nothing.
    let mut read = HashMap::new();
    let mut is_read = |claim: &Claim| {
        let key = (claim.is_new, claim.header.clone());
        *read.entry(key).or_insert_with(|| {
            folder(claim).join(&claim.header).exists() && compiles(folder(claim), &claim.header, "")
        })
    };
    let mut confirmed: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in kernels::findings().iter().filter(|finding| finding.abis.contains(x86_64)) {
        let Some(claims) = claims(finding, path) else { continue };
        if !claims.iter().all(&mut is_read) {
            continue;
        }
        for claim in &claims {
            let compiles = compiles(folder(claim), &claim.header, &claim.text);
            let (text, header) = (&claim.text, &claim.header);
            assert_eq!(compiles, claim.compiles, "{header}: {text}: {}", finding.message);
        }
        *confirmed.entry(finding.rule.code).or_default() += 1;
    }
    for code in ["D001", "D003", "D006", "D012", "D013"] {
        assert!(confirmed.get(code).is_some_and(|count| *count >= 5), "{code}: {confirmed:?}");
    }
    assert!(confirmed.values().sum::<usize>() > 200, "{confirmed:?}");
}
