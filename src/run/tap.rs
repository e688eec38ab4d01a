//! `convexport tap`: runs an export as a Singer tap, with flags from a config file.

use anyhow::Result;

use super::exit::Exit;
use super::job;
use crate::cli::TapArgs;
use crate::console::{Console, Data};
use crate::format::singer;

/// The catalog, as text.
///
/// # Errors
/// None in practice: the catalog can always be written as JSON.
pub fn discover() -> Result<String> {
    Ok(serde_json::to_string_pretty(&singer::discovered())? + "\n")
}

/// Exports what the config asks for.
///
/// # Errors
/// A usage error that names the wrong key of the config, or the error that ended the export early.
pub fn run(args: &TapArgs) -> Result<Exit> {
    let (settings, unknown) = args.resolve()?;
    let console = Console::new(settings.console, Data::on_stdout());
    for key in unknown {
        console.warn(&format!("the config has a key that means nothing: {key}"));
    }
    job::run_settings(settings)
}
