//! The flags of `convexport botpress`.

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde::Serialize;
use serde_json::Value;

use super::asked::{self, asked};
use super::botpress_target::BotpressTarget;
use super::console::ConsoleArgs;
use super::examples;
use super::help::Help;
use super::media::MediaArgs;
use super::network::{self, NetworkArgs};
use super::output::{self, OutputArgs};
use super::run::{ArchiveArgs, RunArgs};
use super::select::{ActiveArgs, SelectArgs};
use super::settings::{ExportArgs, Memory, Paths, Settings};
use super::values::{from_1, key_value, up_to_256};
use crate::format::Format;
use crate::model::Vendor;
use crate::source::Options as SourceOptions;
use crate::source::botpress::{Options, Tickets};
use crate::time::Timestamp;
use crate::usage::{UsageError, usage};

/// The flags that are filters.
const FILTERS: &[&str] = &["channel", "integration", "tag", "participant"];

/// Flags of `convexport botpress`.
#[derive(Debug, Default, Args, Serialize)]
#[command(
    mut_arg("token_file", |arg| network::token_file(arg, "BP_TOKEN")),
    examples(examples::BOTPRESS)
)]
pub struct BotpressArgs {
    /// Which conversations.
    #[command(flatten)]
    #[serde(flatten)]
    pub select: SelectArgs,
    /// Which of them are active.
    #[command(flatten)]
    #[serde(flatten)]
    pub active: ActiveArgs,

    /// Only of this integration (`webchat`, `whatsapp`)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub integration: Option<String>,

    /// Where to and how.
    #[command(flatten)]
    #[serde(flatten)]
    pub output: OutputArgs,

    /// Add the names of who wrote (one request per person)
    ///
    /// Every message gets its author's name, and every conversation its people.
    #[arg(long, help_heading = "Output")]
    pub with_users: bool,

    /// Add the payload of the conversation's state of this name (one request per conversation; repeatable)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), hide_short_help = true, help_heading = "Output details")]
    pub with_state: Vec<String>,

    /// What becomes of the tickets of human agents, which repeat what is in the customers' conversations
    /// [default: include]
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        hide_short_help = true,
        help_heading = "Output details",
        conflicts_with = "list"
    )]
    pub tickets: Option<Tickets>,

    /// List the conversations without their messages, as JSON lines: one request per page
    ///
    /// The list can be cut in parts, and --conversation - reads each of them.
    #[arg(long, hide_short_help = true, help_heading = "Output details", conflicts_with_all = [
        "conversation", "concurrency", "with_users", "with_state", "archive", "output_dir", "media"])]
    pub list: bool,

    /// Only conversations of this channel (such as `channel`, `dm`)
    #[arg(
        long,
        value_name = "NAME",
        hide_short_help = true,
        help_heading = "Filters"
    )]
    pub channel: Option<String>,

    /// Only conversations with this tag (repeatable: all must match)
    #[arg(long, value_name = "K=V", value_parser = key_value, hide_short_help = true, help_heading = "Filters")]
    pub tag: Vec<(String, String)>,

    /// Only conversations with this user in them (repeatable)
    #[arg(
        long,
        value_name = "ID",
        hide_short_help = true,
        help_heading = "Filters"
    )]
    pub participant: Vec<String>,

    /// Which bot.
    #[command(flatten)]
    #[serde(flatten)]
    pub target: BotpressTarget,

    /// How many conversations are fetched at once [default: 32]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = up_to_256, hide_short_help = true, help_heading = "Network")]
    #[serde(skip)]
    pub concurrency: Option<u16>,

    /// How many items to ask for per page (newer servers only; without it the API decides)
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = from_1::<u16>, hide_short_help = true, help_heading = "Network")]
    #[serde(skip)]
    pub page_size: Option<u16>,

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

