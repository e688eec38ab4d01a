//! The calls of the Botpress API that an export makes (vendors/botpress.md, Requests), and the walk over their pages.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Result, bail};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::cli::BotpressArgs;
use crate::http::{self, Advice, ApiError, Client, Secret};
use crate::progress::Console;
use crate::usage;

/// The chat API of one bot.
#[derive(Debug)]
pub struct Api {
    client: Client,
    bot: String,
    page_size: Option<u16>,
}

/// A walk over the pages of one list, by `nextToken`.
#[derive(Debug)]
pub struct Walk {
    purpose: String,
    path: &'static str,
    advice: Advice,
    query: Vec<(String, String)>,
    next: Option<String>,
    tokens: HashSet<u64>,
    done: bool,
}

impl Api {
    /// Sets the client up.
    ///
    /// # Errors
    /// A usage error for a missing or impossible bot id, token or address.
    pub fn new(args: &BotpressArgs, console: Console) -> Result<Self> {
        let bot = args.bot_id.as_deref().unwrap_or_default().trim().to_owned();
        if bot.is_empty() {
            bail!(usage!(
                "no bot: give --bot-id ID or set BP_BOT_ID (the part after chatbots/ in the dashboard's address)"
            ));
        }
        let base = http::base_url(&args.base_url)?;
        let mut headers = HeaderMap::new();
        headers.insert("x-bot-id", http::header("bot id", &bot)?);
        let token = Secret::find(
            "access token",
            "BP_TOKEN",
            args.network.token_file.as_deref(),
            "--token-file",
        )?;
        headers.insert(reqwest::header::AUTHORIZATION, token.bearer());
        let client = Client::new(base, headers, advice, &args.network, console)?;
        let page_size = args.page_size;
        Ok(Self {
            client,
            bot,
            page_size,
        })
    }

    /// Walks over the conversations, newest first.
    pub fn conversations(&self, query: Vec<(String, String)>) -> Walk {
        let purpose = format!("list the conversations of bot {}", self.bot);
        let mut walk = self.walk(purpose, "conversations", query);
        walk.advice = list_advice;
        walk
    }

    /// Walks over the messages of a conversation, newest first.
    pub fn messages(&self, conversation: &str) -> Walk {
        let query = vec![("conversationId".to_owned(), conversation.to_owned())];
        let purpose = format!("read the messages of conversation {conversation}");
        self.walk(purpose, "messages", query)
    }

    fn walk(&self, purpose: String, path: &'static str, mut query: Vec<(String, String)>) -> Walk {
        query.extend(
            self.page_size
                .map(|size| ("pageSize".to_owned(), size.to_string())),
        );
        Walk {
            purpose,
            path,
            advice,
            query,
            next: None,
            tokens: HashSet::new(),
            done: false,
        }
    }

    /// The next page of a walk, none after the last. A token that comes back would go round for ever: it is an error.
    pub async fn next_page(&self, walk: &mut Walk) -> Result<Option<Vec<Box<RawValue>>>> {
        if walk.done {
            return Ok(None);
        }
        let mut query = walk.query.clone();
        query.extend(
            walk.next
                .take()
                .map(|token| ("nextToken".to_owned(), token)),
        );
        let path = ["v1", "chat", walk.path];
        let mut call = self.client.call(walk.purpose.clone(), &path, &query);
        call.advice = walk.advice;
        let (items, meta) = match walk.path {
            "messages" => self
                .client
                .get::<Messages>(&call)
                .await
                .map(|page| (page.messages, page.meta))?,
            _ => self
                .client
                .get::<Conversations>(&call)
                .await
                .map(|page| (page.conversations, page.meta))?,
        };
        walk.next = meta.next_token.filter(|token| !token.is_empty());
        match &walk.next {
            None => walk.done = true,
            Some(token) if walk.tokens.insert(hash(token)) => {}
            Some(_) => bail!(
                "could not {}: the API gave the same nextToken twice, so its list has no end (GET {})",
                walk.purpose,
                call.url.path()
            ),
        }
        Ok(Some(items))
    }

    /// One conversation's record.
    pub async fn conversation(&self, id: &str) -> Result<Box<RawValue>, ApiError> {
        #[derive(Deserialize)]
        struct Wire {
            conversation: Box<RawValue>,
        }
        let purpose = format!("read conversation {id}");
        let wire: Wire = self
            .record(purpose, &["v1", "chat", "conversations", id])
            .await?;
        Ok(wire.conversation)
    }

    /// A user's record, none when the user is gone.
    pub async fn user(&self, id: &str) -> Result<Option<Box<RawValue>>, ApiError> {
        #[derive(Deserialize)]
        struct Wire {
            user: Box<RawValue>,
        }
        let purpose = format!("read user {id}");
        let answer = self.record(purpose, &["v1", "chat", "users", id]).await;
        unless_gone(answer.map(|wire: Wire| wire.user))
    }

    /// The payload of a conversation's state, none when it has no state of that name.
    pub async fn state(
        &self,
        conversation: &str,
        name: &str,
    ) -> Result<Option<Box<RawValue>>, ApiError> {
        #[derive(Deserialize)]
        struct Wire {
            state: State,
        }
        #[derive(Deserialize)]
        struct State {
            payload: Box<RawValue>,
        }
        let purpose = format!("read state {name} of conversation {conversation}");
        let path = ["v1", "chat", "states", "conversation", conversation, name];
        unless_gone(
            self.record(purpose, &path)
                .await
                .map(|wire: Wire| wire.state.payload),
        )
    }

    async fn record<T: DeserializeOwned>(
        &self,
        purpose: String,
        path: &[&str],
    ) -> Result<T, ApiError> {
        self.client.get(&self.client.call(purpose, path, &[])).await
    }
}

fn unless_gone<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

fn hash(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}

/// Where nothing but the bot itself can be missing.
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

#[derive(Deserialize)]
struct Conversations {
    conversations: Vec<Box<RawValue>>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Box<RawValue>>,
    meta: Meta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    next_token: Option<String>,
}
