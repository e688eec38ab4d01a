//! What became of a conversation.

/// What became of a conversation that was handed to a sink.
#[derive(Debug)]
pub enum Written {
    /// It is in the output.
    Yes,
    /// The format has no place for it, for this reason.
    Skipped(&'static str),
    /// It cannot be written in this format. Nothing was written of it, and others can follow.
    Unfit(anyhow::Error),
}