impl ExportArgs for BotpressArgs {
    fn name(&self) -> &'static str {
        "botpress"
    }

    fn asked(&self) -> Value {
        asked("botpress", self)
    }

    fn paths(&self) -> Paths {
        Paths {
            summary: self.run.summary.clone(),
            archive: self.archive.archive.clone(),
            media: self.media.folder(),
            target: self.output.target(),
            inputs: self.output.inputs().collect(),
        }
    }

    fn resolve(&self) -> Result<Settings> {
        let format = self.format()?;
        let asked = self.asked();
        let memory = self.archive.memory(
            asked::filters(&asked, FILTERS),
            self.media.with_mirror(self.output.mirror()),
        )?;
        self.resolve_as(format, memory, asked)
    }
}

impl BotpressArgs {
    /// How many conversations are fetched at once: chosen by measurement, see `benches/`.
    const DEFAULT_CONCURRENCY: u16 = 32;

    /// The same, in this format and with this memory of earlier runs.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_as(&self, format: Format, memory: Memory, asked: Value) -> Result<Settings> {
        // An archive has all of it.
        if !matches!(memory, Memory::Archive(_)) {
            self.check_shown(format)?;
        }
        let stdin = self.network.token_on_stdin().then_some("--token-file -");
        let zone = self.output.timezone;
        let keep_raw = self
            .output
            .needs_raw(format, Some(Vendor::Botpress), &memory);
        let selection = self
            .select
            .resolve(zone, Timestamp::now(), keep_raw, stdin)?;
        let mut selection = self.active.narrow(selection, zone)?;
        if selection.active_since.is_some() && matches!(memory, Memory::Archive(_)) {
            bail!(usage!(
                "--active-since: a run with --archive finds what is new by itself; `convexport render ARCHIVE \
                 --active-since WHEN` selects from it"
            ));
        }
        selection.tickets = output::tickets(self.tickets, &memory)?;
        let mut redact = self.output.redaction(&memory)?;
        // Only those who are known can be found in what is written.
        let needs_users = redact.is_some() && !self.list;
        if let Some(redact) = &mut redact {
            redact.hides_users = !self.with_users && !matches!(memory, Memory::Archive(_));
        }
        let source = Options {
            target: self.target.resolve(&self.network, self.page_size)?,
            concurrency: self.concurrency.unwrap_or(Self::DEFAULT_CONCURRENCY),
            ordered: self.output.output_dir.is_none() || matches!(memory, Memory::Archive(_)),
            channel: self.channel.clone(),
            integration: self.integration.clone(),
            tags: self.tag.clone(),
            participants: self.participant.clone(),
            with_users: self.with_users || needs_users,
            with_states: self.with_state.clone(),
            list_only: self.list,
        };
        let format = self.output.format_options(format)?;
        let memory = memory
            .with_template(format.template.as_ref())
            .with_redaction(redact.as_ref());
        let media = self.media.resolve(matches!(memory, Memory::Archive(_)))?;
        let format = format.with_local_media(media.is_some());
        Ok(Settings {
            name: "botpress",
            asked: asked::with_template(asked, format.template.as_ref()),
            source: SourceOptions::Botpress(Box::new(source)),
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

    /// The format, which is another one for a list.
    fn format(&self) -> Result<Format, UsageError> {
        if !self.list {
            return self.output.format();
        }
        self.output.check_honoured(Format::List)?;
        let named = self.output.format.is_some() || !self.output.is_stdout();
        if named && self.output.format()? != Format::Jsonl {
            return Err(usage!(
                "--list writes JSON lines: give -f jsonl or a name with .jsonl"
            ));
        }
        Ok(Format::List)
    }

    /// What is fetched has to be shown.
    fn check_shown(&self, format: Format) -> Result<(), UsageError> {
        let shows_all = format.has_states() || self.output.template.is_some();
        if !self.with_state.is_empty() && !shows_all {
            return Err(usage!(
                "--with-state: {} shows no states, give -f json or jsonl",
                format.name()
            ));
        }
        if self.with_users && !format.has_names() {
            return Err(usage!("--with-users: {} shows no names", format.name()));
        }
        Ok(())
    }
}
