//! `ioctl-bench`: measures the ways in which programs talk to the kernel and to each other.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    ioctl_bench::cli::main()
}
