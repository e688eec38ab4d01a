//! Writes an export stream: the script of its elements, indentation, gzip and chunks.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Chunks, Ending};
use super::gate::Gate;

/// What a stream has, and how it ends.
pub struct Script {
    pub pieces: Vec<Piece>,
    /// The count of `QueryInfo`.
    pub announced: usize,
    /// The count of `PostQueryInfo`. `None` leaves out `PostQueryInfo`.
    pub count: Option<usize>,
    pub closed: bool,
    /// Whether the elements are those of v4, in which neither `QueryInfo` nor `PostQueryInfo` is known.
    pub is_v4: bool,
    /// The text after `]`.
    pub trailing: String,
    pub ending: Ending,
}

/// An element of the array, or something in its place.
pub enum Piece {
    Conversation(Arc<str>),
    /// A conversation with one question of this many bytes, which is never kept in memory as a whole.
    Huge(usize),
    /// An element that is not a conversation.
    Other(String),
    /// Bytes that are not an element.
    Bytes(Vec<u8>),
    /// Everything before it is sent, and everything after it waits until it is open.
    Gate(Gate),
}

impl Script {
    /// A stream without faults.
    pub fn new(conversations: Vec<Arc<str>>) -> Self {
        Self {
            announced: conversations.len(),
            count: Some(conversations.len()),
            pieces: conversations.into_iter().map(Piece::Conversation).collect(),
            closed: true,
            is_v4: false,
            trailing: String::new(),
            ending: Ending::Finish,
        }
    }

    fn write(&self, info: Option<&str>, pretty: bool, out: &mut impl Write) -> io::Result<()> {
        let gap = if pretty { "\n " } else { "" };
        let last = self.count.map(post_query_info).map(Piece::Other);
        let shown = |text: &str| {
            if pretty {
                indent(text)
            } else {
                text.to_owned()
            }
        };
        write!(out, "[")?;
        if let Some(info) = info {
            write!(out, "{gap}{}", shown(info))?;
        }
        let mut separator = if info.is_some() { "," } else { "" };
        for piece in self.pieces.iter().chain(&last) {
            if let Piece::Gate(gate) = piece {
                out.flush()?;
                gate.pass();
                continue;
            }
            write!(out, "{separator}{gap}")?;
            separator = ",";
            match piece {
                Piece::Conversation(text) => out.write_all(shown(text).as_bytes())?,
                Piece::Other(text) => out.write_all(shown(text).as_bytes())?,
                Piece::Bytes(bytes) => out.write_all(bytes)?,
                Piece::Huge(bytes) => write_huge(*bytes, self.is_v4, out)?,
                Piece::Gate(_) => {}
            }
        }
        if self.closed {
            write!(out, "{}]", gap.trim_end_matches(' '))?;
        }
        write!(out, "{}", self.trailing)
    }
}

impl Piece {
    pub fn is_conversation(&self) -> bool {
        matches!(self, Self::Conversation(_) | Self::Huge(_))
    }

    /// The text of an element. Returns `None` for pieces that are not kept as text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Conversation(text) => Some(text),
            Self::Other(text) => Some(text),
            Self::Huge(_) | Self::Bytes(_) | Self::Gate(_) => None,
        }
    }

    /// The conversation's id, as raw JSON.
    pub fn id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Wire {
            id: Value,
        }
        let wire: Wire = serde_json::from_str(self.text()?).ok()?;
        Some(wire.id.to_string())
    }
}

fn post_query_info(count: usize) -> String {
    let seconds = r#""query_seconds":0.0158,"total_seconds":0.869,"serialization_seconds":0.853"#;
    format!(r#"{{"type":"post_query_info",{seconds},"conversations":{count}}}"#)
}

/// Writes a huge conversation. Its times are in the last day of the generated data.
fn write_huge(bytes: usize, is_v4: bool, out: &mut impl Write) -> io::Result<()> {
    let times = r#"{"created":"2026-11-20T10:00:00.000000+01:00","last_message_created":"2026-11-20T10:00:01.000000+01:00"}"#;
    let message = r#"{"id":9999991,"time":"2026-11-20T10:00:01.000000+01:00","is_human_chat":false,"type":"question","question":{"type":"question_analysis","input":""#;
    let session =
        r#"{"id":99,"messages":[{"id":9999991,"is_customer":true,"x":{"original_question":""#;
    if is_v4 {
        write!(
            out,
            r#"{{"id":9999990,"environment":"live","sessions":[{session}"#
        )?;
    } else {
        write!(
            out,
            r#"{{"type":"conversation","id":9999990,"environment":"live","time":{times},"messages":[{message}"#
        )?;
    }
    let block = [b'x'; 8192];
    let mut left = bytes;
    while left > 0 {
        let now = left.min(block.len());
        out.write_all(&block[..now])?;
        left -= now;
    }
    out.write_all(if is_v4 {
        &br#""}}]}]}"#[..]
    } else {
        br#""}}]}"#
    })
}

/// Indents a JSON text. Numbers and escapes stay as they are.
fn indent(text: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 1_usize, false, false);
    for letter in text.chars() {
        let structural = !quoted;
        if structural && matches!(letter, '}' | ']') {
            depth = depth.saturating_sub(1);
            out += "\n";
            out += &" ".repeat(depth);
        }
        out.push(letter);
        if structural && matches!(letter, '{' | '[' | ',') {
            depth += usize::from(letter != ',');
            out += "\n";
            out += &" ".repeat(depth);
        }
        if structural && letter == ':' {
            out.push(' ');
        }
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && letter == '\\' && !escaped;
    }
    out
}

