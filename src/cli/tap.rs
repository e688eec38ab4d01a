//! The flags of `convexport tap`, as every Singer tap has them.

use std::path::PathBuf;

use clap::Args;

const TAP_EXAMPLES: &str = "\
Examples:
  Load a bot's conversations into a database, and keep where to go on:
    convexport tap --config config.json --state state.json | target-postgres --config target.json >> states.jsonl
    tail -n 1 states.jsonl > state.json

config.json:
  {\"source\": \"botpress\", \"bot_id\": \"ID\", \"start_date\": \"2026-01-01\"}
  {\"source\": \"boost\", \"site\": \"NAME\", \"start_date\": \"2026-01-01\"}

Its keys are `source`, `start_date`, `token`, `client_secret`, and the flags of `convexport botpress` or `boost` with `_`
for `-`. The access token can come from BP_TOKEN or BOOST_TOKEN instead.";

/// Flags of `convexport tap`.
#[derive(Debug, Args)]
#[command(after_long_help = TAP_EXAMPLES, after_help = "See --help for a config.")]
pub struct TapArgs {
    /// What to export, as JSON
    #[arg(short, long, value_name = "FILE", required_unless_present = "discover")]
    pub config: Option<PathBuf>,

    /// Which streams and properties; everything without it
    #[arg(short = 'p', long, visible_alias = "properties", value_name = "FILE")]
    pub catalog: Option<PathBuf>,

    /// The value of the last STATE of the run before; everything from `start_date` on without it
    #[arg(short, long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// Print the catalog of all there is, and do nothing else
    #[arg(short, long)]
    pub discover: bool,
}
