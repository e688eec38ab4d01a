//! What a user can set about a format.

use serde::Serialize;
use serde_json::Value;

use super::kind::Format;
use super::singer::Catalog;
use super::template::Template;
use crate::time::TimeStyle;

/// A format and its options.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which format.
    pub format: Format,
    /// How transcripts and csv show a time.
    pub times: TimeStyle,
    /// The user's own template, for transcripts.
    pub template: Option<Template>,
    /// The separator of a csv for Excel, which also begins with a byte order mark.
    pub excel: Option<Separator>,
    /// What a row of a csv is.
    pub rows: RowKind,
    /// The system message that every chat begins with.
    pub system: Option<String>,
    /// What becomes of human agents in a chat.
    pub agent_as: AgentAs,
    /// What becomes of pictures, files and other media in a chat.
    pub chat_media: ChatMedia,
    /// What a Singer catalog selects.
    pub catalog: Catalog,
    /// Whether a page may load pictures from the network, when its reader asks for them.
    pub remote_media: bool,
    /// Whether a page shows files that lie beside it.
    pub local_media: bool,
    /// What was asked for, as a page tells it.
    pub asked: Value,
}

impl Options {
    /// The same, for an export whose files lie beside it.
    #[must_use]
    pub fn with_local_media(self, local_media: bool) -> Self {
        Self {
            local_media,
            ..self
        }
    }
}

/// What separates the cells of a csv.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
}

/// What a row of a table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RowKind {
    /// A message.
    #[default]
    Messages,
    /// A conversation.
    Conversations,
}

/// What becomes of a human agent's turns in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentAs {
    /// They are left out.
    Skip,
    /// They are the assistant's.
    #[default]
    Assistant,
}

/// What becomes of pictures, files and other media in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatMedia {
    /// They are left out. Their captions stay.
    #[default]
    Skip,
    /// They become words, such as `[image: A photo of your parcel]`.
    Describe,
}
