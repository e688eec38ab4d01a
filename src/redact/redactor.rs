//! Replaces what is personal in texts, and counts what it replaced.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::class::Class;
use super::detect::Detector;
use super::identity::{KeyCache, Known};
use super::options::Options;
use super::plain::Plain;
use super::span::{Kind, Span, leave_out, placeholders, resolve};

/// Replaces what is personal. It is shared by everything that writes.
#[derive(Debug)]
pub struct Redactor {
    /// What is redacted, and how.
    pub(super) options: Options,
    pub(super) detector: Detector,
    keys: Mutex<KeyCache>,
    /// In how many conversations the people are not known.
    unknown: AtomicU64,
    /// How many values of each class were replaced in the output.
    counts: Mutex<BTreeMap<String, u64>>,
}

impl Redactor {
    /// Makes a redactor that has replaced nothing.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let detector = Detector {
            classes: options.classes,
            regions: options.regions.clone(),
        };
        Self {
            options,
            detector,
            keys: Mutex::default(),
            unknown: AtomicU64::new(0),
            counts: Mutex::default(),
        }
    }

    /// Whether the key is for this run alone.
    #[must_use]
    pub fn has_random_key(&self) -> bool {
        self.options.is_random_key
    }

    /// How many values of each class were replaced in the output.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, u64> {
        lock(&self.counts).clone()
    }

    /// In how many conversations the people are not known, because the record has no users.
    #[must_use]
    pub fn unknown_people(&self) -> u64 {
        self.unknown.load(Ordering::Relaxed)
    }

    pub(super) fn note_unknown_people(&self) {
        self.unknown.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn has(&self, class: Class) -> bool {
        self.options.classes.has(class)
    }

    pub(super) fn keys(&self) -> MutexGuard<'_, KeyCache> {
        lock(&self.keys)
    }

    pub(super) fn add_counts(&self, counts: BTreeMap<Kind, u64>) {
        let mut all = lock(&self.counts);
        for (kind, count) in counts {
            let name = match kind {
                Kind::Listed(index) => self.options.list.class(index).to_owned(),
                Kind::User => Class::People.name().to_owned(),
                Kind::Found(class, _) => class.name().to_owned(),
            };
            *all.entry(name).or_default() += count;
        }
    }

    /// What stands for a value.
    pub(super) fn pseudonym(&self, kind: Kind, value: &str) -> String {
        let key = &self.options.key;
        match kind {
            Kind::User => key.of_user(value),
            Kind::Found(_, label) => key.in_text(label, value),
            Kind::Listed(index) => {
                key.in_text(&self.options.list.class(index).to_ascii_uppercase(), value)
            }
        }
    }

    /// What is personal in a text, from left to right. `question` is the message before.
    pub(super) fn spans(&self, known: &Known, text: &str, question: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        if text.is_empty() {
            return spans;
        }
        self.find(known, text, question, &mut spans);
        // The same in plain characters: `Ola%20Nordmann.pdf`, or digits of Japanese width.
        if let Some(plain) = Plain::of(text) {
            let mut found = Vec::new();
            self.find(known, &plain.text, question, &mut found);
            spans.extend(found.into_iter().map(|span| plain.in_original(span)));
        }
        if spans.is_empty() {
            return spans;
        }
        // What is replaced already is not replaced again.
        leave_out(&placeholders(text), &mut spans);
        resolve(spans)
    }

    fn find(&self, known: &Known, text: &str, question: &str, spans: &mut Vec<Span>) {
        self.detector.find(text, question, spans);
        self.options.list.find(text, spans);
        if self.has(Class::People) {
            known.find(text, spans);
            if !self.has(Class::Email) {
                known.find_emails(text, spans);
            }
        }
    }
}

/// A text with its spans replaced.
pub fn replace(text: &str, spans: &[Span], mut pseudonym: impl FnMut(&Span) -> String) -> String {
    let mut replaced = String::with_capacity(text.len() + 16 * spans.len());
    let mut at = 0;
    for span in spans {
        replaced.push_str(&text[at..span.start]);
        replaced.push_str(&pseudonym(span));
        at = span.end;
    }
    replaced.push_str(&text[at..]);
    replaced
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
