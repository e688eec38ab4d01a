//! Makes shell completions and manual pages from the definition of the command line.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, roman};

use super::exit::Exit;
use crate::cli::Cli;

/// Makes the completion script for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    let mut program = Cli::command();
    clap_complete::generate(shell, &mut program, "convexport", &mut script);
    if shell == Shell::Bash {
        script.extend(bash_files(&program).into_bytes());
    }
    script
}

/// What bash needs to complete the names of files: on its own, the script has flags where a command takes a file.
fn bash_files(program: &Command) -> String {
    let takes_file = |command: &&Command| {
        let mut words = command.get_positionals();
        words.any(|word| word.get_possible_values().is_empty())
    };
    let commands = program.get_subcommands().filter(takes_file);
    let commands: Vec<_> = commands.map(Command::get_name).collect();
    format!(
        r#"
_convexport_or_files() {{
    _convexport "$@"
    if [[ "${{COMP_WORDS[1]}}" =~ ^({})$ && "$2" != -* && "${{COMPREPLY[0]}}" == -* ]]; then
        COMPREPLY=()
    fi
}}
complete -F _convexport_or_files -o bashdefault -o default convexport
"#,
        commands.join("|")
    )
}

/// Makes the manual page of the program, which refers to the pages of its commands.
pub fn page() -> Result<Vec<u8>> {
    let program = program();
    let page = page_of(&program);
    page.context("could not make the manual page")
}

/// Writes a page for the program and each of its commands.
pub fn pages(folder: &Path) -> Result<Exit> {
    let context = || format!("could not write manual pages to {}", folder.display());
    fs::create_dir_all(folder).with_context(context)?;
    write_pages(&program(), folder).with_context(context)?;
    Ok(Exit::Done)
}

fn program() -> Command {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    program
}

fn write_pages(command: &Command, folder: &Path) -> Result<()> {
    let name = Man::new(command.clone()).get_filename();
    fs::write(folder.join(name), page_of(command)?)?;
    for command in command.get_subcommands() {
        write_pages(command, folder)?;
    }
    Ok(())
}

/// Makes the page of a command. What its help says before and after the flags comes last.
fn page_of(command: &Command) -> Result<Vec<u8>> {
    let texts = [command.get_before_help(), command.get_after_long_help()];
    let texts = texts.into_iter().flatten().map(ToString::to_string);
    let texts: Vec<_> = texts.collect();
    let command = command.clone();
    let command = command
        .after_help(None::<&str>)
        .after_long_help(None::<&str>)
        // A flag that is not in the short help would have no text on the page.
        .mut_args(|arg| arg.hide_short_help(false));
    let mut page = Vec::new();
    let source = concat!("convexport ", env!("CARGO_PKG_VERSION"));
    Man::new(command).source(source).render(&mut page)?;
    page.extend(sections(&texts.join("\n\n")).into_bytes());
    Ok(page)
}

/// Makes sections of a text: a line that ends with a colon begins one, and indented lines stay as they are.
fn sections(text: &str) -> String {
    let mut roff = Roff::new();
    for line in text.lines() {
        match line.strip_suffix(':') {
            Some(heading) if !line.starts_with(' ') => {
                roff.control("SH", [heading.to_uppercase().as_str()]);
            }
            _ if line.is_empty() => {
                roff.control("PP", []);
            }
            _ if line.starts_with(' ') => {
                roff.control("nf", []);
                roff.text([roman(line)]);
                roff.control("fi", []);
            }
            _ => {
                roff.text([roman(line)]);
            }
        }
    }
    roff.to_roff()
}
