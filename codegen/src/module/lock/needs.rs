//! What a command asks of its callers, as the file has it.

use ioctlkit_abi::spelling::is_c_name;

use super::Break;

/// What a command asks of its callers, and what they get back, beyond the argument.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Needs {
    line: String,
    mode: Option<String>,
    capability: Option<String>,
    /// The fewest bytes of an argument that grows.
    first_size: Option<u64>,
    returns: Option<String>,
}

impl Needs {
    /// `NAME [mode=…] [capability=…] [first_size=…] [returns=…]`.
    pub(super) fn parse(line: &str) -> Option<(String, Self)> {
        let mut words = line.split(' ');
        let name = words.next().filter(|name| is_c_name(name))?.to_owned();
        let mut needs = Self { line: line.to_owned(), ..Self::default() };
        for word in words {
            let (what, value) = word.split_once('=').filter(|(_, value)| !value.is_empty())?;
            match what {
                "mode" => needs.mode = Some(value.to_owned()),
                "capability" => needs.capability = Some(value.to_owned()),
                "first_size" => needs.first_size = Some(value.parse().ok()?),
                "returns" => needs.returns = Some(value.to_owned()),
                _ => return None,
            }
        }
        Some((name, needs))
    }
}

/// What callers of a command would notice.
pub(super) fn broken(name: &str, old: Option<&Needs>, new: Option<&Needs>) -> Vec<Break> {
    let nothing = Needs::default();
    let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    let mut messages = Vec::new();
    if old.mode != new.mode {
        let (was, is) = (mode(old), mode(new));
        messages.push(format!("`{name}` was for {was}, and would be for {is}"));
    }
    if old.capability != new.capability {
        let (was, is) = (capability(old), capability(new));
        messages.push(format!("`{name}` needed {was}, and would need {is}"));
    }
    if let (Some(was), Some(is)) = (old.first_size, new.first_size)
        && is > was
    {
        messages.push(format!("`{name}` took {was} bytes or more, and would take {is} or more"));
    }
    if old.returns != new.returns {
        let (was, is) = (returned(old), returned(new));
        messages.push(format!("`{name}` returned {was}, and would return {is}"));
    }
    let was = if old.line.is_empty() { name } else { &old.line };
    let was = format!("needs {was}");
    messages.into_iter().map(|message| Break { message, was: Some(was.clone()) }).collect()
}

fn mode(needs: &Needs) -> &'static str {
    match needs.mode.as_deref() {
        None => "every file",
        Some("read") => "files that are open for reading",
        Some("write") => "files that are open for writing",
        Some(_) => "files that are open for both",
    }
}

fn capability(needs: &Needs) -> String {
    needs.capability.as_ref().map_or_else(|| "no capability".into(), |name| format!("`{name}`"))
}

fn returned(needs: &Needs) -> &'static str {
    match needs.returns.as_deref() {
        None => "nothing",
        Some("file") => "a file descriptor",
        Some(_) => "a number",
    }
}
