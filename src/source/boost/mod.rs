//! boost.ai: one POST to Export API v3, whose answer is a long stream.
//!
//! ```text
//! network task --> chunks --> gunzip thread --> blocks --> parsing thread: splitter, elements --> events
//! ```

mod auth;
mod chunks;
mod content;
mod conversation;
mod element;
mod export;
mod message;
mod options;
mod query;
mod session;
mod site;
mod stream;
mod stream_error;
mod windows;

pub use conversation::conversation;
pub use element::Element;
pub use export::{Boost, check};
pub use options::{Credentials, Options, Origin, Request, Target, account};
