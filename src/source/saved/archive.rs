//! Reads an archive, one conversation at a time.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;

use super::media;
use super::wanted::Wanted;
use crate::archive::{self, Filter, Reader};
use crate::source::batch::BatchSender;
use crate::source::event::Event;
use crate::source::incomplete::Incomplete;
use crate::text::counted;

/// Says how many conversations of an archive are selected. A search would take as long as reading.
pub fn tell_count(path: &Path, filter: &Filter, limit: u64, batch: &mut BatchSender) {
    if filter.search.is_some() {
        return;
    }
    let count = Reader::open(path).and_then(|reader| reader.count(filter));
    // What is wrong with the archive is told when it is read.
    if let Ok(count) = count {
        batch.send(Event::Expect(count.min(limit)));
    }
}

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
    let folder = filter.media.then(|| archive::media_folder(path));
    let read = reader.each(filter, |mut conversation, size| {
        media::place(&mut conversation, folder.as_deref());
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
