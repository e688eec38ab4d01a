//! What the fuzz targets in `fuzz/` need, and nobody else.

pub use crate::cli::Cli;
pub use crate::format::{Format, Formatted, Formatter, FormatterFactory};
pub use crate::json::Item;
pub use crate::json::array::{SplitError, Splitter};
pub use crate::model::Conversation;
pub use crate::sink::NameTemplate;
pub use crate::source::boost::{Element, conversation as boost_conversation};
pub use crate::source::botpress::{
    conversation as botpress_conversation, message as botpress_message,
};
pub use crate::time::{Span, TimeStyle, Timestamp, When, Zone};
