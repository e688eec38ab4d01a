//! What the benches share: exports of any size, what a command costs, a server to ask, a table of the figures.

pub mod export;
pub mod measure;
pub mod server;
pub mod table;

use std::env;

/// Whether this machine has a program.
pub fn installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
