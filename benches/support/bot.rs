//! A fast fake of Botpress Cloud. It computes each answer from the numbers in the request, so it stores no data and
//! takes little CPU time, even with many conversations. The tests' fake is stricter and slower: it checks every query,
//! and goes through all conversations for each.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::tls::{self, Answer, Protocol};
use super::{pictures, server};

#[path = "../../tests/support/fake/limiter.rs"]
mod limiter;
use limiter::Limiter;

/// One message of so many has a picture.
const EACH: usize = 5;
/// The number of items per page.
const PAGE: usize = 20;
/// How many requests measure the latency.
const SAMPLE: usize = 100;

/// A bot: its data, and how it answers.
#[derive(Clone, Copy)]
pub struct Bot {
    pub conversations: usize,
    /// How many messages a conversation has, by its position in the list.
    pub messages: fn(usize) -> usize,
    /// How long after a request its answer is sent.
    pub latency: Duration,
    /// The rate limit: the number of requests in any window of this length.
    pub limit: Option<(usize, Duration)>,
    /// How many bytes a picture has, by its number. Then one message in five has a picture of another server.
    pub pictures: Option<fn(usize) -> usize>,
}

impl Bot {
    /// How many pages the list of conversations has.
    pub fn list_pages(&self) -> usize {
        self.conversations.div_ceil(PAGE).max(1)
    }

    /// The page of the list that has the conversation at this position, counted from 1.
    pub fn page_of(place: usize) -> usize {
        place / PAGE + 1
    }

    /// How many pages of messages the conversation at this position has.
    pub fn message_pages(&self, place: usize) -> usize {
        (self.messages)(place).div_ceil(PAGE).max(1)
    }

    /// How many requests an export takes.
    pub fn requests(&self) -> usize {
        let messages: usize = (0..self.conversations)
            .map(|place| self.message_pages(place))
            .sum();
        self.list_pages() + messages
    }

    /// How many pictures its messages have.
    pub fn pictures(&self) -> usize {
        let messages = (0..self.conversations).map(self.messages);
        let pictures = messages.map(|messages| messages / EACH);
        self.pictures.map_or(0, |_| pictures.sum())
    }

    /// Starts the bot, which answers until the program ends.
    pub fn start(self) -> io::Result<Running> {
        let asked = Arc::new(Asked::default());
        let limiter = self
            .limit
            .map(|(requests, window)| Mutex::new(Limiter::new(requests, window)));
        let counts = asked.clone();
        let pictures = self
            .pictures
            .map(|size| pictures::serve(self.latency, size));
        let pictures = pictures.transpose()?;
        let address = server::serve(move |target, connection| {
            // Both programs share the cores, so an answer that is made after the wait would delay the client.
            let due = Instant::now() + self.latency;
            let body = self.answer(target, pictures);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            counts.all.fetch_add(1, Ordering::Relaxed);
            let verdict = limiter.as_ref().map(|limiter| {
                let mut limiter = limiter.lock().unwrap_or_else(PoisonError::into_inner);
                limiter.admit(Instant::now())
            });
            let mut headers = String::new();
            for (name, value) in verdict.iter().flat_map(|verdict| verdict.headers()) {
                write!(headers, "{name}: {value}\r\n").expect("a string takes all");
            }
            if verdict.is_some_and(|verdict| !verdict.allowed) {
                counts.refused.fetch_add(1, Ordering::Relaxed);
                let body =
                    r#"{"type":"RateLimited","description":"Too many requests.","status":429}"#;
                return send(connection, "429 Too Many Requests", &headers, body);
            }
            send(connection, "200 OK", &headers, &body)
        })?;
        Ok(Running { address, asked })
    }

    /// Starts the bot over TLS, without a limit. Returns its address.
    pub fn start_tls(self, protocol: Protocol) -> Result<String> {
        tls::serve(protocol, move |target| Answer {
            body: self.answer(target, None).into(),
            is_gzipped: false,
            latency: self.latency,
        })
    }

    fn answer(&self, target: &str, pictures: Option<SocketAddr>) -> String {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let param = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
        };
        if param("afterDate").is_some() {
            // All of it is older than any run.
            let name = if target.contains("/messages") {
                "messages"
            } else {
                "conversations"
            };
            return list(name, 0, 0, |_, _| {});
        }
        // A token is the number of its page.
        let page: usize = param("nextToken")
            .and_then(|token| token.parse().ok())
            .unwrap_or(0);
        let id = param("conversationId");
        // An id begins with the position of its conversation.
        let place = id.and_then(|id| usize::from_str_radix(id.get(..8)?, 16).ok());
        match place {
            Some(place) => {
                let all = (self.messages)(place);
                list("messages", page, all, |json, number| {
                    message(json, place, all - 1 - number, pictures);
                })
            }
            None => list("conversations", page, self.conversations, conversation),
        }
    }
}

