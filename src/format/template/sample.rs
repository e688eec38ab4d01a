//! Conversations to try a template on: two that have every field, and one that has as few as possible.

use std::collections::BTreeMap;

use crate::model::{
    Attachment, Choice, Conversation, Handover, Message, Record, Role, Side, User, Vendor,
};
use crate::time::Timestamp;

/// The samples.
pub fn conversations() -> [Conversation; 3] {
    [full(Vendor::Botpress), full(Vendor::Boost), bare()]
}

fn full(source: Vendor) -> Conversation {
    let everything = [Role::User, Role::Bot, Role::Agent, Role::System].map(message);
    let user = User {
        id: "user".to_owned(),
        name: Some("Ada".to_owned()),
        tags: BTreeMap::new(),
        role: Role::User,
    };
    Conversation {
        source,
        account: Some("account".to_owned()),
        created_at: Some(Timestamp::now()),
        updated_at: Some(Timestamp::now()),
        channel: Some("webchat".to_owned()),
        title: Some("A choice".to_owned()),
        handover: Some(Handover {
            side: Side::Customer,
            conversation_id: Some("ticket".to_owned()),
            agent: Some("Kari".to_owned()),
            ended: Some("agent-closed-ticket".to_owned()),
        }),
        messages: everything.into(),
        users: Some(vec![user]),
        ..bare()
    }
}

fn bare() -> Conversation {
    Conversation {
        source: Vendor::Botpress,
        account: None,
        id: "sample".to_owned(),
        created_at: None,
        updated_at: None,
        channel: None,
        title: None,
        handover: None,
        tags: BTreeMap::new(),
        messages: vec![Message {
            created_at: None,
            user_id: None,
            author: None,
            text: String::new(),
            options: Vec::new(),
            attachments: Vec::new(),
            ..message(Role::User)
        }],
        users: None,
        states: None,
        reported_count: None,
        fetched_since: None,
        lacks_names: false,
        has_odd_content: false,
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
        attachments: vec![Attachment::new(
            "image".to_owned(),
            "https://example.com/i.png".to_owned(),
            Some("A picture".to_owned()),
        )],
        raw: Some(Record::of_json("{}")),
    }
}
