//! The flags of `convexport boost`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueHint};
use serde::Serialize;
use serde_json::{Value, json};

use super::asked::{self, asked};
use super::boost_body;
use super::boost_target::BoostTarget;
use super::console::ConsoleArgs;
use super::examples;
use super::help::Help;
use super::media::MediaArgs;
use super::network::{self, NetworkArgs};
use super::output::OutputArgs;
use super::run::{ArchiveArgs, RunArgs};
use super::select::{self, SelectArgs};
use super::settings::{ExportArgs, Memory, Paths, Settings};
use super::values::{key_json, mebibytes, seconds, up_to_64};
use crate::format::Format;
use crate::model::Vendor;
use crate::source::Options as SourceOptions;
use crate::source::boost::{Options, Origin, Request};
use crate::time::Timestamp;
use crate::usage::{UsageError, usage};

const NOTES: &str = "\
Access:
  The access token comes from the variable BOOST_TOKEN or from --token-file, or
  is fetched with --client-id and the client's secret, which comes from
  BOOST_CLIENT_SECRET or --client-secret-file. The site's allowlist must have
  this machine's IP address.

API v4:
  It follows a client's use of it and was not tried against the live service.
  docs/boost.md says what is known, and how to report what differs.";

/// The flags that are filters. The contents of --query are one more.
const FILTERS: &[&str] = &[
    "action_id",
    "api_status",
    "environment",
    "only_masked",
    "filter",
];

/// A heavy query may take minutes.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(600);

/// Flags of `convexport boost`.
#[derive(Debug, Args, Serialize)]
#[command(
    after_long_help = NOTES,
    mut_arg("since", |arg| select::since(arg, "Only conversations with an end-user interaction at or after WHEN")),
    mut_arg("until", |arg| arg.help("Only conversations with an end-user interaction before WHEN [default: now]")),
    mut_arg("limit", |arg| arg.help("At most N conversations, the first that come")),
    mut_arg("token_file", |arg| network::token_file(arg, "BOOST_TOKEN")),
    examples(examples::BOOST)
)]
pub struct BoostArgs {
    /// Which conversations.
    #[command(flatten)]
    #[serde(flatten)]
    pub select: SelectArgs,
    /// Where to and how.
    #[command(flatten)]
    #[serde(flatten)]
    pub output: OutputArgs,

    /// Only conversations in which this action was shown (repeatable)
    #[arg(
        long,
        value_name = "ID",
        hide_short_help = true,
        help_heading = "Filters"
    )]
    pub action_id: Vec<u64>,

    /// Only conversations with this API status
    #[arg(
        long,
        value_name = "STATUS",
        hide_short_help = true,
        help_heading = "Filters"
    )]
    pub api_status: Option<String>,

    /// Only conversations of this environment (such as `live`)
    #[arg(
        long,
        value_name = "NAME",
        hide_short_help = true,
        help_heading = "Filters"
    )]
    pub environment: Option<String>,

    /// Only conversations whose personal data is masked
    #[arg(long, hide_short_help = true, help_heading = "Filters")]
    pub only_masked: bool,

    /// Any other filter of the Admin Panel, its value as JSON (repeatable)
    #[arg(long, value_name = "KEY=JSON", value_parser = key_json, hide_short_help = true, help_heading = "Filters")]
    pub filter: Vec<(String, Value)>,

    /// A file with the whole request body as JSON; flags take precedence
    #[arg(
        long,
        value_name = "FILE", value_hint = ValueHint::FilePath,
        hide_short_help = true,
        help_heading = "Filters"
    )]
    #[serde(serialize_with = "asked::path")]
    pub query: Option<PathBuf>,

    /// Which site.
    #[command(flatten)]
    #[serde(flatten)]
    pub target: BoostTarget,

    /// Read a saved answer (JSON or gzip; `-` is stdin) instead of asking the site
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = None::<&str>, conflicts_with_all = [
        "since", "until", "conversation", "action_id", "api_status", "environment", "only_masked", "filter", "query",
        "token_file", "client_secret_file", "token_url", "api", "sweep", "only_failed"])]
    #[serde(serialize_with = "asked::path")]
    pub input: Option<PathBuf>,

    /// Refuse a conversation of more than N MiB of JSON
    #[arg(long, value_name = "N", default_value = "64", value_parser = mebibytes, hide_short_help = true, help_heading = "Network")]
    #[serde(skip)]
    pub max_element: usize,

    /// Cut the range into windows and fetch N of them at once [default: the range in one]
    ///
    /// Worth a try for long ranges; boost.ai does not say how many it allows. Each window's answer is kept in a
    /// temporary file until its turn comes.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = up_to_64, conflicts_with = "input", hide_short_help = true, help_heading = "Network")]
    #[serde(skip)]
    pub parallel_windows: Option<u16>,

    /// How long to wait for the first byte of an export, which comes when the site's query is done [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, hide_short_help = true, help_heading = "Network")]
    #[serde(skip)]
    pub first_byte_timeout: Option<Duration>,

    /// What becomes of media.
    #[command(flatten)]
    #[serde(skip)]
    pub media: MediaArgs,
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
            first_byte_timeout: None,
            media: MediaArgs::default(),
            network: NetworkArgs::default(),
            archive: ArchiveArgs::default(),
            run: RunArgs::default(),
            console: ConsoleArgs::default(),
        }
    }
}

