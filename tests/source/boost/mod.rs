//! boost.ai: what a site is asked, and what its stream becomes.

use crate::support::fake::{Fake, World};
use crate::support::{ids, records};

mod conversation;
mod faults;
mod input;
mod message;
mod odd;
mod request;
mod stream;
mod token;
mod v4;
mod windows;

/// A site with this many conversations of four messages, all with a user's interaction.
fn site(conversations: usize) -> Fake {
    Fake::start(World::new().with_boost(conversations, |_| 4))
}

/// The ids of the site's conversations in its own order.
fn truth(fake: &Fake) -> Vec<String> {
    fake.world()
        .boost
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect()
}

/// The ids of the conversations in an export.
fn conversations(jsonl: &str) -> Vec<String> {
    ids(&records(jsonl)).into_iter().map(|(id, _)| id).collect()
}
