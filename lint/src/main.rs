//! `ioctl-lint`: finds what is wrong with an ioctl interface, on every Linux ABI.
#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
