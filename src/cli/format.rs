//! The flags that belong to one format.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde::Serialize;

use crate::format::{AgentAs, ChatMedia, RowKind, Separator};
use crate::sink::Split;

/// Flags that belong to one format. Another format refuses them.
#[derive(Clone, Debug, Default, Args, Serialize)]
#[command(next_help_heading = "One format only")]
pub struct FormatArgs {
    /// Make a csv that Excel opens by a double click: with a byte order mark, and `=semicolon` where Excel wants that
    ///
    /// Excel takes the separator that its own machine is set to: the semicolon where numbers have a decimal comma.
    #[arg(long, hide_short_help = true, value_name = "SEPARATOR", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "comma")]
    pub excel: Option<Separator>,

    /// What a row of a csv is [default: messages]
    #[arg(long, hide_short_help = true, value_enum)]
    pub rows: Option<RowKind>,

    /// Begin every conversation of a chat with this system message
    #[arg(long, hide_short_help = true, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub system: Option<String>,

    /// What the turns of human agents become in a chat [default: assistant]
    #[arg(long, hide_short_help = true, value_enum)]
    pub agent_as: Option<AgentAs>,

    /// Let an html page load pictures from the network, each when its reader clicks on it
    #[arg(long, hide_short_help = true)]
    pub remote_media: bool,

    /// What pictures, files and other media become in a chat [default: skip]
    #[arg(long, hide_short_help = true, value_enum)]
    pub chat_media: Option<ChatMedia>,

    /// Write a chat to several files, each with a share of the conversations: `train=0.9,test=0.1`
    ///
    /// `-o chat.jsonl --split train=0.9,test=0.1` writes chat.train.jsonl and chat.test.jsonl. The key of a conversation
    /// says which file it belongs to, so each run puts it into the same one.
    #[arg(
        long,
        hide_short_help = true,
        value_name = "NAME=SHARE,...",
        requires = "output",
        conflicts_with = "output_dir"
    )]
    pub split: Option<Split>,
}
