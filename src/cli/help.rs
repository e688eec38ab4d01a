//! What `-h` and `--help` show of a command, from top to bottom: a sentence, three examples, the usage, and the flags.
//! `-h` has the usual flags, and says how many more there are. `--help` has everything.

use std::collections::HashSet;

use clap::Command;

/// What an example does, and its command.
pub type Example = (&'static str, &'static str);

const TEMPLATE: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// How many examples come first. The others are at the end of the long help.
const FIRST: usize = 3;

/// Lays out the help of a command.
pub trait Help {
    /// Adds examples. Call it last: it counts the flags, and adds to the text at the end.
    fn examples(self, examples: &[Example]) -> Self;
}

impl Help for Command {
    fn examples(self, examples: &[Example]) -> Self {
        let (first, others) = examples.split_at(examples.len().min(FIRST));
        let end = self.get_after_long_help().map(ToString::to_string);
        let others = (!others.is_empty()).then(|| format!("More examples:\n{}", listed(others)));
        let long = [end, others].into_iter().flatten().collect::<Vec<_>>();
        let more = more(&self);
        let command = self
            .help_template(TEMPLATE)
            .before_help(format!("Examples:\n{}", listed(first)))
            .after_long_help(long.join("\n\n"));
        match more {
            Some(more) => command.after_help(more),
            None => command,
        }
    }
}

/// Says which flags are in the long help alone.
fn more(command: &Command) -> Option<String> {
    let flags = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let hidden: Vec<_> = flags.filter(|arg| arg.is_hide_short_help_set()).collect();
    let mut groups: Vec<_> = hidden
        .iter()
        .filter_map(|arg| Some(arg.get_help_heading()?.to_lowercase()))
        .collect();
    let mut seen = HashSet::new();
    groups.retain(|group| seen.insert(group.clone()));
    let count = hidden.len();
    (count > 0).then(|| format!("--help shows {count} more options: {}.", groups.join(", ")))
}

/// Examples as lines.
fn listed(examples: &[Example]) -> String {
    let lines = examples
        .iter()
        .map(|(what, command)| format!("  {what}:\n    {}", command.replace('\n', "\n    ")));
    lines.collect::<Vec<_>>().join("\n")
}
