//! The command `convexport`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// An export is many small strings. The allocator of glibc takes a tenth more CPU time for them, and that of musl is made
/// to be small.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    convexport::main(std::env::args_os().collect()).into()
}