/// A bot that was started.
pub struct Running {
    address: SocketAddr,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    all: AtomicUsize,
    refused: AtomicUsize,
}

impl Running {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests came, and how many of them were answered 429.
    pub fn asked(&self) -> [usize; 2] {
        [&self.asked.all, &self.asked.refused].map(|count| count.load(Ordering::Relaxed))
    }

    /// How long one request takes.
    pub fn latency(&self) -> io::Result<Duration> {
        let connection = TcpStream::connect(self.address)?;
        connection.set_nodelay(true)?;
        average(connection)
    }
}

/// How long one request over TLS takes, to a bot at this address.
pub fn latency_over_tls(url: &str) -> Result<Duration> {
    Ok(average(tls::connect(url)?)?)
}

/// How long one request takes on average, when many are sent one after another on one connection.
fn average(connection: impl Read + Write) -> io::Result<Duration> {
    let mut connection = BufReader::new(connection);
    let begun = Instant::now();
    for place in 0..SAMPLE {
        let id = id(place, 0);
        let request = format!(
            "GET /v1/chat/messages?conversationId={id} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        connection.get_mut().write_all(request.as_bytes())?;
        connection.get_mut().flush()?;
        server::read(&mut connection)?;
    }
    Ok(begun.elapsed() / u32::try_from(SAMPLE).unwrap_or(1))
}

fn send(mut connection: &TcpStream, status: &str, headers: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    connection.write_all(answer.as_bytes())
}

/// Writes a page of a list with `all` items. `item` writes an item by its number.
fn list(name: &str, page: usize, all: usize, item: impl Fn(&mut String, usize)) -> String {
    let mut json = format!(r#"{{"{name}":["#);
    let end = all.min((page + 1) * PAGE);
    for number in page * PAGE..end {
        json.push_str(if number > page * PAGE { "," } else { "" });
        item(&mut json, number);
    }
    json.push_str(r#"],"meta":{"#);
    if end < all {
        write!(json, r#""nextToken":"{}""#, page + 1).expect("a string takes all");
    }
    json.push_str("}}");
    json
}

fn conversation(json: &mut String, place: usize) {
    let (id, at) = (id(place, 0), time(place, 0));
    write!(
        json,
        r#"{{"id":"{id}","createdAt":"{at}","updatedAt":"{at}","channel":"channel","integration":"webchat","tags":{{"topic":"delivery","webchat:id":"{id}"}}}}"#
    )
    .expect("a string takes all");
}

/// Writes a message by its number, counted from the oldest. The bot and the user take turns, and some messages are
/// choices.
fn message(json: &mut String, place: usize, number: usize, pictures: Option<SocketAddr>) {
    let picture = pictures.filter(|_| number % EACH == EACH - 1);
    let picture = picture.map(|pictures| {
        format!(
            r#"{{"imageUrl":"http://{pictures}/{}"}}"#,
            place * 1000 + number / EACH
        )
    });
    let (kind, payload) = match number % 10 {
        _ if picture.is_some() => ("image", picture.as_deref().unwrap_or_default()),
        4 => (
            "choice",
            r#"{"text":"Which one do you mean?","options":[{"label":"The first – red","value":"1"},{"label":"The second","value":"2"},{"label":"None of these","value":"0"}]}"#,
        ),
        5 => (
            "quick_reply",
            r#"{"type":"quick_reply","text":"The second","payload":"2"}"#,
        ),
        8 => (
            "image",
            r#"{"imageUrl":"https://files.example.com/712af378/2360a7bb.png?sig=a%2Bb"}"#,
        ),
        even if even % 2 == 0 => (
            "text",
            r#"{"text":"Your parcel left our warehouse yesterday and should reach you tomorrow.\nIs there anything else? 😀"}"#,
        ),
        _ => (
            "text",
            r#"{"text":"Where is my parcel? It was due on Tuesday, schöne Grüße"}"#,
        ),
    };
    let direction = ["outgoing", "incoming"][number % 2];
    let (id, conversation, user) = (id(place, number + 1), id(place, 0), id(number % 2, 0));
    let at = time(place, number);
    write!(
        json,
        r#"{{"id":"{id}","createdAt":"{at}","conversationId":"{conversation}","payload":{payload},"tags":{{}},"userId":"{user}","type":"{kind}","direction":"{direction}"}}"#
    )
    .expect("a string takes all");
}

fn id(place: usize, number: usize) -> String {
    format!("{place:08x}-0000-4000-8000-{number:012x}")
}

/// The time of a message. Conversations begin a minute apart, the newest first, and have a message every five seconds.
fn time(place: usize, number: usize) -> String {
    let seconds = |count: usize| i64::try_from(count).unwrap_or(0);
    let newest = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    let at = newest + TimeDelta::seconds(seconds(number * 5) - seconds(place * 60));
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
