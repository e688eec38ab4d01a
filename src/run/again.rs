//! The command that tries again only what failed: this command line, with other flags for what is selected.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, CommandFactory};

use super::signal::quoted;
use crate::cli::{Cli, RunOptions};
use crate::report::Summary;
use crate::sink::{Options, Target, beside};
use crate::text::neutralise;

/// Flags that select conversations, or say where the export goes.
const BY_IDS: &[&str] = &[
    "since",
    "until",
    "active_since",
    "conversation",
    "limit",
    "channel",
    "integration",
    "tag",
    "participant",
    "action_id",
    "api_status",
    "environment",
    "only_masked",
    "filter",
    "query",
    "parallel_windows",
    "output",
    "summary",
];

/// Flags that do not go with `--only-failed`.
const ONLY_FAILED: &[&str] = &["until", "conversation", "limit", "sweep", "only_failed"];

/// The most ids on a command line.
const MOST_IDS: usize = 100;

/// From this many ids on, those in the summary are meant, if there is one.
const MANY_IDS: usize = 4;

/// What is needed to try again, without an archive, what failed.
#[derive(Debug)]
pub struct Again {
    /// Where the summary is.
    summary: Option<PathBuf>,
    /// Where the export goes.
    target: Target,
}

impl Again {
    /// What is needed to try again.
    pub fn new(run: &RunOptions, output: &Options) -> Self {
        let summary = run.summary.clone();
        Self {
            summary: summary.filter(|path| path != Path::new("-") && !is_device(path)),
            target: output.target.clone(),
        }
    }

    /// Says in words which command tries again what failed. `None` when nothing can be tried again.
    pub fn in_words(&self, summary: &Summary) -> Option<String> {
        let failed = summary.failed.iter().filter(|failure| !failure.is_unknown);
        let ids: Vec<_> = failed.filter_map(|failure| failure.id.clone()).collect();
        // The value of the flag could be taken for a list, and what the terminal shows must be what is meant.
        let is_safe = |id: &&String| !id.starts_with(['-', '@']) && neutralise(id) == **id;
        let safe: Vec<_> = ids.iter().filter(is_safe).collect();
        let values: Vec<OsString> = match &self.summary {
            Some(path) if ids.len() >= MANY_IDS || safe.len() < ids.len() => {
                let mut list = OsString::from("@");
                list.push(path);
                vec![list]
            }
            None if safe.len() > MOST_IDS => {
                return Some(
                    "a run with --summary FILE keeps the list of them, and --conversation @FILE tries just those"
                        .to_owned(),
                );
            }
            _ => safe.into_iter().map(OsString::from).collect(),
        };
        if values.is_empty() {
            return None;
        }
        let mut words = without(BY_IDS)?;
        for value in values {
            words.extend(["--conversation".into(), value]);
        }
        words.extend(self.output());
        Some(tries(&words))
    }

    /// The flag for the output. What failed goes into a file of its own, beside the others.
    fn output(&self) -> Vec<OsString> {
        match &self.target {
            Target::File(path) if is_device(path) => vec!["-o".into(), path.into()],
            Target::File(path) | Target::Split { path, .. } => {
                vec!["-o".into(), beside(path, "missing").into()]
            }
            Target::Stdout | Target::Folder { .. } => Vec::new(),
        }
    }
}

/// Says in words which command brings what failed into the archive.
pub fn only_failed() -> Option<String> {
    let mut words = without(ONLY_FAILED)?;
    words.push("--only-failed".into());
    Some(tries(&words))
}

fn tries(words: &[OsString]) -> String {
    let words = words.iter().map(|word| quoted(&word.to_string_lossy()));
    let command = words.collect::<Vec<_>>().join(" ");
    format!("this tries just those: {command}")
}

/// Whether there is something else than a file.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file())
}

/// The words of this command line without some flags. `None` when it is not that of an export.
fn without(flags: &[&str]) -> Option<Vec<OsString>> {
    let words: Vec<_> = std::env::args_os().collect();
    let name = words.get(1)?.to_str()?;
    let program = Cli::command();
    let command = program.find_subcommand(name)?;
    let (begin, rest) = words.split_at(2);
    Some([begin.to_vec(), left(rest, command, flags)].concat())
}

/// The words of a command without some flags and their values.
fn left(words: &[OsString], command: &Command, flags: &[&str]) -> Vec<OsString> {
    let is_dropped =
        |arg: Option<&Arg>| arg.is_some_and(|arg| flags.contains(&arg.get_id().as_str()));
    let mut left = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        let (mut kept, last, has_value) = match text.strip_prefix("--") {
            Some(long) => {
                let (name, value) = long.split_once('=').unzip();
                let arg = by_long(command, name.unwrap_or(long));
                let kept = (!is_dropped(arg)).then(|| word.clone());
                (kept, arg, value.is_some())
            }
            None => cluster(&text, command, &is_dropped),
        };
        let value = last.filter(|arg| arg.get_action().takes_values() && !has_value);
        let value = value.and_then(|_| words.next());
        left.extend(kept.take());
        left.extend(value.filter(|_| !is_dropped(last)).cloned());
    }
    left
}

/// What stays of short flags in one word, the last of them, and whether the word has its value.
fn cluster<'c>(
    text: &str,
    command: &'c Command,
    is_dropped: &impl Fn(Option<&Arg>) -> bool,
) -> (Option<OsString>, Option<&'c Arg>, bool) {
    let Some(letters) = text.strip_prefix('-') else {
        return (Some(text.into()), None, false);
    };
    for (at, letter) in letters.char_indices() {
        let mut args = command.get_arguments();
        let arg = args.find(|arg| arg.get_short() == Some(letter));
        if arg.is_some_and(|arg| arg.get_action().takes_values()) {
            let has_value = at + letter.len_utf8() < letters.len();
            let before = (at > 0).then(|| format!("-{}", &letters[..at]).into());
            let kept = if is_dropped(arg) {
                before
            } else {
                Some(text.into())
            };
            return (kept, arg, has_value);
        }
    }
    (Some(text.into()), None, false)
}

fn by_long<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let has = |arg: &&Arg| {
        let aliases = arg.get_all_aliases().unwrap_or_default();
        arg.get_long() == Some(name) || aliases.contains(&name)
    };
    command.get_arguments().find(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_with_their_values_however_they_are_written() {
        let program = Cli::command();
        let command = program.find_subcommand("botpress").unwrap();
        let left = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let left = left(&words, command, BY_IDS);
            let left: Vec<_> = left.iter().map(|word| word.to_str().unwrap()).collect();
            left.join(" ")
        };
        assert_eq!(
            left("--since 7d --bot-id b --from=1d --to now -f json"),
            "--bot-id b -f json"
        );
        assert_eq!(left("-o a.json -v"), "-v");
        assert_eq!(left("-vo a.json --limit=3"), "-v");
        assert_eq!(left("-voa.json --with-users"), "-v --with-users");
        assert_eq!(left("-d -o -fjson --tag a=b"), "-d -o -fjson");
        assert_eq!(left("--timezone --since --since -x"), "--timezone --since");
    }
}
