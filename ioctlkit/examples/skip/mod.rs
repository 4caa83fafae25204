//! What the examples do where a machine lacks what they show: they say so, and succeed.

use ioctlkit::Errno;

/// The answer; if the device is not here, or not for this user, or the kernel does not know the
/// command, the program ends with that as its reason.
pub(crate) fn unless_here<T>(what: &str, answer: Result<T, Errno>) -> Result<T, Errno> {
    if let Err(error) = answer
        && is_absence(error)
    {
        println!("skipped: {what}: {error}");
        std::process::exit(0);
    }
    answer
}

fn is_absence(error: Errno) -> bool {
    matches!(
        error,
        Errno::NOENT
            | Errno::NODEV
            | Errno::NXIO
            | Errno::ACCESS
            | Errno::PERM
            | Errno::NOTTY
            | Errno::NOSYS
            | Errno::OPNOTSUPP
    )
}
