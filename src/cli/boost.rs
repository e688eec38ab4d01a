//! The flags of `convexport boost`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::asked::{self, asked};
use super::console::ConsoleArgs;
use super::network::NetworkArgs;
use super::output::OutputArgs;
use super::run::{ArchiveArgs, RunArgs};
use super::secret::Place;
use super::select::SelectArgs;
use super::settings::{Memory, Settings};
use super::values::{key_json, mebibytes};
use crate::format::Format;
use crate::http::{self, Secret};
use crate::sink;
use crate::source::Options as SourceOptions;
use crate::source::boost::{Credentials, Options, Origin, Request, Target};
use crate::time::Timestamp;
use crate::usage::usage;

const EXAMPLES: &str = "\
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
#[derive(Debug, Default, Args, Serialize)]
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
    #[serde(skip)]
    pub client_id: Option<String>,

    /// Read the client's secret from a file (`-` is stdin) instead of `BOOST_CLIENT_SECRET`
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    #[serde(skip)]
    pub client_secret_file: Option<PathBuf>,

    /// The client's secret, if a tap's config has it.
    #[arg(skip)]
    #[serde(skip)]
    pub client_secret: Option<Secret>,

    /// The OAuth 2.0 token endpoint
    #[arg(long, value_name = "URL", help_heading = "Network")]
    #[serde(skip)]
    pub token_url: Option<String>,
}

/// Flags of `convexport boost`.
#[derive(Debug, Args, Serialize)]
#[command(
    after_long_help = EXAMPLES,
    after_help = "The access token comes from BOOST_TOKEN or --token-file. See --help for examples.",
    mut_arg("since", |arg| arg.help("Only conversations with an end-user interaction at or after WHEN")),
    mut_arg("until", |arg| arg.help("Only conversations with an end-user interaction before WHEN [default: now]")),
    mut_arg("limit", |arg| arg.help("At most N conversations, the first that come"))
)]
pub struct BoostArgs {
    /// Which site.
    #[command(flatten)]
    #[serde(flatten)]
    pub target: BoostTarget,

    /// Read a saved answer (JSON or gzip; `-` is stdin) instead of asking the site
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "since", "until", "conversation", "action_id", "api_status", "environment", "only_masked", "filter", "query",
        "token_file", "client_secret_file", "token_url", "state"])]
    #[serde(serialize_with = "asked::path")]
    pub input: Option<PathBuf>,

    /// Which conversations.
    #[command(flatten)]
    #[serde(flatten)]
    pub select: SelectArgs,
    /// Where to and how.
    #[command(flatten)]
    #[serde(flatten)]
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
    pub filter: Vec<(String, Value)>,

    /// A file with the whole request body as JSON; flags take precedence
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    #[serde(serialize_with = "asked::path")]
    pub query: Option<PathBuf>,

    /// Refuse a conversation of more than N MiB of JSON
    #[arg(long, value_name = "N", default_value = "64", value_parser = mebibytes, help_heading = "Network")]
    #[serde(skip)]
    pub max_element: usize,

    /// Cut the range into windows and fetch N of them at once [default: the range in one]
    ///
    /// Worth a try for long ranges; boost.ai does not say how many it allows. Each window's answer is kept in a
    /// temporary file until its turn comes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), conflicts_with = "input", help_heading = "Network")]
    #[serde(skip)]
    pub parallel_windows: Option<u16>,

    /// How to reach the vendor.
    #[command(flatten)]
    #[serde(skip)]
    pub network: NetworkArgs,
    /// How to keep an archive.
    #[command(flatten)]
    #[serde(skip)]
    pub archive: ArchiveArgs,
    /// How to run.
    #[command(flatten)]
    #[serde(skip)]
    pub run: RunArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    #[serde(skip)]
    pub console: ConsoleArgs,
}

impl Default for BoostArgs {
    fn default() -> Self {
        Self {
            target: BoostTarget::default(),
            input: None,
            select: SelectArgs::default(),
            output: OutputArgs::default(),
            action_id: Vec::new(),
            api_status: None,
            environment: None,
            only_masked: false,
            filter: Vec::new(),
            query: None,
            max_element: 64 << 20,
            parallel_windows: None,
            network: NetworkArgs::default(),
            archive: ArchiveArgs::default(),
            run: RunArgs::default(),
            console: ConsoleArgs::default(),
        }
    }
}

impl BoostTarget {
    /// Which site, and how to authenticate there.
    ///
    /// # Errors
    /// A usage error for a missing or impossible site, token or client.
    pub fn resolve(&self, network: &NetworkArgs) -> Result<Target> {
        let site = self.site.as_deref().unwrap_or_default().trim();
        if site.is_empty() {
            bail!(usage!(
                "no site: give --site NAME (of https://NAME.boost.ai) or URL, or set BOOST_SITE"
            ));
        }
        Ok(Target {
            site: http::base_url(&address(site)?)?,
            credentials: self.credentials(network)?,
        })
    }

