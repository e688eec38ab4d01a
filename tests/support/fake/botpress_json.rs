//! Writes JSON as Botpress does.

use super::world::{Conversation, State, User};
use super::{data, time};

/// An error as the vendor writes it.
pub fn error_json(code: u16, message: &str) -> String {
    let kind = match code {
        400 => "InvalidQuery",
        401 => "Unauthorized",
        402 => "PaymentRequired",
        403 => "Forbidden",
        404 => "ResourceNotFound",
        408 | 504 => "OperationTimeout",
        410 => "ResourceGone",
        413 => "LimitExceeded",
        429 => "RateLimited",
        500 => "Internal",
        _ => "Unknown",
    };
    if code == 429 {
        return format!(
            r#"{{"type":"{kind}","description":{},"status":429}}"#,
            quote(message)
        );
    }
    format!(
        r#"{{"id":"err_{code}x{:08x}","code":{code},"type":"{kind}","message":{}}}"#,
        message.len(),
        quote(message)
    )
}

pub fn conversation_json(known: &Conversation) -> String {
    let mut members = vec![
        ("id", quote(&known.id)),
        ("createdAt", quote(&time::utc(known.created_at))),
        ("updatedAt", quote(&time::utc(known.updated_at))),
        ("channel", quote(&known.channel)),
        ("integration", quote(&known.integration)),
        ("tags", tags_json(&known.tags)),
    ];
    members.extend(
        known
            .message_count
            .map(|count| ("messageCount", count.to_string())),
    );
    let extra = known
        .extra
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()));
    members.extend(extra);
    object(&members)
}

/// A JSON object of raw values.
fn object(members: &[(&str, String)]) -> String {
    let members = members.iter();
    let members: Vec<String> = members
        .map(|(name, value)| format!("{}:{value}", quote(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

pub fn user_json(user: &User) -> String {
    let at = time::utc(user.created_at);
    let name = user.name.as_deref().map(quote);
    let name = name.map_or(String::new(), |name| format!(r#","name":{name}"#));
    format!(
        r#"{{"id":{},"createdAt":"{at}","updatedAt":"{at}","tags":{}{name}}}"#,
        quote(&user.id),
        tags_json(&user.tags),
    )
}

pub fn state_json(state: &State, bot: &str) -> String {
    let at = quote(&time::utc(time::REFERENCE));
    let id = data::uuid(&format!("{}/{}/{}", state.kind, state.id, state.name), 0);
    let members = [
        ("id", quote(&id)),
        ("createdAt", at.clone()),
        ("updatedAt", at),
        ("botId", quote(bot)),
        ("type", quote(&state.kind)),
        ("name", quote(&state.name)),
        ("payload", state.payload.clone()),
    ];
    let state = object(&members);
    format!(r#"{{"state":{state},"meta":{{"cached":false}}}}"#)
}

fn tags_json(tags: &[(String, String)]) -> String {
    let members = tags
        .iter()
        .map(|(name, value)| format!("{}:{}", quote(name), quote(value)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// A JSON string.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
