//! Cuts a long range into windows, fetches several of them at once, and reads the answers in order.
//!
//! An answer waits in a temporary file, so that it neither fills the memory nor stalls its connection. A conversation
//! with interactions in several windows comes complete in each of them; the first copy is used.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use serde_json::json;

use super::query::Body;
use super::session::Session;
use super::site::Site;
use super::stream;
use crate::source::incomplete::Incomplete;
use crate::source::queue::{self, HeapSize, Limits, Named, Queue, Results};
use crate::time::Timestamp;
use crate::usage::usage;

/// How many windows there are per worker. With more windows a slow one delays the others less.
const WINDOWS_PER_WORKER: u16 = 4;

/// A window and its answer.
type Saved = (Body, Result<File>);

impl HeapSize for Saved {
    /// The answer is on the disk.
    fn heap_size(&self) -> usize {
        0
    }
}

impl Named for Body {
    fn name(&self) -> String {
        window_name(self)
    }
}

/// Reads the range of the body and fetches `at_once` windows at a time. The inner error is that of a window.
pub async fn read(
    site: Arc<Site>,
    session: Session,
    body: &Body,
    at_once: u16,
) -> Result<(Session, Result<()>)> {
    let limits = Limits {
        workers: at_once.into(),
        ordered: true,
        max_waiting: 1,
        max_in_flight: 2 * usize::from(at_once),
        max_bytes: usize::MAX,
        max_items: u64::MAX,
    };
    let windows = cut(body, at_once.saturating_mul(WINDOWS_PER_WORKER))?;
    let saver = site.clone();
    let save = move |window: Body| {
        let site = saver.clone();
        async move {
            let file = site.save(&window).await;
            (window, file)
        }
    };
    let (queue, results) = queue::start(limits, save);
    let (read, ()) = tokio::join!(
        read_answers(&site, session, results),
        hand_out(queue, windows)
    );
    read
}

async fn hand_out(mut queue: Queue<Body>, windows: Vec<Body>) {
    for window in windows {
        if !queue.push(window).await {
            return;
        }
    }
}

/// Reads the answers in order. Stops when one cannot be fetched or read.
async fn read_answers(
    site: &Site,
    mut session: Session,
    mut results: Results<Saved>,
) -> Result<(Session, Result<()>)> {
    session.expect_several_streams();
    while let Some((window, saved)) = results.next().await? {
        let (rest, read) = match saved {
            Err(error) => (session, Err(error)),
            Ok(file) => {
                site.begin(&mut session);
                let (rest, read) = stream::parse(session, BufReader::new(file)).await?;
                match read {
                    // The window is requested again; the session sends nothing twice.
                    Err(broken) if broken.transient => site.stream(rest, &window).await?,
                    Err(broken) => (rest, Err(site.incomplete(&broken.reason))),
                    Ok(()) => (rest, Ok(())),
                }
            }
        };
        session = rest;
        session.begin_next_stream();
        if read.is_err() || session.has_enough() {
            let name = window_name(&window);
            return Ok((session, read.map_err(|error| named(error, &name))));
        }
    }
    Ok((session, Ok(())))
}

fn window_name(window: &Body) -> String {
    format!("the window {} to {}", window["from"], window["to"])
}

/// Adds the name of the window to an error. An [`Incomplete`] error stays one.
fn named(error: anyhow::Error, window: &str) -> anyhow::Error {
    match error.downcast::<Incomplete>() {
        Ok(Incomplete(reason)) => Incomplete(format!("{window}: {reason}")).into(),
        Err(other) => other.context(window.to_owned()),
    }
}

/// Cuts the range of the body into windows without gaps.
fn cut(body: &Body, windows: u16) -> Result<Vec<Body>> {
    let time = |key: &str| body.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let range = time("from").zip(time("to"));
    let (from, to) = range.ok_or_else(|| {
        anyhow!(usage!(
            "--parallel-windows needs a range of times with an offset: give --since and --until"
        ))
    })?;
    let edges = from.cut(to, windows);
    let window = |edges: &[Timestamp]| {
        let mut body = body.clone();
        body.insert("from".to_owned(), json!(edges[0].to_whole_second()));
        body.insert("to".to_owned(), json!(edges[1].to_next_second()));
        body
    };
    Ok(edges.windows(2).map(window).collect())
}
