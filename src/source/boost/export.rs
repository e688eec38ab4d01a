//! Exports one site, or a saved answer.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::options::{Options, Origin, Target, Version};
use super::query::{self, Body};
use super::session::{ReadOptions, Session};
use super::site::Site;
use super::v4::Names;
use super::{stream, windows};
use crate::console::Console;
use crate::http::ApiError;
use crate::io::decompress::{self, shown};
use crate::source::context::Context;
use crate::source::delta::Delta;
use crate::source::event::Event;
use crate::source::incomplete::Incomplete;
use crate::source::selection::{Ids, Selection};
use crate::time::{Span, Timestamp};

/// An export of a site or of a saved answer.
#[derive(Debug)]
pub struct Boost {
    input: Input,
    read: ReadOptions,
    with_names: bool,
    console: Console,
}

#[derive(Debug)]
enum Input {
    /// A file with a saved answer; `-` is stdin.
    Saved(PathBuf),
    Site(Box<SiteExport>),
}

/// The request to a site.
#[derive(Debug)]
struct SiteExport {
    site: Arc<Site>,
    body: Body,
    delta: Option<Delta>,
    /// The ids of the wanted conversations, when nothing else selects them.
    ids: Option<Ids>,
    /// How many windows of the range are fetched at once. `None` does not cut the range.
    windows: Option<u16>,
}

impl Boost {
    /// Prepares the export. No request is sent yet.
    ///
    /// # Errors
    /// Mostly usage errors, such as a missing range or a filter given twice.
    pub fn new(options: Options, selection: &Selection, context: &Context) -> Result<Self> {
        let input = match options.origin {
            Origin::Saved(file) => Input::Saved(file),
            Origin::Site(request) => Input::Site(Box::new(SiteExport {
                ids: query::only_ids(&request, selection).cloned(),
                body: query::body(&request, selection)?,
                site: Arc::new(Site::new(
                    Target {
                        version: request.version(),
                        ..request.target
                    },
                    request.first_byte_timeout,
                    context,
                )?),
                delta: None,
                windows: request.parallel_windows,
            })),
        };
        Ok(Self {
            input,
            read: ReadOptions {
                max_element: options.max_element,
                limit: selection.limit,
                keep_raw: selection.keep_raw,
            },
            with_names: options.with_names,
            console: context.console.clone(),
        })
    }

    /// Asks only for what is new or changed.
    #[must_use]
    pub fn with_delta(mut self, delta: Delta) -> Self {
        if let Input::Site(site) = &mut self.input {
            site.delta = Some(delta);
        }
        self
    }

    /// Sends every conversation of the export, in the vendor's order.
    ///
    /// # Errors
    /// When the request is refused, or the answer is not complete. What was read before is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let account = match &self.input {
            Input::Saved(_) => None,
            Input::Site(site) => Some(site.site.account().to_owned()),
        };
        let mut session = Session::new(self.read, account, events, self.console.clone());
        match self.input {
            Input::Saved(file) => {
                let bytes = decompress::open(&file)?;
                let (_, read) = stream::parse(session, bytes).await?;
                read.map_err(|broken| {
                    if broken.foreign {
                        anyhow!("could not read {}: {}", shown(&file), broken.reason)
                    } else {
                        Incomplete(broken.reason).into()
                    }
                })
            }
            Input::Site(site) => {
                if self.with_names {
                    session = session.with_names(Arc::new(names(&site.site, self.console)));
                }
                site.run(session).await
            }
        }
    }
}

/// The names that a site has. The thread that reads the stream waits for them.
fn names(site: &Arc<Site>, console: Console) -> Names {
    let (site, runtime) = (site.clone(), Handle::current());
    Names::new(move |list| runtime.block_on(site.names(list)), console)
}

