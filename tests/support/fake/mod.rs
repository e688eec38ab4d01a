//! A fake of both vendors on a loopback port. It has one thread per connection and no async runtime, and uses no code
//! of the product.
//!
//! ```text
//! connection -> http::read -> limiter -> fault::decide -> botpress | boost -> answer::deliver
//! ```
//!
//! A test builds a [`World`], starts a [`Fake`] with it, runs the program against [`Fake::url`], and checks the
//! program's requests with [`Fake::requests`]:
//!
//! ```text
//! let world = World::with_conversations(45, |i| i % 7)
//!     .rule(Rule::on("/messages").every(3).answer(Action::Status(503)));
//! let fake = Fake::start(world);
//! ```
//!
//! Requests to `/v1/...` go to Botpress, those to `/media/...` to the files, and all others to boost.ai. The data is the same every time and ends at
//! 2026-11-20T12:00:00Z.
#![allow(
    dead_code,
    unused_imports,
    reason = "no user of the fake uses all of it"
)]

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

mod answer;
mod boost;
mod boost_data;
mod boost_fault;
mod boost_stream;
mod boost_v4;
mod botpress;
mod botpress_json;
mod data;
mod fault;
mod gate;
mod http;
mod limiter;
mod media;
mod page;
mod time;
mod world;

pub use boost::{BoostConversation, Site};
pub use boost_fault::{BoostFault, BoostRule};
pub use fault::{Action, Rule, When};
pub use gate::Gate;
pub use http::Request;
pub use limiter::Limiter;
pub use media::{MediaFile, Served};
pub use time::{DAY, REFERENCE, utc};
pub use world::{Conversation, Message, State, User, World};

use answer::{Answer, Watch};
use http::POLL;

/// A running fake. Dropping it stops it and ends requests that hang.
pub struct Fake {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

/// A request, and how it was answered.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub request: Request,
    /// The status of the answer. It is 0 before the answer, and when the answer was cut, reset or not sent.
    pub status: u16,
    /// When it came, counted from the start of the fake.
    pub at: Duration,
}

struct Shared {
    world: Mutex<World>,
    requests: Mutex<Vec<Recorded>>,
    started: Instant,
    watch: Watch,
    connections: AtomicUsize,
    limited: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Fake {
    /// Starts on a free port.
    pub fn start(world: World) -> Self {
        Self::start_on(0, world)
    }

    /// Starts on a given port.
    pub fn start_on(port: u16, world: World) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared::new(world));
        let theirs = Arc::clone(&shared);
        let listener = thread::spawn(move || listen(&listener, &theirs));
        Self {
            address,
            shared,
            listener: Some(listener),
        }
    }

    /// `http://127.0.0.1:PORT`, for both vendors.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.shared.requests).clone()
    }

    /// How many requests came so far.
    pub fn asked(&self) -> usize {
        lock(&self.shared.requests).len()
    }

    /// How many requests came for this path.
    pub fn asked_for(&self, path: &str) -> usize {
        let requests = lock(&self.shared.requests);
        let all = requests.iter();
        all.filter(|recorded| recorded.path == path).count()
    }

    /// How many answers hung or stalled so far.
    pub fn silent(&self) -> usize {
        self.shared.watch.silent.load(Ordering::Relaxed)
    }

    /// Forgets the requests and the counts, before the next run.
    pub fn forget(&self) {
        lock(&self.shared.requests).clear();
        for count in [
            &self.shared.limited,
            &self.shared.most,
            &self.shared.connections,
            &self.shared.watch.silent,
        ] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// The data and rules, to check or change them between runs. The fake does not answer while the guard is kept.
    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.shared.world)
    }

    /// How many requests the limiter has refused.
    pub fn limited(&self) -> usize {
        self.shared.limited.load(Ordering::Relaxed)
    }

    /// How many connections have been opened.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// The highest number of requests that were handled at the same time.
    pub fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::Relaxed)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.watch.stop.store(true, Ordering::Relaxed);
        // The listener waits in `accept`. A last connection wakes it.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

