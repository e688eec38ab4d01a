//! What a user can set about a format.

use serde::Serialize;

use super::kind::Format;
use super::singer::Catalog;
use super::template::Template;
use crate::time::TimeStyle;

/// A format with everything that can be set about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which format.
    pub format: Format,
    /// How transcripts show a time.
    pub times: TimeStyle,
    /// A template of the user's own, for transcripts.
    pub template: Option<Template>,
    /// A csv for Excel has this separator and a byte order mark.
    pub excel: Option<Separator>,
    /// The system message that every chat begins with.
    pub system: Option<String>,
    /// What becomes of human agents in a chat.
    pub agent_as: AgentAs,
    /// What a Singer catalog selects.
    pub catalog: Catalog,
}

/// What stands between the cells of a csv.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
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
