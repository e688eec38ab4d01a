//! What a user can ask of a Botpress bot.

use url::Url;

use crate::http::Secret;

/// Which bot, how to reach it, and what is wanted besides the conversations themselves.
#[derive(Clone, Debug)]
pub struct Options {
    /// How to reach the bot.
    pub target: Target,
    /// How many conversations are fetched at once.
    pub concurrency: u16,
    /// Whether the conversations are sent in the order of the list.
    pub ordered: bool,
    /// Only conversations of this channel.
    pub channel: Option<String>,
    /// Only conversations of this integration.
    pub integration: Option<String>,
    /// Only conversations with all these tags.
    pub tags: Vec<(String, String)>,
    /// Only conversations with all these users.
    pub participants: Vec<String>,
    /// Whether the names of the people are added.
    pub with_users: bool,
    /// The names of the states to add.
    pub with_states: Vec<String>,
    /// Whether the list is all that is wanted.
    pub list_only: bool,
}

/// Which bot, and how to reach it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The bot's id.
    pub bot: String,
    /// The address of the API.
    pub base_url: Url,
    /// The access token.
    pub token: Secret,
    /// How many items a page has; the API decides when it is `None`.
    pub page_size: Option<u16>,
}