impl Recorded {
    /// `GET /path?query`, for assertions on requests.
    pub fn line(&self) -> String {
        format!("{} {}", self.request.method, self.request.target)
    }

    /// The body as JSON. Returns null when it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.request.body).unwrap_or_default()
    }
}

/// Gives direct access to `recorded.path`, `.query`, `.headers` and `.header("...")`.
impl std::ops::Deref for Recorded {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}

impl Shared {
    fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            requests: Mutex::new(Vec::new()),
            started: Instant::now(),
            watch: Watch::default(),
            connections: AtomicUsize::new(0),
            limited: AtomicUsize::new(0),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    /// Records a request before it is answered, so that requests that hang are recorded, too.
    fn record(&self, request: &Request) -> usize {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        let mut requests = lock(&self.requests);
        requests.push(Recorded {
            request: request.clone(),
            status: 0,
            at: self.started.elapsed(),
        });
        requests.len() - 1
    }

    fn note_status(&self, index: usize, status: u16) {
        if let Some(recorded) = lock(&self.requests).get_mut(index) {
            recorded.status = status;
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        // The world is not locked during the wait.
        let latency = lock(&self.world).latency;
        thread::sleep(latency);
        let (headers, refused) = self.limit(request);
        let mut answer = refused.unwrap_or_else(|| self.work(request));
        answer.headers.extend(headers);
        let now = time::now() + lock(&self.world).clock_ahead;
        answer.with("Date", &time::http_date(now))
    }

    fn work(&self, request: &Request) -> Answer {
        let (wait, action) = fault::decide(&mut lock(&self.world).faults, request);
        wait.pass();
        fault::perform(action, request, &mut lock(&self.world))
    }

    /// The limiter's headers, and its answer when it refuses the request.
    fn limit(&self, request: &Request) -> (Vec<(String, String)>, Option<Answer>) {
        let mut world = lock(&self.world);
        if self.now.load(Ordering::Relaxed) > world.at_once {
            return (Vec::new(), Some(self.refuse()));
        }
        let limiter = world.limiter.as_mut();
        let Some(limiter) = limiter.filter(|_| fault::is_botpress(request)) else {
            return (Vec::new(), None);
        };
        let verdict = limiter.admit(Instant::now());
        let refused = (!verdict.allowed).then(|| self.refuse());
        (verdict.headers().into(), refused)
    }

    fn refuse(&self) -> Answer {
        self.limited.fetch_add(1, Ordering::Relaxed);
        Answer::json(429, botpress_json::error_json(429, "Too many requests."))
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.watch.stop.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(shared);
        // No one joins these threads. They end when their client disconnects, or soon after the fake stops.
        thread::spawn(move || serve(stream, &shared));
    }
}

/// Answers the requests of one connection. A client that disconnects is no error.
fn serve(stream: TcpStream, shared: &Shared) {
    let prepared = stream
        .set_nodelay(true)
        .and(stream.set_read_timeout(Some(POLL)));
    if prepared.is_err() {
        return;
    }
    let mut reader = BufReader::new(stream);
    while let Ok(Some((request, close))) = http::read(&mut reader, &shared.watch.stop) {
        let index = shared.record(&request);
        let answer = shared.answer(&request);
        shared.note_status(index, answer.seen());
        // A client may send its next request before this thread goes on. So a request no longer counts as being handled
        // when its whole answer is about to be sent. A stream counts until its end.
        let streams = answer.streams();
        shared
            .now
            .fetch_sub(usize::from(!streams), Ordering::Relaxed);
        let kept = answer::deliver(reader.get_ref(), answer, &shared.watch);
        shared
            .now
            .fetch_sub(usize::from(streams), Ordering::Relaxed);
        if close || !matches!(kept, Ok(true)) {
            return;
        }
    }
}

/// Locks a mutex. Ignores that a thread panicked with the lock, because its test has failed already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