impl SiteExport {
    /// Exports the conversations that failed before, by their ids, and then the range.
    async fn run(self, mut session: Session) -> Result<()> {
        // The vendor might treat an empty list as no filter.
        if query::wants_none(&self.body) {
            return Ok(());
        }
        let Some(delta) = &self.delta else {
            let (session, read) = self.range(session, &self.body).await?;
            read?;
            match &self.ids {
                Some(ids) => session.tell_unknown(ids, self.site.name()).await,
                None => session.tell_no_match(query::no_match(&self.body)).await,
            }
            return Ok(());
        };
        let until = query::end(delta);
        let asks_for_ids = self.site.api() == Api::V3;
        if !delta.failed.is_empty() && (asks_for_ids || delta.sweep || delta.only_failed) {
            let retry = match self.site.api() {
                Api::V3 => query::again(&self.body, &delta.failed, until),
                Api::V4 => query::everything(&self.body, until),
            };
            let (asked, read) = self.site.stream(session, &retry).await?;
            session = asked;
            // The range is exported even if this request failed.
            session.tell_missing(delta, read).await;
            session.begin_next_stream();
        }
        if delta.only_failed {
            return Ok(());
        }
        for body in query::since(&self.body, delta, until) {
            let (rest, read) = self.range(session, &body).await?;
            read?;
            session = rest;
            session.begin_next_stream();
        }
        if delta.complete_until.is_none() {
            // Later runs often have nothing new.
            session.tell_no_match(query::no_match(&self.body)).await;
        }
        if let Some(all) = session
            .time()
            .and_then(|now| query::missed(&self.body, delta, now, until))
        {
            let (rest, read) = self.range(session, &all).await?;
            read?;
            session = rest;
            session.begin_next_stream();
        }
        if !asks_for_ids && !delta.sweep {
            let untried = "API v4 cannot be asked for one conversation; `--sweep` asks for all";
            session.tell_missing(delta, Err(anyhow!(untried))).await;
        }
        if let Some((end, now)) = self.late(session.time(), until) {
            // This machine's clock is so slow that the range ended before the site's present.
            let late = query::late(&self.body, end, now);
            self.range(session, &late).await?.1?;
        }
        Ok(())
    }

    /// The end of the range, if it lies before the site's present, and the site's present.
    fn late(&self, now: Option<Timestamp>, until: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let now = now?;
        let end = match self.site.api() {
            Api::V3 => Some(until).filter(|until| now > *until),
            Api::V4 => self.site.move_reach(now),
        };
        Some((end?, now))
    }

    /// Reads one range. The inner error is that of the stream.
    async fn range(&self, session: Session, body: &Body) -> Result<(Session, Result<()>)> {
        match self.windows {
            None => self.site.stream(session, body).await,
            Some(at_once) => windows::read(self.site.clone(), session, body, at_once).await,
        }
    }
}

/// Requests the last day to check the token, the site, the allowlist and the network, in each version of the API that may
/// be used.
///
/// # Errors
/// The errors of an export, when no version can be used.
pub async fn check(target: Target, context: &Context) -> Result<String> {
    let versions = match target.version {
        Version::Only(api) => vec![api],
        Version::Prefer(api) => vec![api, api.other()],
    };
    let now = Timestamp::now();
    let body = query::range(now.minus(Span::days(1)), now);
    let (mut usable, mut refused) = (Vec::new(), Vec::new());
    for api in versions {
        let version = Version::Only(api);
        let target = Target {
            version,
            ..target.clone()
        };
        // The query is small, so the answer comes soon and the usual timeout is enough.
        let site = Site::new(target, context.http.timeout, context)?;
        match site.ask(&body).await {
            Ok(_) => usable.push(api),
            Err(error) if is_transient(&error) => return Err(error),
            Err(error) => refused.push((api, error)),
        }
    }
    let site = target.site.as_str().trim_end_matches('/');
    let names: Vec<_> = usable.iter().map(|api| api.name()).collect();
    let names = names.join(" and ");
    let good = format!("{site} answers and the token may export from it with API {names}");
    match refused.into_iter().next() {
        Some((_, error)) if usable.is_empty() => Err(error),
        Some((api, error)) => {
            let status = error.downcast_ref().and_then(ApiError::status);
            let why = status.map_or_else(|| format!("{error:#}"), |status| status.to_string());
            Ok(format!("{good}, not with {}: {why}", api.name()))
        }
        None => Ok(good),
    }
}

fn is_transient(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(ApiError::is_transient)
}
