//! The flags of `convexport botpress`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::{Value, json};

use crate::format::Format;
use crate::usage;

use super::{
    ArchiveArgs, ConsoleArgs, NetworkArgs, OutputArgs, RunArgs, SelectArgs, UsageError, key_value,
};

const BOTPRESS_EXAMPLES: &str = "\
The access token comes from the environment variable BP_TOKEN or from --token-file.

Examples:
  Read every conversation of a bot:
    convexport botpress --bot-id ID > transcripts.txt
  The last week as JSON lines, in a file that appears when it is complete:
    convexport botpress --bot-id ID --since 7d -o week.jsonl
  One transcript file a conversation, only those from WhatsApp:
    convexport botpress --bot-id ID --integration whatsapp -d transcripts
  Every night, into a folder that grows and survives a crash:
    convexport botpress --bot-id ID --state bot.state -d conversations -f json
  Two conversations by their ids, with the names of who wrote:
    convexport botpress --bot-id ID --conversation A --conversation B --with-users
  The list alone, and later what it names:
    convexport botpress --bot-id ID --list -o list.jsonl
    convexport botpress --bot-id ID --conversation @list.jsonl -o all.jsonl";

/// Which bot.
#[derive(Debug, Args)]
pub struct BotpressTarget {
    /// The bot: the part after `chatbots/` in its dashboard's address
    #[arg(long, value_name = "ID", env = "BP_BOT_ID", hide_env_values = true)]
    pub bot_id: Option<String>,

    /// Where the API is [default: `https://api.botpress.cloud`]
    #[arg(long, value_name = "URL", env = "BP_API_URL", hide_env_values = true)]
    pub base_url: Option<String>,
}

/// Flags of `convexport botpress`.
#[derive(Debug, Args)]
#[command(after_long_help = BOTPRESS_EXAMPLES, after_help = "The access token comes from BP_TOKEN or --token-file. See --help for examples.")]
pub struct BotpressArgs {
    /// Which bot.
    #[command(flatten)]
    pub target: BotpressTarget,

    /// Which conversations.
    #[command(flatten)]
    pub select: SelectArgs,
    /// List the conversations without their messages, as JSON lines: one request a page
    ///
    /// The list can be cut in parts, and --conversation - reads each of them.
    #[arg(long, help_heading = "Selection", conflicts_with_all = [
        "conversation", "concurrency", "with_users", "with_state", "state", "output_dir"])]
    pub list: bool,

    /// Where to and how.
    #[command(flatten)]
    pub output: OutputArgs,
    /// How many conversations are fetched at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Network")]
    pub concurrency: u16,

    /// Add the author's name to every message, and the people to every conversation (one request a person)
    #[arg(long, help_heading = "Content")]
    pub with_users: bool,

    /// Add the payload of the conversation's state of this name (one request a conversation; repeatable)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), help_heading = "Content")]
    pub with_state: Vec<String>,

    /// Only conversations of this channel (such as `channel`, `dm`)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub channel: Option<String>,

    /// Only conversations of this integration (such as `webchat`, `whatsapp`)
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub integration: Option<String>,

    /// Only conversations with this tag (repeatable: all must match)
    #[arg(long, value_name = "K=V", value_parser = key_value, help_heading = "Selection")]
    pub tag: Vec<(String, String)>,

    /// Only conversations with this user in them (repeatable)
    #[arg(long, value_name = "ID", help_heading = "Selection")]
    pub participant: Vec<String>,

    /// How many items the API is asked for at once (newer servers only; without it the API decides)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Network")]
    pub page_size: Option<u16>,

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

impl BotpressArgs {
    /// The same flags with the form that `--list` writes, where that is asked for.
    ///
    /// # Errors
    /// A usage error when they ask for another form.
    pub fn formed(mut self) -> Result<Self, UsageError> {
        if self.list {
            let output = &mut self.output;
            let form = if output.is_stdout() && output.format.is_none() {
                Format::Jsonl
            } else {
                Format::of(output)?
            };
            if form != Format::Jsonl {
                return Err(usage!(
                    "--list writes JSON lines: give -f jsonl or a name with .jsonl"
                ));
            }
            output.format = Some(Format::Index);
        }
        Ok(self)
    }

    /// What the export asks for: runs with one state have to agree on it.
    #[must_use]
    pub fn selection(&self) -> Value {
        json!({
            "source": "botpress",
            "bot": self.target.bot_id,
            "base_url": self.target.base_url,
            "since": self.select.since,
            "until": self.select.until,
            "conversations": self.select.conversation,
            "limit": self.select.limit,
            "channel": self.channel,
            "integration": self.integration,
            "tags": self.tag,
            "participants": self.participant,
            "with_users": self.with_users,
            "with_states": self.with_state,
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
}
