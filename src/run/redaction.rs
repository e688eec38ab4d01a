//! What `--redact` does to what a run says: its messages, its summary, and the error that ends it.

use std::sync::Arc;

use anyhow::{Error, Result};

use super::exit::{Exit, Redacted};
use crate::cli::Settings;
use crate::console::Console;
use crate::redact::Redactor;
use crate::report::Summary;
use crate::text::counted;

/// The redactor of a run, if something is to be redacted. From here on the settings tell nothing personal of what was asked
/// for.
pub fn redactor(settings: &mut Settings) -> Option<Arc<Redactor>> {
    let redactor = Arc::new(Redactor::new(settings.redact.take()?));
    settings.asked = redactor.asked(std::mem::take(&mut settings.asked));
    Some(redactor)
}

/// Says that the pseudonyms are for this run alone.
pub fn tell_key(redactor: Option<&Redactor>, console: &Console) {
    if redactor.is_some_and(Redactor::has_random_key) {
        console.notice(
            "the key of the pseudonyms is random, so another run has other ones: --redact-key-file FILE keeps them",
        );
    }
}

/// The result of a run and its summary without what is personal.
///
/// # Errors
/// The error of the run, whose text is redacted.
pub fn redacted(
    worked: Result<Exit>,
    summary: &mut Summary,
    redactor: Option<&Redactor>,
    console: &Console,
) -> Result<Exit> {
    let Some(redactor) = redactor else {
        return worked;
    };
    summary.redact(redactor);
    let unknown = redactor.unknown_people();
    if unknown > 0 {
        console.warn(&format!(
            "{} without users: the names of the people are not known there, so they were not looked for; \
             `convexport botpress --with-users` fetches them",
            counted(unknown, "conversation")
        ));
    }
    worked.map_err(|error| {
        let text = redactor.message(&format!("{error:#}"));
        Error::new(Redacted { text, error })
    })
}
