//! What was found in a text, and how it is replaced.

use std::collections::BTreeMap;

use super::class::Class;
use super::pseudonym::is_digest;

/// A part of a text that is personal.
#[derive(Clone, Debug)]
pub struct Span {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// The value in its normal form, which is the same however people write it.
    pub value: String,
}

/// What a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something of the user's own list, by its class there.
    Listed(usize),
    /// The id of somebody.
    User,
    /// A class, with the word that its pseudonyms have.
    Found(Class, &'static str),
}

impl Span {
    /// Makes a span of a class.
    pub fn new(
        (start, end): (usize, usize),
        class: Class,
        label: &'static str,
        value: impl Into<String>,
    ) -> Self {
        Self {
            start,
            end,
            kind: Kind::Found(class, label),
            value: value.into(),
        }
    }

    /// Whether its shape alone says what it is, without a checksum or a strict format.
    fn is_weak(&self) -> bool {
        matches!(
            self.kind,
            Kind::Found(Class::Phone | Class::BirthDate | Class::Coordinates, _)
        )
    }
}

/// Drops the spans that touch one of these places. A span around a whole place stays: an address with a token may have a
/// placeholder in it.
pub fn leave_out(places: &[(usize, usize)], spans: &mut Vec<Span>) {
    spans.retain(|span| {
        let first = places.partition_point(|(_, end)| *end <= span.start);
        places[first..]
            .iter()
            .take_while(|(start, _)| *start < span.end)
            .all(|(start, end)| {
                span.start <= *start && *end <= span.end && end - start < span.end - span.start
            })
    });
}

/// Keeps the spans that do not overlap, from left to right. Of those that overlap the sure one stays, then the longest,
/// then the one whose class comes first.
pub fn resolve(mut spans: Vec<Span>) -> Vec<Span> {
    if spans.len() > 1 {
        spans.sort_by_key(|span| (span.is_weak(), span.start.wrapping_sub(span.end), span.kind));
    }
    let mut kept: BTreeMap<usize, Span> = BTreeMap::new();
    for span in spans {
        // Of those that are kept, the last one that begins before this one ends.
        let before = kept.range(..span.end).next_back();
        if before.is_none_or(|(_, before)| before.end <= span.start) {
            kept.insert(span.start, span);
        }
    }
    kept.into_values().collect()
}

/// The placeholders that an earlier redaction left in a text: `[EMAIL-7f3a9c]`.
pub fn placeholders(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let opens = memchr::memchr_iter(b'[', bytes);
    opens
        .filter_map(|start| {
            let end = start + memchr::memchr(b']', &bytes[start..bytes.len().min(start + 64)])? + 1;
            let (label, digits) = text.get(start + 1..end - 1)?.rsplit_once('-')?;
            let is_part =
                |byte: u8| byte.is_ascii_uppercase() || byte == b'-' || byte.is_ascii_digit();
            let is_label =
                label.starts_with(|c: char| c.is_ascii_uppercase()) && label.bytes().all(is_part);
            (is_label && is_digest(label, digits)).then_some((start, end))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Span, placeholders, resolve};
    use crate::redact::class::Class;

    #[test]
    fn of_spans_that_overlap_the_sure_one_stays_then_the_longest() {
        let span = |start, end, class| Span::new((start, end), class, "X", "");
        let spans = vec![
            span(0, 20, Class::Phone),
            span(5, 16, Class::NationalId),
            span(8, 12, Class::Card),
            span(30, 40, Class::Phone),
        ];
        let kept: Vec<_> = resolve(spans)
            .iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(kept, [(5, 16), (30, 40)]);
    }

    #[test]
    fn placeholders_are_found_as_they_are_written() {
        assert_eq!(
            placeholders("a [EMAIL-7f3a9c] b [x-1] [NATIONAL-ID-00aa11]"),
            [(2, 16), (25, 45)]
        );
        assert_eq!(placeholders("[USER-0123456789abcdef]"), [(0, 23)]);
        // What people write in brackets is none.
        for text in ["[030-901820]", "[TLF-22334455]", "[CARD-4111111111111111]"] {
            assert!(placeholders(text).is_empty(), "{text}");
        }
    }
}
