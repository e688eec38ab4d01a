//! API v4: what a site is asked, and what its answer becomes. The expected values are made by hand from what is known of
//! it (vendors/boost-v4.md).

use serde_json::{Value, json};

use crate::support::fake::{Fake, World};
use crate::support::{convexport, records};

mod conversation;
mod faults;
mod names;
mod odd;
mod request;
mod same;
mod versions;

/// A site that has API v4 alone, with this many conversations of four messages.
fn site(conversations: usize) -> Fake {
    let fake = Fake::start(World::new().with_boost(conversations, |_| 4));
    fake.world().boost.speak(&["v4"]);
    fake
}

/// The conversations of a saved answer.
fn read(answer: &Value) -> Vec<Value> {
    let run = convexport("boost --input - -f jsonl").stdin(&answer.to_string());
    records(&run.stdout())
}

/// A conversation with one session of these messages.
fn talk(id: u64, messages: &Value) -> Value {
    json!({"id": id, "environment": "live", "sessions": [{"id": id * 10, "messages": messages}]})
}
