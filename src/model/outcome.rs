//! What boost.ai's API v4 says of a conversation as a whole. It is in the conversation's tags (docs/boost.md), where other
//! vendors may have tags of the same names.

use serde_json::Value;

use super::conversation::{Conversation, Vendor};

impl Conversation {
    /// The rating of the user, such as `thumbs_up`.
    #[must_use]
    pub fn feedback(&self) -> Option<&str> {
        self.outcome("feedback")?.as_str()
    }

    /// The names of the goals that were reached, or their ids.
    #[must_use]
    pub fn goals(&self) -> &[Value] {
        let goals = self.outcome("goals").and_then(Value::as_array);
        goals.map_or(&[], Vec::as_slice)
    }

    /// How many messages the bot did not understand.
    #[must_use]
    pub fn unknown_answers(&self) -> Option<u64> {
        self.outcome("unknown_answers")?.as_u64()
    }

    /// Whether the bot was to hand the conversation to a human.
    #[must_use]
    pub fn transfer_to_human(&self) -> Option<bool> {
        self.outcome("transfer_to_human")?.as_bool()
    }

    fn outcome(&self, tag: &str) -> Option<&Value> {
        let is_boost = self.source == Vendor::Boost;
        self.tags.get(tag).filter(|_| is_boost)
    }
}
