//! The sources of conversations: two vendors and earlier exports. All of them send the same events.

mod any;
mod batch;
pub mod boost;
pub mod botpress;
mod context;
mod delta;
mod event;
mod id_set;
mod incomplete;
mod options;
mod queue;
mod saved;
mod selection;

pub use any::Source;
pub use context::Context;
pub use delta::{Delta, SharedReader};
pub use event::{Event, FailedConversation, Proof};
pub use id_set::IdSet;
pub use incomplete::Incomplete;
pub use options::Options;
pub use saved::Options as SavedOptions;
pub use selection::{Ids, Selection};
