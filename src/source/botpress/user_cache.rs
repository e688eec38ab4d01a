//! The users of conversations. Each is fetched once and remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::{Result, anyhow};
use tokio::sync::OnceCell;

use super::api::Api;
use super::handover;
use super::message;
use crate::console::Console;
use crate::http::ApiError;
use crate::model::{Conversation, Side, User};

/// The users fetched so far.
#[derive(Debug)]
pub struct UserCache {
    known: Mutex<HashMap<String, Arc<OnceCell<Known>>>>,
    console: Console,
}

/// What is known of a user.
#[derive(Clone, Debug)]
enum Known {
    User(User),
    /// It could not be fetched, or does not exist any more.
    Failed,
}

impl UserCache {
    /// Makes a cache without users. Failures are reported to the console, once for each user.
    pub fn new(console: Console) -> Self {
        Self {
            known: Mutex::default(),
            console,
        }
    }

    /// Adds the users to a conversation, and their names to its messages. A user that cannot be fetched costs the name
    /// alone.
    pub async fn join(&self, api: &Api, conversation: &mut Conversation, side: Side) -> Result<()> {
        let mut users: Vec<User> = Vec::new();
        for message in &mut conversation.messages {
            if !handover::has_own_user(message, side) {
                continue;
            }
            let Some(id) = &message.user_id else { continue };
            if !users.iter().any(|user| user.id == *id) {
                let role = message.role;
                users.push(match self.find(api, id).await? {
                    Known::User(user) => User { role, ..user },
                    Known::Failed => {
                        conversation.lacks_names = true;
                        unknown(id, role)
                    }
                });
            }
            let user = users.iter().find(|user| user.id == *id);
            message.author = user.and_then(|user| user.name.clone());
        }
        conversation.users = Some(users);
        Ok(())
    }

    /// Returns a user. Sends one request, even when several conversations need the same user at once.
    async fn find(&self, api: &Api, id: &str) -> Result<Known> {
        let cell = {
            let mut known = self
                .known
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            known.entry(id.to_owned()).or_default().clone()
        };
        let known = cell.get_or_try_init(|| self.ask(api, id)).await;
        known.cloned()
    }

    /// Fails only for an error that ends the export.
    async fn ask(&self, api: &Api, id: &str) -> Result<Known> {
        let user = match api.user(id).await {
            Ok(None) => Err(anyhow!("the vendor does not have this user any more")),
            Ok(Some(record)) => message::user(&record),
            Err(error) => Err(error),
        };
        match user {
            Ok(user) => Ok(Known::User(user)),
            Err(error) => match error.downcast_ref::<ApiError>() {
                Some(api) if api.concerns_all() => Err(error),
                _ => {
                    self.console
                        .warn(&format!("the name of user {id} is missing: {error:#}"));
                    Ok(Known::Failed)
                }
            },
        }
    }
}

/// A user of whom only the id is known.
fn unknown(id: &str, role: crate::model::Role) -> User {
    User {
        id: id.to_owned(),
        name: None,
        tags: std::collections::BTreeMap::new(),
        role,
    }
}
