//! Conversations that a template is tried on: one that has everything, one that has nothing.

use std::collections::BTreeMap;

use crate::model::{Attachment, Choice, Conversation, Message, Record, Role, User, Vendor};
use crate::time::Timestamp;

/// The samples.
pub fn conversations() -> [Conversation; 2] {
    let everything = [Role::User, Role::Bot, Role::Agent, Role::System].map(message);
    let user = User {
        id: "user".to_owned(),
        name: Some("Ada".to_owned()),
        tags: BTreeMap::new(),
        role: Role::User,
    };
    let full = Conversation {
        created_at: Some(Timestamp::now()),
        updated_at: Some(Timestamp::now()),
        channel: Some("webchat".to_owned()),
        messages: everything.into(),
        users: Some(vec![user]),
        ..empty()
    };
    [full, empty()]
}

fn empty() -> Conversation {
    Conversation {
        source: Vendor::Botpress,
        id: "sample".to_owned(),
        created_at: None,
        updated_at: None,
        channel: None,
        tags: BTreeMap::new(),
        messages: Vec::new(),
        users: None,
        states: None,
        promised: None,
        raw: Some(Record::of_json("{}")),
    }
}

fn message(role: Role) -> Message {
    Message {
        id: "message".to_owned(),
        created_at: Some(Timestamp::now()),
        role,
        user_id: Some("user".to_owned()),
        author: Some("Ada".to_owned()),
        kind: "choice".into(),
        text: "Pick one".to_owned(),
        options: vec![Choice {
            label: "First option".to_owned(),
            value: Some("First option".to_owned()),
        }],
        attachments: vec![Attachment {
            kind: "image".to_owned(),
            url: "https://example.com/i.png".to_owned(),
            title: Some("A picture".to_owned()),
        }],
        raw: Some(Record::of_json("{}")),
    }
}
