//! The formats of an export, one file or folder each. A formatter knows bytes, never files.

mod chat;
mod conversations;
mod csv;
mod factory;
mod formatter;
mod heading;
mod html;
mod json;
mod jsonl;
mod kind;
mod list;
mod markdown;
mod messages;
mod options;
pub mod rows;
pub mod singer;
mod template;
mod text;
mod xlsx;

pub use self::csv::guarded;
pub use factory::FormatterFactory;
pub use formatter::{Formatted, Formatter, Neighbours, Outcome, PagedFormatter};
pub use kind::Format;
pub use options::{AgentAs, ChatMedia, Options, RowKind, Separator};
pub use template::Template;
