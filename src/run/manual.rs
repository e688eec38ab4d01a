//! Makes shell completions and manual pages from the definition of the command line.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::exit::Exit;
use crate::cli::Cli;

/// Makes the completion script for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "convexport", &mut script);
    script
}

/// Makes the manual page of the program, which refers to the pages of its commands.
pub fn page() -> Result<Vec<u8>> {
    let mut page = Vec::new();
    // The page is the same as the one that is written with the pages of all commands.
    let program = Cli::command().disable_help_subcommand(true);
    Man::new(program).render(&mut page)?;
    Ok(page)
}

/// Writes a page for the program and each of its commands.
pub fn pages(folder: &Path) -> Result<Exit> {
    let context = || format!("could not write manual pages to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(context)?;
    clap_mangen::generate_to(Cli::command(), folder).with_context(context)?;
    Ok(Exit::Done)
}
