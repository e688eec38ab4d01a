//! National numbers of people. `docs/redaction.md` lists the countries, and what each number is checked by.

mod checksum;
mod lettered;
mod plain;

use super::digits::Run;
use crate::redact::span::Span;

/// Finds the national numbers of a run. `question` is the message before.
pub fn find(run: &Run, question: &str, spans: &mut Vec<Span>) {
    plain::find(run, question, spans);
    lettered::find(run, spans);
}
