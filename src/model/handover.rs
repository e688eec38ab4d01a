//! The talk with a human agent to whom a bot handed a conversation over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A talk with a human agent. Botpress keeps it in two conversations: the customer's, and the ticket that the agent sees
/// (vendors/botpress.md, Human handover).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handover {
    /// Which of the two conversations this one is.
    pub side: Side,
    /// The id of the other one, if it is known. Of several talks in one conversation it is the last one's.
    pub conversation_id: Option<String>,
    /// The name of the agent, if it is known. Of several agents it is the last one's.
    pub agent: Option<String>,
    /// Why the talk ended, in the vendor's word (`agent-closed-ticket`). Null while it goes on, or if nobody says.
    pub ended: Option<String>,
}

/// Which of the two conversations of a handover it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The customer talks to the bot and the agent.
    Customer,
    /// The agent talks to the customer.
    Ticket,
}
