//! A minimal HTTP/1.1 server side: one request after another, with a body of known length.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a read blocks before it checks whether the fake was dropped.
pub const POLL: Duration = Duration::from_millis(25);

/// A request as it was received.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    /// The request line's target, as sent.
    pub target: String,
    /// The target up to `?`, still percent-encoded.
    pub path: String,
    /// The decoded pairs in their order. `+` means a space, as in a web form.
    pub query: Vec<(String, String)>,
    /// Whether the query has an invalid `%` sequence.
    pub malformed: bool,
    /// The headers, with their names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first query parameter of this name, decoded.
    pub fn param(&self, name: &str) -> Option<&str> {
        let mut all = self.query.iter();
        all.find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All query parameters of this name, decoded.
    pub fn params(&self, name: &str) -> Vec<&str> {
        let named = self.query.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The segments of the path. Each is decoded separately, so an encoded `/` does not split a segment.
    pub fn segments(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts
            .map(|part| decode(part, false).unwrap_or_else(|| part.to_owned()))
            .collect()
    }

    /// The bearer token.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    fn wants_close(&self) -> bool {
        self.header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// Reads the next request. Returns `None` when the client has disconnected or the fake stops.
pub fn read(
    reader: &mut BufReader<TcpStream>,
    stop: &AtomicBool,
) -> io::Result<Option<(Request, bool)>> {
    let Some(line) = read_line(reader, stop)? else {
        return Ok(None);
    };
    let mut words = line.split(' ').map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(ErrorKind::InvalidData.into());
    };
    let mut request = Request {
        method,
        ..Request::default()
    };
    set_target(&mut request, target);
    while let Some(line) = read_line(reader, stop)?.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(ErrorKind::InvalidData)?;
        let name = name.to_ascii_lowercase();
        request.headers.push((name, value.trim().to_owned()));
    }
    let length = request.header("content-length").unwrap_or("0");
    let length = length.parse().map_err(|_| ErrorKind::InvalidData)?;
    request.body = read_body(reader, length, stop)?;
    let close = request.wants_close();
    Ok(Some((request, close)))
}

/// Reads a line, without its end. Returns `None` at the end of the input, or when the fake stops.
fn read_line(reader: &mut BufReader<TcpStream>, stop: &AtomicBool) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    loop {
        match reader.read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => break,
            Ok(_) => return Ok(None),
            // `line` keeps what was read before the timeout.
            Err(error) if is_timeout(&error) && !stop.load(Ordering::Relaxed) => {}
            Err(error) => return Err(error),
        }
    }
    let line = String::from_utf8(line).map_err(|_| ErrorKind::InvalidData)?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn read_body(
    reader: &mut BufReader<TcpStream>,
    length: u64,
    stop: &AtomicBool,
) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let missing = length - body.len() as u64;
        match reader.by_ref().take(missing).read_to_end(&mut body) {
            Ok(_) if body.len() as u64 == length => return Ok(body),
            Ok(_) => return Err(ErrorKind::UnexpectedEof.into()),
            Err(error) if is_timeout(&error) && !stop.load(Ordering::Relaxed) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether the error only means that a read reached its timeout.
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn set_target(request: &mut Request, target: String) {
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    path.clone_into(&mut request.path);
    match pairs(query) {
        Some(pairs) => request.query = pairs,
        None => request.malformed = true,
    }
    request.target = target;
}

/// Decodes a query or a web form. Returns `None` when a `%` is not followed by two hex digits.
pub fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

fn decode(text: &str, plus: bool) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => bytes.push(hex(rest.next()?)? * 16 + hex(rest.next()?)?),
            b'+' if plus => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}
