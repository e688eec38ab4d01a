//! Botpress Cloud: reads the list of conversations, and fetches the messages of several at once.
//!
//! ```text
//! list pages --> work, in listing order --> `concurrency` workers --> results --> events
//!                                                                     put in order, unless each gets its own file
//! ```

mod active;
mod api;
mod circuit_breaker;
mod export;
mod fetch;
mod filter;
mod handover;
mod increment;
mod list;
mod message;
mod no_match;
mod options;
mod pager;
mod payload;
mod plan;
mod plugin_tags;
mod record_id;
mod seen;
mod send;
mod tickets;
mod user_cache;
mod walk;

pub use export::{Botpress, check};
pub use message::{conversation, message};
pub use options::{Options, Target};
pub use tickets::{Joined, Joiner, Tickets};
