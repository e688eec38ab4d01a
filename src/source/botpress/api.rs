//! The calls of the Botpress API that an export needs (vendors/botpress.md, Requests).

use std::sync::Arc;

use anyhow::{Result, bail};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::options::Target;
use super::pager::{Conversations, Messages, Pager};
use super::record_id;
use crate::http::{self, ApiError, Client};
use crate::source::context::Context;
use crate::time::Timestamp;

/// The chat API of one bot.
#[derive(Debug)]
pub struct Api {
    client: Client,
    bot: String,
    page_size: Option<u16>,
}

impl Api {
    /// Sets up the client of a bot.
    ///
    /// # Errors
    /// A usage error when the bot id cannot stand in a header.
    pub fn new(target: &Target, context: &Context) -> Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert("x-bot-id", http::header("bot id", &target.bot)?);
        headers.insert(AUTHORIZATION, target.token.bearer());
        let client = Client::new(
            target.base_url.clone(),
            headers,
            advice,
            context.http,
            Arc::default(),
            context.observer.clone(),
        )?;
        Ok(Self {
            client,
            bot: target.bot.clone(),
            page_size: target.page_size,
        })
    }

    /// Returns a pager over the conversations, newest first.
    pub fn conversations(&self, query: Vec<(String, String)>) -> Pager<Conversations> {
        let purpose = format!("list the conversations of bot {}", self.bot);
        Pager::new(purpose, list_advice, self.with_page_size(query))
    }

    /// Returns a pager over the messages of a conversation, since a time (inclusive) or all, newest first.
    pub fn messages(&self, conversation: &str, since: Option<Timestamp>) -> Pager<Messages> {
        let mut query = vec![("conversationId".to_owned(), conversation.to_owned())];
        query.extend(since.map(|since| ("afterDate".to_owned(), since.to_query())));
        let purpose = format!("read the messages of conversation {conversation}");
        Pager::new(purpose, advice, self.with_page_size(query))
    }

    /// Returns a pager over all messages of the bot since a time (inclusive), newest first.
    pub fn messages_since(&self, since: Timestamp) -> Pager<Messages> {
        let query = vec![("afterDate".to_owned(), since.to_query())];
        let purpose = format!(
            "list the messages of bot {} since {}",
            self.bot,
            since.to_query()
        );
        Pager::new(purpose, advice, self.with_page_size(query))
    }

    /// The client that a pager needs.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The bot's id.
    pub fn bot(&self) -> &str {
        &self.bot
    }

    /// The name of the bot for messages.
    pub fn name(&self) -> String {
        format!("bot {}", self.bot)
    }

    /// Fetches the record of a conversation.
    pub async fn conversation(&self, id: &str) -> Result<Box<RawValue>> {
        #[derive(Deserialize)]
        struct Wire {
            conversation: Box<RawValue>,
        }
        let purpose = format!("read conversation {id}");
        let wire: Wire = self
            .record(purpose, &["v1", "chat", "conversations", id])
            .await?;
        match record_id::id(&wire.conversation) {
            Some(other) if other != id => {
                bail!("asked for conversation {id}, the API answered with {other}")
            }
            _ => Ok(wire.conversation),
        }
    }

    /// Fetches the record of a user. Returns `None` when the user does not exist any more.
    pub async fn user(&self, id: &str) -> Result<Option<Box<RawValue>>> {
        #[derive(Deserialize)]
        struct Wire {
            user: Box<RawValue>,
        }
        let purpose = format!("read user {id} (for --with-users)");
        let answer = self.record(purpose, &["v1", "chat", "users", id]).await;
        none_if_gone(answer.map(|wire: Wire| wire.user))
    }

    /// Fetches the payload of a conversation's state. Returns `None` when the conversation has no state of that name.
    pub async fn state(&self, conversation: &str, name: &str) -> Result<Option<Box<RawValue>>> {
        #[derive(Deserialize)]
        struct Wire {
            state: State,
        }
        #[derive(Deserialize)]
        struct State {
            payload: Box<RawValue>,
        }
        let purpose =
            format!("read state {name} of conversation {conversation} (for --with-state)");
        let path = ["v1", "chat", "states", "conversation", conversation, name];
        none_if_gone(
            self.record(purpose, &path)
                .await
                .map(|wire: Wire| wire.state.payload),
        )
    }

    async fn record<T: DeserializeOwned>(&self, purpose: String, path: &[&str]) -> Result<T> {
        let call = self.client.call(purpose, path, &[])?;
        Ok(self.client.get(&call).await?)
    }

    fn with_page_size(&self, mut query: Vec<(String, String)>) -> Vec<(String, String)> {
        query.extend(
            self.page_size
                .map(|size| ("pageSize".to_owned(), size.to_string())),
        );
        query
    }
}

fn none_if_gone<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.downcast_ref().is_some_and(ApiError::is_gone) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Advice for calls that get a 404 only when the bot does not exist.
fn list_advice(status: StatusCode) -> Option<&'static str> {
    if status == StatusCode::NOT_FOUND {
        return Some(
            "check --bot-id: the bot does not exist, or the token belongs to another workspace",
        );
    }
    advice(status)
}

fn advice(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        401 => "check BP_TOKEN or --token-file: the token is wrong or has expired",
        402 => "the workspace's plan does not allow it, or a bill is open: see its billing page",
        403 => {
            "check that the token may read this bot, that --bot-id is right, and the workspace's quota"
        }
        _ => return None,
    })
}
