//! What the fuzz targets in `fuzz/` need, and nobody else.

use serde_json::value::RawValue;

use crate::format::Options;
use crate::format::singer::Catalog;
use crate::model::Message;
use crate::source::{boost, botpress};
use crate::time::DEFAULT_FORMAT;

pub use crate::format::{Format, Formatted, Formatter, FormatterFactory};
pub use crate::json::Item;
pub use crate::json::array::{SplitError, Splitter};
pub use crate::model::Conversation;
pub use crate::sink::NameTemplate;
pub use crate::source::boost::Element;
pub use crate::source::botpress::conversation as botpress_conversation;
pub use crate::time::{Span, TimeStyle, Timestamp, When, Zone};

/// Reads the conversation of an element of boost.ai's stream, of either version.
///
/// # Errors
/// When a field is missing or has the wrong type; the error names it.
pub fn boost_conversation(element: &mut Element, keep_raw: bool) -> anyhow::Result<Conversation> {
    boost::conversation(element, keep_raw, None)
}

/// Reads a message of Botpress.
///
/// # Errors
/// When a field has the wrong type; the error names it.
pub fn botpress_message(record: &RawValue, keep_raw: bool) -> anyhow::Result<Message> {
    botpress::message(record, keep_raw).map(|(message, _)| message)
}

/// A factory for a format whose options all have their defaults.
///
/// # Panics
/// Never: the default format of times is one.
#[must_use]
pub fn formatter_factory(format: Format) -> FormatterFactory {
    FormatterFactory::new(Options {
        format,
        times: TimeStyle::new(Zone::UTC, DEFAULT_FORMAT).expect("the default is a format"),
        template: None,
        excel: None,
        rows: crate::format::RowKind::default(),
        system: None,
        agent_as: crate::format::AgentAs::default(),
        chat_media: crate::format::ChatMedia::default(),
        catalog: Catalog::everything(),
        remote_media: false,
        local_media: false,
        asked: serde_json::Value::Null,
    })
}
