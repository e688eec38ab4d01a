//! The flags that say which Botpress bot, and how to authenticate there.

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;

use super::network::NetworkArgs;
use super::secret::Place;
use crate::http;
use crate::source::botpress::Target;
use crate::usage::{UsageError, usage};

/// Where the API is, unless told otherwise.
const BASE_URL: &str = "https://api.botpress.cloud";

/// Which bot.
#[derive(Debug, Default, Args, Serialize)]
pub struct BotpressTarget {
    /// The bot: the part after `chatbots/` in its dashboard's address
    #[arg(long, value_name = "ID", env = "BP_BOT_ID", hide_env_values = true, help_heading = None::<&str>)]
    pub bot_id: Option<String>,

    /// Where the API is [default: `https://api.botpress.cloud`]
    #[arg(
        long,
        value_name = "URL",
        env = "BP_API_URL",
        hide_env_values = true,
        hide_short_help = true,
        help_heading = "Network"
    )]
    pub base_url: Option<String>,
}

impl BotpressTarget {
    /// Which bot, and how to reach it.
    ///
    /// # Errors
    /// A usage error for a missing or impossible bot id, token or address.
    pub fn resolve(&self, network: &NetworkArgs, page_size: Option<u16>) -> Result<Target> {
        let bot = bot_id(self.bot_id.as_deref().unwrap_or_default().trim())?;
        if bot.is_empty() {
            bail!(usage!(
                "no bot: give --bot-id ID or set BP_BOT_ID (the part after chatbots/ in the dashboard's address)"
            ));
        }
        // An empty variable is as good as none.
        let base = self.base_url.as_deref();
        let base = base.filter(|url| !url.trim().is_empty());
        let base_url = http::base_url(base.unwrap_or(BASE_URL))?;
        let token = Place {
            what: "access token",
            given: network.token.as_ref(),
            variable: "BP_TOKEN",
            file: network.token_file.as_deref(),
            flag: "--token-file",
        };
        Ok(Target {
            bot,
            base_url,
            token: token.find()?,
            page_size,
        })
    }
}

/// The id of a bot, also from the address of its dashboard.
fn bot_id(text: &str) -> Result<String, UsageError> {
    let Some((_, address)) = text.split_once("://") else {
        return Ok(text.to_owned());
    };
    let mut parts = address.split(['/', '?', '#']);
    let id = parts
        .find(|part| matches!(*part, "chatbots" | "bots"))
        .and_then(|_| parts.next());
    id.filter(|id| !id.is_empty()).map(str::to_owned).ok_or_else(|| {
        usage!("--bot-id: there is no bot in {text}: give the address of its dashboard, or the part after chatbots/")
    })
}
