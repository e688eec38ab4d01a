//! The command `convexport`.

use std::process::ExitCode;

fn main() -> ExitCode {
    convexport::main(std::env::args_os().collect()).into()
}
