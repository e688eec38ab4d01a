//! The faults of an export stream. A fault changes the script of the stream before it is written, or replaces the whole
//! answer.

use super::answer::{Answer, Delivery, Ending};
use super::boost::error_json;
use super::boost_stream::{Piece, Script, Tail};
use super::botpress_json::quote;
use super::fault::{PORTAL, When};
use super::gate::Gate;

/// A fault, and the export requests that it applies to (counted from 1).
#[derive(Debug)]
pub struct BoostRule {
    when: When,
    fault: BoostFault,
    seen: usize,
}

/// A way in which a stream can fail. Counts are numbers of conversations. Indices begin at 0, and have no effect when
/// there is no such conversation.
#[derive(Debug, Clone)]
pub enum BoostFault {
    /// Instead of a stream, this status with the vendor's error object.
    Status(u16),
    /// Instead of a stream, a web page with status 200.
    Html,
    /// Instead of a stream, a reset.
    Reset,
    /// Instead of a stream, nothing, on an open connection.
    Hang,
    /// After N conversations, an error element and then `]`.
    ErrorAfter(usize),
    NoPostQueryInfo,
    NoClosingBracket,
    /// The last N compressed bytes are missing. 8 removes only the checksum.
    CutGzip(usize),
    BadGzipCrc,
    /// N conversations and half of the next one, then a reset.
    ResetAfter(usize),
    /// Like `ResetAfter`, but the connection is closed properly, without a last chunk.
    CloseAfter(usize),
    /// Like `ResetAfter`, but the body ends as if it were complete.
    EndAfter(usize),
    /// Like `ResetAfter`, but the connection stays open and nothing more comes.
    StallAfter(usize),
    /// After N conversations, nothing more comes until the test opens the gate.
    HoldAfter(usize, Gate),
    /// `PostQueryInfo` has this wrong count.
    WrongCount(usize),
    /// After N conversations, text that is not JSON, and nothing more.
    GarbageAfter(usize),
    /// The `messages` of this conversation, in v4 its `sessions`, are a string.
    Malformed(usize),
    /// This conversation is not JSON, although its brackets match.
    NotJson(usize),
    /// An element of a new type after every conversation.
    UnknownBetween,
    /// After N conversations, one more whose question has this many bytes.
    Huge {
        after: usize,
        bytes: usize,
    },
    /// This text comes after `]`.
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

    /// Counts a request. Returns the fault when it applies to this request.
    pub fn fire(&mut self) -> Option<&BoostFault> {
        self.seen += 1;
        self.when.fires(self.seen).then_some(&self.fault)
    }
}

impl BoostFault {
    /// The answer that replaces the stream. Returns `None` when the fault changes the stream instead.
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

    /// Applies the fault to a stream.
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
            Self::Malformed(index) if script.is_v4 => replace(script, *index, |id| {
                format!(r#"{{"id":{id},"environment":"live","sessions":"none"}}"#)
            }),
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

/// The position of a conversation among the pieces, by its index. Returns the end when there is no such conversation.
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
    let end = if script.is_v4 {
        r#"{"id":1,"sessions":[{"#
    } else {
        r#"{"type":"post_query_info","#
    };
    let next = next.unwrap_or(end);
    // Some halves end inside a character, as can happen when a connection breaks.
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
