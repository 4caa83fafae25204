//! What callers rely on beyond numbers and layouts, as lines of the lock file: constants, and what each
//! command asks of them.

use std::collections::BTreeSet;

use ioctlkit_abi::Direction;
use ioctlkit_abi::spelling::is_c_name;
use ioctlkit_model::{Among, Contract, FileId, Interface, Language, MacroValue, Returns, Variants};

use super::names;

/// `needs ECHO_SET_LIMITS mode=write capability=CAP_SYS_ADMIN`; nothing where every caller may, and gets
/// nothing back.
pub(crate) fn needs(name: &str, contract: &Contract) -> Option<String> {
    let mode = contract.mode.filter(|mode| *mode != Direction::None);
    let returns = match contract.returns {
        Returns::Nothing => None,
        Returns::Value => Some("number"),
        Returns::Fd(_) => Some("file"),
    };
    let words = [
        mode.map(|mode| format!("mode={}", mode.name())),
        contract.capability.as_ref().map(|capability| format!("capability={capability}")),
        contract.min_size.map(|size| format!("first_size={size}")),
        returns.map(|returns| format!("returns={returns}")),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| format!("needs {name} {}", words.join(" ")))
}

/// `constant ECHO_MODE_UPPER 1` for each constant of the header, by name.
pub(crate) fn constants(interface: &Interface) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for constant in names::exported(interface) {
        let value = constant.variants.first().map(ToString::to_string).unwrap_or_default();
        lines.insert(format!("constant {} {value}", constant.name));
    }
    let is_header = |file: FileId| {
        let is_c = interface.sources.file(file).language() == Language::C;
        is_c && interface.headers.iter().any(|header| header.file == file)
    };
    let commands: BTreeSet<&str> =
        interface.commands.iter().map(|command| command.name.as_str()).collect();
    for one in interface.macros.iter().filter(|one| is_header(one.span.file)) {
        let is_number = |(_, value): (_, &MacroValue)| matches!(value, MacroValue::Integer(_));
        if commands.contains(one.name.as_str()) || !one.values.iter().any(is_number) {
            continue;
        }
        let value = the_one(&one.values, |value| match value {
            MacroValue::Integer(value) => Some(*value),
            _ => None,
        });
        lines.insert(format!("constant {} {value}", one.name));
    }
    for of in interface.enums.iter().filter(|of| is_header(of.span.file)) {
        // What differs between machines in an enumeration is rare, and the first definition's words do.
        let Some(body) = of.variants.first() else { continue };
        for (enumerator, among) in Among::each(body) {
            let same = |(_, body): (_, &ioctlkit_model::EnumBody)| {
                let mut others = body.enumerators.iter();
                others.any(|o| o.name == enumerator.name && o.value == enumerator.value)
            };
            if commands.contains(enumerator.name.as_str()) || !is_c_name(&enumerator.name) {
                continue;
            }
            let among = match among {
                Among::Macros => "",
                Among::Enumerators => " enumerator",
                Among::Smaller => " greatest",
                Among::Alone => " alone",
            };
            let varies = !of.variants.iter().all(same);
            let value = if varies { "varies".into() } else { enumerator.value.to_string() };
            lines.insert(format!("constant {} {value}{among}", enumerator.name));
        }
    }
    lines.into_iter().collect()
}

/// The value where it is the same on every ABI.
fn the_one<T>(values: &Variants<T>, number: impl Fn(&T) -> Option<i128>) -> String {
    let first = values.first().and_then(&number);
    let same = values.iter().all(|(_, value)| number(value) == first);
    first.filter(|_| same).map_or_else(|| "varies".into(), |value| value.to_string())
}
