//! The options of a Botpress export.

use url::Url;

use crate::http::Secret;

/// Which bot, how to reach it, and what to fetch.
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
    /// Whether the users are added, with their names.
    pub with_users: bool,
    /// The names of the states to add.
    pub with_states: Vec<String>,
    /// Whether only the list is wanted, without messages.
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
    /// How many items to ask for per page; `None` leaves it to the API.
    pub page_size: Option<u16>,
}
