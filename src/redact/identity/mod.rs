//! What a conversation's record knows of its people, and where that stands in its texts.

mod facts;
mod fold;
mod introduced;
mod json;
mod key_cache;
mod known;
mod names;
mod ordinary;
mod variants;

pub use facts::Fact;
pub use fold::fold;
pub use key_cache::KeyCache;
pub use known::Known;
