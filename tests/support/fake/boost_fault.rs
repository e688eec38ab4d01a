//! What can be wrong with an export stream. A fault edits the script of the stream before it is
//! written, or stands in for the whole answer.

use super::answer::{Answer, Delivery, Ending};
use super::boost::error_json;
use super::boost_stream::{Piece, Script, Tail};
use super::botpress_json::quote;
use super::fault::{PORTAL, When};
use super::gate::Gate;

/// A fault, and for which of the export requests (counted from 1).
#[derive(Debug)]
pub struct BoostRule {
    when: When,
    fault: BoostFault,
    seen: usize,
}

/// Counts are of conversations; indices begin at 0 and must exist to have an effect.
#[derive(Debug, Clone)]
pub enum BoostFault {
    /// No stream: this status with the vendor's error object.
    Status(u16),
    /// No stream: a web page under 200.
    Html,
    /// No stream: a reset.
    Reset,
    /// No stream: silence.
    Hang,
    /// After so many conversations an error element, then `]`.
    ErrorAfter(usize),
    NoPostQueryInfo,
    NoClosingBracket,
    /// The last so many compressed bytes are missing; 8 leave all the data but not its checksum.
    CutGzip(usize),
    BadGzipCrc,
    /// So many conversations and half the next one, then a reset.
    ResetAfter(usize),
    /// The same, but the connection is closed in order, without a last chunk.
    CloseAfter(usize),
    /// The same, but the body ends as if it were whole.
    EndAfter(usize),
    /// The same, then silence.
    StallAfter(usize),
    /// After so many conversations nothing more, until the test opens the gate.
    HoldAfter(usize, Gate),
    /// `PostQueryInfo` counts this many.
    WrongCount(usize),
    /// After so many conversations something that is no JSON, and nothing more.
    GarbageAfter(usize),
    /// This conversation's `messages` are a string.
    Malformed(usize),
    /// This conversation is no JSON, though its brackets match.
    NotJson(usize),
    /// An element of a new type after every conversation.
    UnknownBetween,
    /// After so many conversations one more, with a question of so many bytes.
    Huge {
        after: usize,
        bytes: usize,
    },
    /// Text after `]`.
    Trailing(String),
}

impl BoostRule {
    pub fn new(when: When, fault: BoostFault) -> Self {
        Self {
            when,
            fault,
            seen: 0,
        }
    }

    /// Counts a request; the fault when it is this one's turn.
    pub fn fire(&mut self) -> Option<&BoostFault> {
        self.seen += 1;
        self.when.fires(self.seen).then_some(&self.fault)
    }
}

impl BoostFault {
    /// The answer of the faults that come before any stream.
    pub fn instead(&self) -> Option<Answer> {
        let silent = |delivery| Some(Answer::json(200, "").delivered(delivery));
        match self {
            Self::Status(code) => {
                let error = error_json("This failure was ordered by a test.");
                Some(Answer::json(*code, error))
            }
            Self::Html => Some(Answer::new(200, "text/html; charset=utf-8", PORTAL)),
            Self::Reset => silent(Delivery::Reset),
            Self::Hang => silent(Delivery::Hang),
            _ => None,
        }
    }

    /// Works the fault into a stream.
    pub fn spoil(&self, script: &mut Script, tail: &mut Tail) {
        match self {
            Self::ErrorAfter(count) => error_after(script, *count),
            Self::NoPostQueryInfo => script.count = None,
            Self::NoClosingBracket => script.closed = false,
            Self::CutGzip(bytes) => *tail = Tail::Cut(*bytes),
            Self::BadGzipCrc => *tail = Tail::BadCrc,
            Self::ResetAfter(count) => break_after(script, *count, Ending::Reset),
            Self::CloseAfter(count) => break_after(script, *count, Ending::Close),
            Self::EndAfter(count) => break_after(script, *count, Ending::Finish),
            Self::StallAfter(count) => break_after(script, *count, Ending::Stall),
            Self::HoldAfter(count, gate) => {
                let at = place(script, *count);
                script.pieces.insert(at, Piece::Gate(gate.clone()));
            }
            Self::WrongCount(count) => script.count = Some(*count),
            Self::GarbageAfter(count) => garbage_after(script, *count),
            Self::Malformed(index) => replace(script, *index, |id| {
                format!(r#"{{"type":"conversation","id":{id},"messages":"none"}}"#)
            }),
            Self::NotJson(index) => replace(script, *index, |id| {
                format!(r#"{{"type":"conversation","id":{id},oops:[no json]}}"#)
            }),
            Self::UnknownBetween => unknown_between(script),
            Self::Huge { after, bytes } => huge(script, *after, *bytes),
            Self::Trailing(text) => script.trailing.clone_from(text),
            Self::Status(_) | Self::Html | Self::Reset | Self::Hang => {}
        }
    }
}

/// Where the conversation of this index stands among the pieces, or the end of them.
fn place(script: &Script, index: usize) -> usize {
    let pieces = script.pieces.iter().enumerate();
    let mut conversations = pieces.filter(|(_, piece)| piece.is_conversation());
    conversations
        .nth(index)
        .map_or(script.pieces.len(), |(at, _)| at)
}

fn error_after(script: &mut Script, count: usize) {
    script.pieces.truncate(place(script, count));
    let error = error_json("The database went away.");
    script.pieces.push(Piece::Other(error));
    script.count = None;
}

fn break_after(script: &mut Script, count: usize, ending: Ending) {
    let at = place(script, count);
    let next = script.pieces.get(at).and_then(Piece::text);
    let next = next.unwrap_or(r#"{"type":"post_query_info","#);
    // Some halves end inside a character, as real cuts do.
    let half = next.as_bytes()[..next.len() / 2].to_vec();
    script.pieces.truncate(at);
    script.pieces.push(Piece::Bytes(half));
    script.count = None;
    script.closed = false;
    script.ending = ending;
}

fn garbage_after(script: &mut Script, count: usize) {
    script.pieces.truncate(place(script, count));
    let garbage = b"<<< \xff\xfe upstream error } ] \" {[".to_vec();
    script.pieces.push(Piece::Bytes(garbage));
    script.count = None;
    script.closed = false;
}

fn replace(script: &mut Script, index: usize, text: impl Fn(&str) -> String) {
    let at = place(script, index);
    if let Some(piece) = script.pieces.get_mut(at) {
        let id = piece.id().unwrap_or_else(|| "0".to_owned());
        *piece = Piece::Conversation(text(&id).into());
    }
}

fn unknown_between(script: &mut Script) {
    let pieces = std::mem::take(&mut script.pieces);
    for (number, piece) in pieces.into_iter().enumerate() {
        script.pieces.push(piece);
        let odd = match number % 3 {
            0 => format!(r#"{{"type":"progress_info","done":{number}}}"#),
            1 => r#"{"heartbeat":true}"#.to_owned(),
            _ => quote("a bare string ] , [ \"quoted\""),
        };
        script.pieces.push(Piece::Other(odd));
    }
}

fn huge(script: &mut Script, after: usize, bytes: usize) {
    let at = place(script, after);
    script.pieces.insert(at, Piece::Huge(bytes));
    script.announced += 1;
    script.count = script.count.map(|count| count + 1);
}
