//! Makes a jsonl export whose words are as frequent as those of a language: the second half as often as the first, and
//! so on (Zipf's law).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::json;

/// How many different words there are.
const WORDS: usize = 30_000;
const WORDS_PER_MESSAGE: usize = 9;
const MESSAGES_PER_CONVERSATION: usize = 20;
const SYLLABLES: [&str; 32] = [
    "ka", "re", "mi", "to", "su", "lo", "ne", "va", "pi", "du", "gro", "sta", "fel", "hund", "per",
    "tal", "nor", "bek", "vis", "ang", "ol", "ish", "ter", "qua", "zen", "fy", "my", "tra", "ble",
    "con", "ex", "um",
];

/// The word of a rank. Different ranks have different words.
pub fn word(rank: usize) -> String {
    let (mut rest, mut word) = (rank + SYLLABLES.len(), String::new());
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

/// Different words of any rank.
pub fn sample(count: usize) -> Vec<String> {
    let mut rng = Rng::with_seed(11);
    rng.choose_multiple(0..WORDS, count)
        .into_iter()
        .map(word)
        .collect()
}

/// Writes an export with this many messages.
pub fn write(path: &Path, messages: usize) -> io::Result<()> {
    let mut rng = Rng::with_seed(5);
    let vocabulary: Vec<_> = (0..WORDS).map(word).collect();
    let mut out = BufWriter::new(File::create(path)?);
    for conversation in 0..messages.div_ceil(MESSAGES_PER_CONVERSATION) {
        let records: Vec<_> = (0..MESSAGES_PER_CONVERSATION)
            .map(|number| message(&mut rng, &vocabulary, conversation, number))
            .collect();
        let id = conversation.to_string();
        let line = json!({"source": "botpress", "account": "bench", "id": id, "created_at": time(conversation, 0),
            "updated_at": null, "channel": "webchat", "tags": {}, "messages": records, "raw": {"id": id}});
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn message(
    rng: &mut Rng,
    vocabulary: &[String],
    conversation: usize,
    number: usize,
) -> serde_json::Value {
    // The logarithm of the rank is spread evenly, so that a rank twice as high is half as frequent.
    let highest = f64::from(u32::try_from(WORDS).unwrap_or(u32::MAX)).ln();
    let mut pick = || {
        let rank = (rng.f64() * highest).exp();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a small positive number"
        )]
        vocabulary[(rank as usize).min(WORDS) - 1].as_str()
    };
    let text = (0..WORDS_PER_MESSAGE)
        .map(|_| pick())
        .collect::<Vec<_>>()
        .join(" ");
    let id = format!("{conversation}-{number}");
    let (at, role) = (time(conversation, number), ["bot", "user"][number % 2]);
    let raw = json!({"id": id, "createdAt": at, "conversationId": conversation.to_string(),
        "payload": {"text": text}, "tags": {}, "userId": "0b07b07b-0000-4000-8000-00000000b070", "type": "text"});
    json!({"id": id, "created_at": at, "role": role, "user_id": null, "author": null, "type": "text", "text": text,
        "options": [], "attachments": [], "raw": raw})
}

/// Conversations begin a quarter of an hour apart, and have a message every twenty seconds.
fn time(conversation: usize, number: usize) -> String {
    let seconds = i64::try_from(conversation * 900 + number * 20).unwrap_or(0);
    let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(19_000) + TimeDelta::seconds(seconds);
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