impl ExportArgs for BoostArgs {
    fn name(&self) -> &'static str {
        "boost"
    }

    fn asked(&self) -> Value {
        asked("boost", self)
    }

    fn paths(&self) -> Paths {
        Paths {
            summary: self.run.summary.clone(),
            archive: self.archive.archive.clone(),
            media: self.media.folder(),
            target: self.output.target(),
            inputs: self
                .output
                .inputs()
                .chain([&self.input, &self.query].into_iter().flatten().cloned())
                .collect(),
        }
    }

    fn resolve(&self) -> Result<Settings> {
        let format = self.output.format()?;
        let asked = self.asked();
        let mut filters = asked::filters(&asked, FILTERS);
        if let Some(query) = &self.query {
            filters["query"] = Value::Object(boost_body::read_query(query)?);
        }
        self.check_import()?;
        let memory = self
            .archive
            .memory(filters, self.media.with_mirror(self.output.mirror()))?;
        self.resolve_as(format, memory, asked)
    }
}

impl BoostArgs {
    /// The same, in this format and with this memory of earlier runs.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_as(&self, format: Format, memory: Memory, asked: Value) -> Result<Settings> {
        let zone = self.output.timezone;
        let keep_raw = self.output.needs_raw(format, Some(Vendor::Boost), &memory);
        let selection =
            self.select
                .resolve(zone, Timestamp::now(), keep_raw, self.secret_on_stdin())?;
        let origin = match &self.input {
            Some(file) => Origin::Saved(file.clone()),
            None => Origin::Site(Box::new(self.request(selection.ids.is_some())?)),
        };
        let source = Options {
            origin,
            max_element: self.max_element,
            with_names: true,
        };
        let format = self.output.format_options(format)?;
        let redact = self.output.redaction(&memory)?;
        let memory = memory
            .with_template(format.template.as_ref())
            .with_redaction(redact.as_ref());
        let media = self.media.resolve(matches!(memory, Memory::Archive(_)))?;
        let format = format.with_local_media(media.is_some());
        Ok(Settings {
            name: "boost",
            asked: asked::with_template(asked, format.template.as_ref()),
            source: SourceOptions::Boost(Box::new(source)),
            selection,
            redact,
            http: self.network.options(),
            format,
            output: self.output.sink(&memory, self.run.summary.is_some()),
            console: self.console.options(),
            media,
            memory,
            run: (&self.run).into(),
            paths: self.paths(),
        })
    }

    /// The request to a site. `has_ids` says whether it is for single conversations.
    fn request(&self, has_ids: bool) -> Result<Request> {
        let query = self.query.as_deref().map(boost_body::read_query);
        let request = Request {
            target: self.target.resolve(&self.network)?,
            query: query.transpose()?.unwrap_or_default(),
            filters: self.filters(),
            parallel_windows: self.parallel_windows,
            first_byte_timeout: self.first_byte_timeout.unwrap_or(FIRST_BYTE_TIMEOUT),
        };
        boost_body::check_version(&request, has_ids)?;
        Ok(request)
    }

    /// A saved answer is brought into an archive, and nothing else is written.
    fn check_import(&self) -> Result<(), UsageError> {
        let is_import = self.input.is_some() && self.archive.archive.is_some();
        if is_import && self.output.is_named() {
            return Err(usage!(
                "--input with --archive brings the answer in: write the output with `convexport render ARCHIVE`"
            ));
        }
        Ok(())
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
