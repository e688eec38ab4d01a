//! What a conversation's record knows of its people, and where that stands in its texts.

mod facts;
mod fold;
mod introduced;
mod json;
mod known;
mod names;
mod ordinary;
mod variants;

pub use facts::{Fact, KeyCache};
pub use fold::fold;
pub use known::Known;