/// How a script is encoded.
pub struct Wrapping {
    pub chunk: usize,
    pub drip: Duration,
    pub pretty: bool,
    pub gzip: bool,
    pub member: usize,
    pub tail: Tail,
}

/// The end of a gzip stream.
#[derive(Debug, Clone, Copy)]
pub enum Tail {
    Whole,
    /// The last N bytes are missing.
    Cut(usize),
    BadCrc,
}

impl Wrapping {
    /// Writes a stream.
    pub fn write(
        &self,
        info: Option<&str>,
        script: &Script,
        chunks: &mut Chunks<'_>,
    ) -> io::Result<Ending> {
        chunks.size = self.chunk.max(1);
        chunks.pause = self.drip;
        if !self.gzip {
            script.write(info, self.pretty, chunks)?;
            return Ok(script.ending);
        }
        let mut zipper = Zipper::new(chunks, self.member, self.tail);
        script.write(info, self.pretty, &mut zipper)?;
        if script.ending == Ending::Finish {
            zipper.finish(self.tail)?;
        } else {
            zipper.abandon()?;
        }
        Ok(script.ending)
    }
}

/// Compresses into gzip members with a fixed number of bytes of text each. A member may end inside a character.
struct Zipper<'a, 'b> {
    encoder: GzEncoder<HoldBack<'a, 'b>>,
    member: usize,
    inside: usize,
}

impl<'a, 'b> Zipper<'a, 'b> {
    fn new(chunks: &'a mut Chunks<'b>, member: usize, tail: Tail) -> Self {
        let length = match tail {
            Tail::Cut(bytes) => bytes,
            Tail::Whole | Tail::BadCrc => CHECKSUMS,
        };
        let out = HoldBack {
            out: Some(chunks),
            held: Vec::new(),
            length,
        };
        Self {
            encoder: GzEncoder::new(out, Compression::fast()),
            member,
            inside: 0,
        }
    }

    fn next_member(&mut self) -> io::Result<()> {
        self.encoder.try_finish()?;
        let out = self.encoder.get_mut();
        let next = HoldBack {
            out: out.out.take(),
            held: std::mem::take(&mut out.held),
            length: out.length,
        };
        self.encoder = GzEncoder::new(next, Compression::fast());
        self.inside = 0;
        Ok(())
    }

    fn finish(mut self, tail: Tail) -> io::Result<()> {
        self.encoder.try_finish()?;
        let out = self.encoder.get_mut();
        match tail {
            Tail::Whole => {}
            Tail::Cut(_) => out.held.clear(),
            Tail::BadCrc => {
                let at = out.held.len() - CHECKSUMS;
                out.held[at] ^= 0xff;
            }
        }
        out.release(0)
    }

    /// Sends what was written so far, without the end of the compressed stream.
    fn abandon(mut self) -> io::Result<()> {
        self.encoder.flush()?;
        self.encoder.get_mut().release(0)?;
        // The encoder writes the end when it is dropped. Without `out`, that end is discarded.
        self.encoder.get_mut().out = None;
        Ok(())
    }
}

impl Write for Zipper<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = match self.member {
            0 => bytes.len(),
            member => bytes.len().min(member - self.inside),
        };
        self.encoder.write_all(&bytes[..room])?;
        self.inside += room;
        if self.member > 0 && self.inside == self.member {
            self.next_member()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()?;
        let out = self.encoder.get_mut();
        out.release(0)?;
        out.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// The size of the CRC and the length at the end of a gzip member.
const CHECKSUMS: usize = 8;

/// Holds back the most recent bytes, so that they can be changed when they are the last ones.
struct HoldBack<'a, 'b> {
    /// `None` discards everything.
    out: Option<&'a mut Chunks<'b>>,
    held: Vec<u8>,
    length: usize,
}

impl HoldBack<'_, '_> {
    /// Sends all but the last `keep` bytes.
    fn release(&mut self, keep: usize) -> io::Result<()> {
        let ripe = self.held.len().saturating_sub(keep);
        let bytes: Vec<u8> = self.held.drain(..ripe).collect();
        self.out
            .as_mut()
            .map_or(Ok(()), |out| out.write_all(&bytes))
    }
}

impl Write for HoldBack<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.release(self.length)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
