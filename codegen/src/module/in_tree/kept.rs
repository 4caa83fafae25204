//! Texts that come out of a patch as they went in.

use std::path::Path;

use super::refusal::Refusal;

/// Refuses a text that `git am` would change or not take.
pub(super) fn refuse_changed_by_mail(path: &Path, text: &str) -> Result<(), Refusal> {
    if text.contains('\r') {
        let message = "has carriage returns, which `git am` does not keep";
        return Err(Refusal::of(path, message).help("convert it with dos2unix"));
    }
    if text.contains('\0') {
        return Err(
            Refusal::of(path, "has NUL characters, which no patch of text has").help("remove them")
        );
    }
    Ok(())
}
