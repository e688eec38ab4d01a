//! Rules that make the fake fail: for which requests, when, and how. They are tried in order, and the first one that
//! fires decides. The rules after it do not count that request.

use std::fmt;
use std::thread;
use std::time::Duration;

use super::answer::{Answer, Delivery};
use super::gate::Gate;
use super::http::Request;
use super::page::Twist;
use super::{World, boost, botpress, botpress_json, media};

/// A rule. Build it as `Rule::on("/messages").every(3).answer(Action::Status(500))`.
pub struct Rule {
    matches: Matches,
    when: When,
    action: Action,
    seen: usize,
    fired: usize,
}

enum Matches {
    Target(String),
    Test(Box<dyn Fn(&Request) -> bool + Send + Sync>),
}

/// Which of the matching requests a rule applies to, counted from 1.
#[derive(Debug, Clone, Copy)]
pub enum When {
    Always,
    Every(usize),
    First(usize),
    Nth(usize),
    From(usize),
}

/// What happens to the request.
#[derive(Debug, Clone)]
pub enum Action {
    /// Answers with this status and the vendor's error JSON.
    Status(u16),
    StatusWith {
        code: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Redirects to this address with status 302.
    Redirect(String),
    /// Answers with 200 and a web page, as a captive portal does.
    Html,
    /// Answers with 200 and this body, with the content type of JSON.
    Body(String),
    Reset,
    Close,
    CutBody,
    CutChunked {
        reset: bool,
    },
    Hang,
    Stall,
    /// Answers with the real page, but repeats the first `nextToken` of the list.
    LoopToken,
    /// Answers with the last N items of the page before, and then the real page.
    DuplicateAcrossPages(usize),
    /// Deletes the requested conversation first.
    Vanish,
    /// Delays the answer. The rules after it still apply.
    Delay(Duration),
    /// Delays the answer until the test opens the gate. The rules after it still apply.
    Hold(Gate),
    /// Does each of these in turn.
    Cycle(Vec<Action>),
}

impl When {
    /// Whether the rule applies to the `seen`th matching request.
    pub fn fires(self, seen: usize) -> bool {
        match self {
            Self::Always => true,
            Self::Every(n) => seen.is_multiple_of(n.max(1)),
            Self::First(n) => seen <= n,
            Self::Nth(n) => seen == n,
            Self::From(n) => seen >= n,
        }
    }
}

impl Rule {
    /// A rule for requests whose raw target (path and query) contains `part`. By default it always answers with 500.
    pub fn on(part: &str) -> Self {
        Self::new(Matches::Target(part.to_owned()))
    }

    /// A rule for requests that pass a test. The world is locked while the test runs.
    pub fn test(test: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        Self::new(Matches::Test(Box::new(test)))
    }

    /// A rule for requests with exactly this path.
    pub fn path(path: &str) -> Self {
        let path = path.to_owned();
        Self::test(move |request| request.path == path)
    }

    fn new(matches: Matches) -> Self {
        Self {
            matches,
            when: When::Always,
            action: Action::Status(500),
            seen: 0,
            fired: 0,
        }
    }

    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    pub fn every(self, n: usize) -> Self {
        self.when(When::Every(n))
    }

    pub fn first(self, n: usize) -> Self {
        self.when(When::First(n))
    }

    pub fn nth(self, n: usize) -> Self {
        self.when(When::Nth(n))
    }

    pub fn from(self, n: usize) -> Self {
        self.when(When::From(n))
    }

    pub fn answer(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    /// Makes every `n`th request fail, each time in the next of all ways that are worth a retry. In two of them (hang
    /// and stall) the client waits for its timeout.
    pub fn every_nth_in_all_ways(n: usize) -> Self {
        let mut actions = Action::quick_failures();
        actions.extend([Action::Hang, Action::Stall]);
        Self::on("/").every(n).answer(Action::Cycle(actions))
    }

    /// Like [`Self::every_nth_in_all_ways`], but without the two ways that make the client wait.
    pub fn every_nth_in_quick_ways(n: usize) -> Self {
        let actions = Action::quick_failures();
        Self::on("/").every(n).answer(Action::Cycle(actions))
    }

    fn fire(&mut self, request: &Request) -> Option<Action> {
        if !self.matches.hit(request) {
            return None;
        }
        self.seen += 1;
        if !self.when.fires(self.seen) {
            return None;
        }
        self.fired += 1;
        match &self.action {
            Action::Cycle(actions) => actions
                .get((self.fired - 1) % actions.len().max(1))
                .cloned(),
            action => Some(action.clone()),
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Rule({:?} {:?}, seen {})",
            self.when, self.action, self.seen
        )
    }
}

impl Matches {
    fn hit(&self, request: &Request) -> bool {
        match self {
            Self::Target(part) => request.target.contains(part),
            Self::Test(test) => test(request),
        }
    }
}

impl Action {
    /// Answers with 429 and `Retry-After` in seconds.
    pub fn retry_after(seconds: u64) -> Self {
        Self::StatusWith {
            code: 429,
            headers: vec![("Retry-After".to_owned(), seconds.to_string())],
            body: botpress_json::error_json(429, "Too many requests."),
        }
    }

