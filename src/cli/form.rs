//! The flags that belong to one form of export.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// Flags of single forms; another form refuses them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct FormArgs {
    /// Make a csv that Excel opens by a double click: with a byte order mark, and `=semicolon` where Excel wants that
    ///
    /// Excel takes the separator that its own machine is set to: the semicolon where numbers have a decimal comma.
    #[arg(long, value_name = "SEPARATOR", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "comma")]
    pub excel: Option<Separator>,

    /// Begin every conversation of a chat with this system message
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub system: Option<String>,

    /// What the turns of human agents are in a chat [default: assistant]
    #[arg(long, value_enum)]
    pub agent_as: Option<AgentAs>,

    /// Write only the streams and properties that this Singer catalog selects (singer)
    #[arg(long, value_name = "FILE")]
    pub catalog: Option<PathBuf>,
}

/// What stands between the cells of a csv.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
}

/// What becomes of a human agent's turns in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AgentAs {
    /// They are left out
    Skip,
    /// They are the assistant's
    #[default]
    Assistant,
}

impl FormArgs {
    /// What runs with one state have to agree on; null where nothing was asked for.
    pub(super) fn selection(&self) -> Value {
        if self.excel.is_none() && self.system.is_none() && self.agent_as.is_none() {
            return Value::Null;
        }
        let word = |value: Option<String>| value.map(|value| value.to_lowercase());
        json!({
            "excel": word(self.excel.map(|separator| format!("{separator:?}"))),
            "system": self.system,
            "agent_as": word(self.agent_as.map(|as_| format!("{as_:?}"))),
        })
    }
}
