//! The command `convexport`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Conversations are made on one thread and dropped on another, which the allocators of musl and glibc are slow at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    convexport::main(std::env::args_os().collect()).into()
}