    /// Every failure that a client notices at once and should retry.
    fn quick_failures() -> Vec<Self> {
        vec![
            Self::Status(500),
            Self::Reset,
            Self::Status(502),
            Self::CutBody,
            Self::Status(503),
            Self::CutChunked { reset: false },
            Self::Status(408),
            Self::Close,
            Self::retry_after(0),
            Self::CutChunked { reset: true },
        ]
    }
}

/// What must happen before an answer is sent.
#[derive(Default)]
pub struct Wait {
    delay: Duration,
    gates: Vec<Gate>,
}

impl Wait {
    /// Waits for all of it.
    pub fn pass(self) {
        thread::sleep(self.delay);
        self.gates.iter().for_each(Gate::pass);
    }
}

/// What the rules decide for a request: what to wait for, and then what to do.
pub fn decide(rules: &mut [Rule], request: &Request) -> (Wait, Option<Action>) {
    let mut wait = Wait::default();
    for rule in rules {
        match rule.fire(request) {
            None => {}
            Some(Action::Delay(delay)) => wait.delay += delay,
            Some(Action::Hold(gate)) => wait.gates.push(gate),
            action => return (wait, action),
        }
    }
    (wait, None)
}

/// Answers a request as an action demands. Without an action, answers normally.
pub fn perform(action: Option<Action>, request: &Request, world: &mut World) -> Answer {
    let Some(action) = action else {
        return route(request, world, Twist::None);
    };
    let (twist, delivery) = match action {
        Action::CutBody => (Twist::None, Delivery::Cut),
        Action::CutChunked { reset } => (Twist::None, Delivery::CutChunked { reset }),
        Action::Stall => (Twist::None, Delivery::Stall),
        Action::LoopToken => (Twist::Loop, Delivery::Whole),
        Action::DuplicateAcrossPages(items) => (Twist::Repeat(items), Delivery::Whole),
        Action::Vanish => {
            botpress::vanish(request, world);
            (Twist::None, Delivery::Whole)
        }
        other => return instead(other, request),
    };
    route(request, world, twist).delivered(delivery)
}

/// The answers of actions that do not need the data.
fn instead(action: Action, request: &Request) -> Answer {
    match action {
        Action::Status(code) => vendor_error(request, code),
        Action::StatusWith {
            code,
            headers,
            body,
        } => {
            let mut answer = Answer::json(code, body);
            answer.headers.extend(headers);
            answer
        }
        Action::Redirect(url) => Answer::new(302, "text/plain", "").with("Location", &url),
        Action::Body(body) => Answer::json(200, body),
        Action::Reset => silent(Delivery::Reset),
        Action::Close => silent(Delivery::Close),
        Action::Hang => silent(Delivery::Hang),
        _ => Answer::new(200, "text/html; charset=utf-8", PORTAL),
    }
}

/// The answer of a guest network to every request.
pub const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Guest network</title></head>\
    <body><p>Please sign in to go on.</p></body></html>\n";

fn silent(delivery: Delivery) -> Answer {
    Answer::json(200, "").delivered(delivery)
}

fn vendor_error(request: &Request, code: u16) -> Answer {
    let message = "This failure was ordered by a test.";
    if is_botpress(request) {
        Answer::json(code, botpress_json::error_json(code, message))
    } else {
        Answer::json(code, boost::error_json(message))
    }
}

/// Whether the path belongs to Botpress.
pub fn is_botpress(request: &Request) -> bool {
    request.path.starts_with("/v1/")
}

fn route(request: &Request, world: &mut World, twist: Twist) -> Answer {
    if is_botpress(request) {
        botpress::answer(request, world, twist)
    } else if media::is_media(request) {
        media::answer(request, &world.media)
    } else {
        boost::answer(request, world)
    }
}
