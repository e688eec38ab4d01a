//! boost.ai: one POST to its Export API, whose answer is a long stream. `v4/` has what differs in the newer version.
//!
//! ```text
//! network task --> chunks --> gunzip thread --> blocks --> parsing thread: splitter, elements --> events
//! ```

mod api;
mod auth;
mod chunks;
mod content;
mod conversation;
mod element;
mod export;
mod message;
mod options;
mod query;
mod refused;
mod session;
mod site;
mod stream;
mod stream_error;
mod tally;
mod v4;
mod windows;

pub use api::Api;
pub use conversation::conversation;
pub use element::Element;
pub use export::{Boost, check};
pub use options::{Credentials, Options, Origin, Request, Target, Version, account};
pub use v4::check_flags;
