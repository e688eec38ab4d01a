//! The flags that belong to one form of export.

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

impl FormArgs {
    /// What runs with one state have to agree on; null where nothing was asked for.
    pub(super) fn selection(&self) -> Value {
        let excel = self
            .excel
            .map(|separator| format!("{separator:?}").to_lowercase());
        excel.map_or(Value::Null, |excel| json!({ "excel": excel }))
    }
}
