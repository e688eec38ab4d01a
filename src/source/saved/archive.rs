//! Reads an archive, one conversation at a time.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;

use super::wanted::Wanted;
use crate::archive::{Filter, Reader};
use crate::source::batch::BatchSender;
use crate::source::incomplete::Incomplete;
use crate::text::counted;

/// Sends the selected conversations of an archive. Returns false when no more are wanted.
///
/// # Errors
/// When the archive cannot be read. What could be read is sent.
pub fn read(
    path: &Path,
    filter: &Filter,
    wanted: &mut Wanted,
    batch: &mut BatchSender,
) -> Result<bool> {
    let reader = Reader::open(path)?;
    let mut came = 0;
    let mut goes_on = true;
    let read = reader.each(filter, |conversation, size| {
        came += 1;
        wanted.note_found(&conversation.id);
        let received = batch.push(conversation, size);
        goes_on = wanted.note_sent() && received;
        if goes_on {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    match read {
        Ok(()) => Ok(goes_on),
        Err(error) => Err(Incomplete(format!(
            "could not read all of {}: {error:#} (after {})",
            path.display(),
            counted(came, "conversation")
        ))
        .into()),
    }
}
