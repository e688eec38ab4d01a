//! The command `convexport`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// An export is many small strings. The allocator of glibc takes a tenth more CPU time for it, and that of musl several
/// times as much.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    convexport::main(std::env::args_os().collect()).into()
}
