//! The users of conversations. Each is fetched once and remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use tokio::sync::OnceCell;

use super::api::Api;
use super::handover::{self, Side};
use super::message;
use crate::model::{Conversation, User};

/// The users fetched so far; `None` for a user that does not exist any more.
#[derive(Debug, Default)]
pub struct UserCache {
    known: Mutex<HashMap<String, Arc<OnceCell<Option<User>>>>>,
}

impl UserCache {
    /// Adds the users to a conversation, and their names to its messages.
    pub async fn join(&self, api: &Api, conversation: &mut Conversation, side: Side) -> Result<()> {
        let mut users: Vec<User> = Vec::new();
        for message in &mut conversation.messages {
            if !handover::has_own_user(message, side) {
                continue;
            }
            let Some(id) = &message.user_id else { continue };
            if !users.iter().any(|user| user.id == *id) {
                let known = self.find(api, id).await?;
                let role = message.role;
                users.push(known.map_or_else(|| unknown(id, role), |user| User { role, ..user }));
            }
            let user = users.iter().find(|user| user.id == *id);
            message.author = user.and_then(|user| user.name.clone());
        }
        conversation.users = Some(users);
        Ok(())
    }

    /// Returns a user. Sends one request, even when several conversations need the same user at once.
    async fn find(&self, api: &Api, id: &str) -> Result<Option<User>> {
        let cell = {
            let mut known = self
                .known
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            known.entry(id.to_owned()).or_default().clone()
        };
        let ask = || async {
            let record = api.user(id).await?;
            record.map(|record| message::user(&record)).transpose()
        };
        cell.get_or_try_init(ask).await.cloned()
    }
}

/// A user that does not exist any more.
fn unknown(id: &str, role: crate::model::Role) -> User {
    User {
        id: id.to_owned(),
        name: None,
        tags: std::collections::BTreeMap::new(),
        role,
    }
}
