//! The flags of `convexport boost`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::format::Format;
use crate::http::Secret;

use super::{
    ArchiveArgs, ConsoleArgs, NetworkArgs, OutputArgs, RunArgs, SelectArgs, key_value, mebibytes,
};

const BOOST_EXAMPLES: &str = "\
The access token comes from the environment variable BOOST_TOKEN or from --token-file, or is fetched with
--client-id, the client secret (BOOST_CLIENT_SECRET or --client-secret-file) and --token-url.
This machine's IP address must be in the site's allowlist.

Examples:
  A month of a site, as transcripts:
    convexport boost --site NAME --since 2024-01-01 --until 2024-02-01 > january.txt
  The same as JSON lines, in a file that appears when it is complete:
    convexport boost --site NAME --since 2024-01-01 --until 2024-02-01 -o january.jsonl
  A filter of the Admin Panel that has no flag here:
    convexport boost --site NAME --since 7d --filter 'labels=[\"Perfect Match\"]'
  A saved answer, without network or account:
    convexport boost --input export.json.gz";

/// Which site, and how to authenticate there.
#[derive(Debug, Args)]
pub struct BoostTarget {
    /// The site: the NAME of `https://NAME.boost.ai`, or its URL
    #[arg(
        long,
        value_name = "NAME|URL",
        env = "BOOST_SITE",
        hide_env_values = true
    )]
    pub site: Option<String>,

    /// Fetch the access token with OAuth 2.0 client credentials
    #[arg(
        long,
        value_name = "ID",
        env = "BOOST_CLIENT_ID",
        hide_env_values = true,
        help_heading = "Network"
    )]
    pub client_id: Option<String>,

    /// Read the client's secret from a file (`-` is stdin) instead of `BOOST_CLIENT_SECRET`
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub client_secret_file: Option<PathBuf>,

    /// The client's secret, where a tap's config has it.
    #[arg(skip)]
    pub client_secret: Option<Secret>,

    /// The OAuth 2.0 token endpoint
    #[arg(long, value_name = "URL", help_heading = "Network")]
    pub token_url: Option<String>,
}

/// Flags of `convexport boost`.
#[derive(Debug, Args)]
#[command(
    after_long_help = BOOST_EXAMPLES,
    after_help = "The access token comes from BOOST_TOKEN or --token-file. See --help for examples.",
    mut_arg("since", |arg| arg.help("Only conversations with an end-user interaction at or after WHEN")),
    mut_arg("until", |arg| arg.help("Only conversations with an end-user interaction before WHEN [default: now]")),
    mut_arg("limit", |arg| arg.help("At most so many conversations, the first that come"))
)]
pub struct BoostArgs {
    /// Which site.
    #[command(flatten)]
    pub target: BoostTarget,

    /// Read a saved answer (JSON or gzip; `-` is stdin) instead of asking the site
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "since", "until", "conversation", "action_id", "api_status", "environment", "only_masked", "filter", "query",
        "token_file", "client_secret_file", "token_url", "state", "singer_state"])]
    pub input: Option<PathBuf>,

    /// Which conversations.
    #[command(flatten)]
    pub select: SelectArgs,
    /// Where to and how.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Only conversations in which this action was shown (repeatable)
    #[arg(long, value_name = "ID", help_heading = "Selection")]
    pub action_id: Vec<u64>,

    /// Only conversations with this API status
    #[arg(long, value_name = "STATUS", help_heading = "Selection")]
    pub api_status: Option<String>,

    /// Only conversations of this environment (such as `live`)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub environment: Option<String>,

    /// Only conversations whose personal data is masked
    #[arg(long, help_heading = "Selection")]
    pub only_masked: bool,

    /// Any other filter of the Admin Panel, its value as JSON (repeatable)
    #[arg(long, value_name = "KEY=JSON", value_parser = key_json, help_heading = "Selection")]
    pub filter: Vec<(String, serde_json::Value)>,

    /// A file with the whole request body as JSON; flags win over it
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub query: Option<PathBuf>,

    /// Refuse a conversation of more than so many MiB of JSON
    #[arg(long, value_name = "MIB", default_value = "64", value_parser = mebibytes, help_heading = "Network")]
    pub max_element: usize,

    /// Cut the range into windows and fetch so many at once [default: the range in one]
    ///
    /// Worth a try for long ranges; boost.ai says nothing of how many it allows. Each window's answer is kept in a
    /// temporary file until its turn comes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), conflicts_with = "input", help_heading = "Network")]
    pub parallel_windows: Option<u16>,

    /// How to reach the vendor.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How to keep an archive.
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

impl BoostArgs {
    /// What the export asks for: runs with one state have to agree on it.
    #[must_use]
    pub fn selection(&self) -> Value {
        let filters: BTreeMap<_, _> = self.filter.iter().cloned().collect();
        json!({
            "source": "boost",
            "site": self.target.site,
            "input": self.input,
            "since": self.select.since,
            "until": self.select.until,
            "conversations": self.select.conversation,
            "limit": self.select.limit,
            "action_ids": self.action_id,
            "api_status": self.api_status,
            "environment": self.environment,
            "only_masked": self.only_masked,
            "filters": filters,
            "query": self.query,
            "raw": !self.output.no_raw,
            "format": self.output.format.map(Format::name),
            "form": self.output.form.selection(),
            "timezone": format!("{:?}", self.output.timezone),
            "time_format": self.output.time_format,
            "output": self.output.place(),
            "name": self.output.name,
            "template": self.output.template,
        })
    }

    /// Whether stdin is taken by the token or the client's secret.
    #[must_use]
    pub fn secret_on_stdin(&self) -> bool {
        let files = [&self.network.token_file, &self.target.client_secret_file];
        files
            .into_iter()
            .flatten()
            .any(|file| file.as_os_str() == "-")
    }
}

fn key_json(text: &str) -> Result<(String, serde_json::Value), String> {
    let (key, value) = key_value(text).map_err(|_| "expected KEY=JSON".to_owned())?;
    let value = serde_json::from_str(&value);
    let value = value
        .map_err(|error| format!("the value is no JSON: {error} (a text needs its quotes)"))?;
    Ok((key, value))
}
