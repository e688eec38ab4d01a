//! boost.ai: one POST to Export API v3, whose answer streams for as long as it takes.
//!
//! ```text
//! network task --> chunks --> gunzip thread --> blocks --> parsing thread: splitter, elements --> events
//! ```

mod auth;
mod bytes;
mod content;
mod element;
mod export;
mod flaw;
mod message;
mod query;
mod site;
mod stream;
mod windows;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Map, Value};
use tokio::sync::mpsc::Sender;

use super::{Event, Incomplete, Increment};
use crate::cli::{BoostArgs, BoostTarget, NetworkArgs};
use crate::progress::Console;
use crate::time::{Span, Timestamp};
pub use element::Element;
use export::Export;
pub use message::conversation;
use site::{Body, Site};

/// A site or a saved answer, and what is wanted of it.
#[derive(Debug)]
pub struct Boost {
    origin: Origin,
    max_element: usize,
    limit: u64,
    keep_raw: bool,
    console: Console,
}

#[derive(Debug)]
enum Origin {
    /// A file with a saved answer; `-` is stdin.
    Saved(PathBuf),
    Site(Box<Wanted>),
}

/// What is asked of a site.
#[derive(Debug)]
struct Wanted {
    site: Arc<Site>,
    body: Body,
    increment: Option<Increment>,
    /// So many windows of the range at once, if it is to be cut.
    windows: Option<u16>,
}

impl Boost {
    /// Prepares the export; nothing is asked yet.
    ///
    /// # Errors
    /// Mostly usage errors: no site, no token, no range.
    pub fn new(args: &BoostArgs, console: Console) -> Result<Self> {
        let origin = match &args.input {
            Some(file) => Origin::Saved(file.clone()),
            None => Origin::Site(Box::new(Wanted::new(args, console.clone())?)),
        };
        Ok(Self {
            origin,
            max_element: args.max_element,
            limit: args.select.limit.unwrap_or(u64::MAX),
            keep_raw: !args.output.no_raw,
            console,
        })
    }

    /// What is asked for besides the range: runs with one state have to agree on it.
    #[must_use]
    pub fn filters(&self) -> Value {
        match &self.origin {
            Origin::Saved(_) => Value::Null,
            Origin::Site(wanted) => {
                let filters = wanted
                    .body
                    .iter()
                    .filter(|(key, _)| !matches!(key.as_str(), "from" | "to"));
                filters
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect::<Map<_, _>>()
                    .into()
            }
        }
    }

    /// Asks only for what is new or changed.
    #[must_use]
    pub fn only(mut self, increment: Increment) -> Self {
        if let Origin::Site(wanted) = &mut self.origin {
            wanted.increment = Some(increment);
        }
        self
    }

    /// Sends every conversation of the export, in the vendor's order.
    ///
    /// # Errors
    /// When the request is refused or the answer does not prove to be complete. What came before is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let export = Export {
            max_element: self.max_element,
            limit: self.limit,
            keep_raw: self.keep_raw,
            events,
            console: self.console.clone(),
            seen: super::seen::Seen::default(),
            sent: 0,
            batch: super::batch::Batch::default(),
            part: 0,
            announce: true,
        };
        match self.origin {
            Origin::Saved(file) => {
                let bytes = super::blocks::open(&file)?;
                let (_, read) = export.parse(bytes).await?;
                read.map_err(|broken| Incomplete(broken.reason).into())
            }
            Origin::Site(wanted) => wanted.run(export).await,
        }
    }
}

impl Wanted {
    fn new(args: &BoostArgs, console: Console) -> Result<Self> {
        let at_once = args.parallel_windows.unwrap_or(1);
        let site = Site::new(&args.target, &args.network, at_once, console)?;
        Ok(Self {
            site: Arc::new(site),
            body: query::body(args, Timestamp::now())?,
            increment: None,
            windows: args.parallel_windows,
        })
    }

    /// Those that failed before, by their ids, and then the range.
    async fn run(self, mut export: Export) -> Result<()> {
        // The vendor might take an empty list for no filter at all.
        if query::wants_none(&self.body) {
            return Ok(());
        }
        let Some(increment) = &self.increment else {
            return self.range(export, &self.body).await;
        };
        if !increment.failed.is_empty() {
            let again = query::again(&self.body, increment);
            let asked = self.site.stream(export, &again).await?;
            export = asked.0;
            // Whatever came of it: it must not keep the rest from being asked for.
            export.tell_missing(&increment.failed, asked.1).await;
            export.part += 1;
        }
        self.range(export, &query::since(&self.body, increment))
            .await
    }

    async fn range(&self, export: Export, body: &Body) -> Result<()> {
        let (_, read) = match self.windows {
            None => self.site.stream(export, body).await?,
            Some(at_once) => windows::read(self.site.clone(), export, body, at_once).await?,
        };
        read
    }
}

/// Asks for the last minute: whether token, site, allowlist and network are all right.
///
/// # Errors
/// As an export would fail.
pub async fn check(
    target: &BoostTarget,
    network: &NetworkArgs,
    console: Console,
) -> Result<String> {
    let site = Site::new(target, network, 1, console)?;
    let now = Timestamp::now();
    site.ask(&query::range(now.minus(Span::days(1)), now))
        .await?;
    Ok(format!(
        "{} answers and the token may export from it",
        site.name()
    ))
}