    /// A client when there is a client id, else the token.
    fn credentials(&self, network: &NetworkArgs) -> Result<Credentials> {
        let Some(id) = self.client_id.as_deref().filter(|id| !id.is_empty()) else {
            let token = Place {
                what: "access token",
                given: network.token.as_ref(),
                variable: "BOOST_TOKEN",
                file: network.token_file.as_deref(),
                flag: "--token-file",
            };
            return Ok(Credentials::Token(token.find()?));
        };
        if network.token_file.is_some() {
            bail!(usage!(
                "--token-file and --client-id (BOOST_CLIENT_ID) are two ways to authenticate: give one"
            ));
        }
        let Some(url) = &self.token_url else {
            bail!(usage!(
                "--client-id needs --token-url URL, the OAuth 2.0 token endpoint of your boost.ai site"
            ));
        };
        let secret = Place {
            what: "client secret",
            given: self.client_secret.as_ref(),
            variable: "BOOST_CLIENT_SECRET",
            file: self.client_secret_file.as_deref(),
            flag: "--client-secret-file",
        };
        Ok(Credentials::Client {
            id: id.to_owned(),
            secret: secret.find()?,
            token_url: http::base_url(url)?,
        })
    }
}

impl BoostArgs {
    /// The export that the flags ask for.
    ///
    /// # Errors
    /// A usage error for flags that do not go together; else when a file that they name cannot be read.
    pub fn resolve(&self) -> Result<Settings> {
        let format = self.output.format()?;
        self.resolve_as(
            format,
            Memory::of(&self.archive, &self.output, format)?,
            asked("boost", self),
        )
    }

    /// The same, in this format and with this memory of earlier runs.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_as(&self, format: Format, memory: Memory, asked: Value) -> Result<Settings> {
        let (zone, keep_raw) = (self.output.timezone, !self.output.no_raw);
        let selection =
            self.select
                .resolve(zone, Timestamp::now(), keep_raw, self.secret_on_stdin())?;
        let origin = match &self.input {
            Some(file) => Origin::Saved(file.clone()),
            None => Origin::Site(Box::new(Request {
                target: self.target.resolve(&self.network)?,
                query: self
                    .query
                    .as_deref()
                    .map(read_query)
                    .transpose()?
                    .unwrap_or_default(),
                filters: self.filters(),
                parallel_windows: self.parallel_windows,
            })),
        };
        let source = Options {
            origin,
            max_element: self.max_element,
        };
        let inputs = [&self.input, &self.output.template, &self.query];
        Ok(Settings {
            name: "boost",
            asked,
            source: SourceOptions::Boost(Box::new(source)),
            selection,
            http: self.network.options(),
            format: self.output.format_options(format)?,
            output: sink::Options {
                target: self.output.target(),
                hashed: self.run.summary.is_some(),
            },
            console: self.console.options(),
            memory,
            run: (&self.run).into(),
            inputs: inputs.into_iter().flatten().cloned().collect(),
        })
    }

    /// The filters that have a flag, and those that have none.
    fn filters(&self) -> Vec<(String, Value)> {
        let actions = (!self.action_id.is_empty()).then(|| json!(self.action_id));
        let named = [
            ("action_ids", actions),
            (
                "api_status",
                self.api_status.as_ref().map(|status| json!(status)),
            ),
            (
                "environment",
                self.environment.as_ref().map(|name| json!(name)),
            ),
            ("only_masked", self.only_masked.then_some(json!(true))),
        ];
        let named = named
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        named.chain(self.filter.iter().cloned()).collect()
    }

    /// The flag whose secret is read from stdin.
    fn secret_on_stdin(&self) -> Option<&'static str> {
        if self.network.token_on_stdin() {
            return Some("--token-file -");
        }
        let file = self.target.client_secret_file.as_deref();
        (file == Some(Path::new("-"))).then_some("--client-secret-file -")
    }
}

/// `NAME` is `https://NAME.boost.ai`, a host is reached over https, a URL is itself.
fn address(site: &str) -> Result<String> {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    match site {
        url if url.contains("://") => Ok(url.to_owned()),
        odd if !odd.chars().all(letters) => {
            bail!(usage!("`{odd}` is no site: give its NAME or URL"))
        }
        host if host.contains('.') => Ok(format!("https://{host}")),
        name => Ok(format!("https://{name}.boost.ai")),
    }
}

fn read_query(path: &Path) -> Result<Map<String, Value>> {
    let name = path.display();
    let text =
        fs::read_to_string(path).with_context(|| format!("could not read the query {name}"))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => bail!(usage!("the query {name} is no JSON object")),
        Err(error) => bail!(usage!("the query {name} is no JSON: {error}")),
    }
}
