//! The result of writing a conversation.

/// The result of writing a conversation to a sink.
#[derive(Debug)]
pub enum Written {
    /// It is in the output.
    Yes,
    /// The format leaves it out, for this reason.
    Skipped(&'static str),
    /// It cannot be written in this format. Nothing of it was written, and other conversations can follow.
    Unfit(anyhow::Error),
}
