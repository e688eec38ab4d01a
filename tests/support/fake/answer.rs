//! The answer to a client, and all the ways in which its delivery can fail. Depends on no vendor.

use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::http::{POLL, is_timeout};

/// What the deliveries and the fake share.
#[derive(Debug, Default)]
pub struct Watch {
    /// Whether the fake is stopping.
    pub stop: AtomicBool,
    /// How many answers have hung or stalled.
    pub silent: AtomicUsize,
}

/// An answer to a request.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    pub delivery: Delivery,
}

/// The bytes after the headers.
pub enum Body {
    Bytes(Vec<u8>),
    /// A chunked body that is written while it is made. A delivery that cuts it closes the connection before it begins.
    Stream(Box<Writer>),
}

/// Writes a body, and returns how it must end.
pub type Writer = dyn FnOnce(&mut Chunks<'_>) -> io::Result<Ending> + Send;

/// How the bytes of an answer reach the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    Whole,
    /// Sends the headers with the full length, half of the body, and closes the connection.
    Cut,
    /// Sends half of the body in chunks, and closes the connection without a last chunk.
    CutChunked {
        reset: bool,
    },
    /// Sends half of the body, and then nothing.
    Stall,
    /// Sends nothing, and keeps the connection open.
    Hang,
    /// Sends nothing, and closes the connection properly.
    Close,
    /// Sends nothing, and resets the connection.
    Reset,
}

/// How a streamed body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Finish,
    Close,
    Reset,
    Stall,
}

impl Answer {
    /// A complete answer with a JSON body.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "application/json; charset=utf-8", body)
    }

    /// A complete answer.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: Body::Bytes(body.into()),
            delivery: Delivery::Whole,
        }
    }

    /// The same answer, delivered in another way.
    pub fn delivered(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Adds a header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The status that the client sees. It is 0 when the answer is cut or never comes.
    pub fn seen(&self) -> u16 {
        if self.delivery == Delivery::Whole {
            self.status
        } else {
            0
        }
    }

    /// Whether the body is written while it is made.
    pub fn streams(&self) -> bool {
        self.delivery == Delivery::Whole && matches!(self.body, Body::Stream(_))
    }

    fn head(&self, length: Option<usize>) -> Vec<u8> {
        let lines = self.headers.iter();
        let lines: String = lines
            .flat_map(|(name, value)| [name, ": ", value, "\r\n"])
            .collect();
        let framing = match length {
            Some(_) if self.has_length() => String::new(),
            Some(length) => format!("Content-Length: {length}\r\n"),
            None => "Transfer-Encoding: chunked\r\n".to_owned(),
        };
        let reason = reason(self.status);
        format!("HTTP/1.1 {} {reason}\r\n{lines}{framing}\r\n", self.status).into_bytes()
    }

    /// Whether its headers say a length, which may be a wrong one.
    fn has_length(&self) -> bool {
        self.headers
            .iter()
            .any(|(name, _)| name == "Content-Length")
    }
}

/// Writes a chunked body: collects bytes into chunks of `size` and waits for `pause` between two chunks.
pub struct Chunks<'a> {
    pub size: usize,
    pub pause: Duration,
    out: &'a TcpStream,
    stop: &'a AtomicBool,
    buffer: Vec<u8>,
}

impl Chunks<'_> {
    fn send(&mut self, length: usize) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        let mut chunk = format!("{length:x}\r\n").into_bytes();
        chunk.extend(self.buffer.drain(..length));
        chunk.extend_from_slice(b"\r\n");
        self.out.write_all(&chunk)?;
        thread::sleep(self.pause);
        Ok(())
    }
}

impl Write for Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Takes at most one chunk at a time. Removing small parts from a huge buffer would take very long.
        let taken = bytes.len().min(self.size);
        self.buffer.extend_from_slice(&bytes[..taken]);
        while self.buffer.len() >= self.size {
            self.send(self.size)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.send(self.buffer.len())
    }
}

/// Sends an answer. Returns whether the connection can be used again.
pub fn deliver(stream: &TcpStream, answer: Answer, watch: &Watch) -> io::Result<bool> {
    match (answer.delivery, &answer.body) {
        (Delivery::Whole, Body::Stream(_)) => return deliver_stream(stream, answer, watch),
        (Delivery::Reset, _) => reset(stream)?,
        (Delivery::Close, _) | (_, Body::Stream(_)) => {}
        (Delivery::Hang, _) => wait_for_end(stream, watch),
        (delivery, Body::Bytes(bytes)) => {
            return deliver_bytes(stream, &answer, bytes, delivery, watch);
        }
    }
    Ok(false)
}

fn deliver_bytes(
    mut stream: &TcpStream,
    answer: &Answer,
    bytes: &[u8],
    delivery: Delivery,
    watch: &Watch,
) -> io::Result<bool> {
    let half = &bytes[..bytes.len() / 2];
    if let Delivery::CutChunked { reset: hard } = delivery {
        let mut out = answer.head(None);
        out.extend(format!("{:x}\r\n", half.len().max(1)).into_bytes());
        out.extend_from_slice(half);
        stream.write_all(&out)?;
        if hard {
            reset_later(stream)?;
        }
        return Ok(false);
    }
    let mut out = answer.head(Some(bytes.len()));
    let whole = delivery == Delivery::Whole;
    out.extend_from_slice(if whole { bytes } else { half });
    stream.write_all(&out)?;
    if delivery == Delivery::Stall {
        wait_for_end(stream, watch);
    }
    Ok(whole && !answer.has_length())
}

fn deliver_stream(mut stream: &TcpStream, answer: Answer, watch: &Watch) -> io::Result<bool> {
    stream.write_all(&answer.head(None))?;
    let Body::Stream(write) = answer.body else {
        return Ok(false);
    };
    let mut chunks = Chunks {
        size: 8192,
        pause: Duration::ZERO,
        out: stream,
        stop: &watch.stop,
        buffer: Vec::new(),
    };
    let ending = write(&mut chunks)?;
    chunks.flush()?;
    match ending {
        Ending::Finish => stream.write_all(b"0\r\n\r\n")?,
        Ending::Close => {}
        Ending::Reset => reset_later(stream)?,
        Ending::Stall => wait_for_end(stream, watch),
    }
    Ok(ending == Ending::Finish)
}

/// Makes the next close a reset.
fn reset(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// Waits before a reset. A reset discards what the client has not read yet, so the client needs time to read.
fn reset_later(stream: &TcpStream) -> io::Result<()> {
    thread::sleep(Duration::from_millis(100));
    reset(stream)
}

/// Sends nothing until the client disconnects or the fake stops.
fn wait_for_end(stream: &TcpStream, watch: &Watch) {
    watch.silent.fetch_add(1, Ordering::Relaxed);
    while !watch.stop.load(Ordering::Relaxed) {
        match stream.peek(&mut [0]) {
            Ok(0) => return,
            Ok(_) => thread::sleep(POLL),
            Err(error) if is_timeout(&error) => {}
            Err(_) => return,
        }
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Something",
    }
}
