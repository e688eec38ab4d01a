//! boost.ai: one POST to Export API v3, whose answer streams for as long as it takes.
//!
//! ```text
//! network task --> chunks --> gunzip thread --> blocks --> parsing thread: splitter, elements --> events
//! ```

mod auth;
mod batch;
mod bytes;
mod cursor;
mod element;
mod export;
mod flaw;
mod message;
mod query;
mod stream;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};
use serde_json::{Map, Value};
use tokio::sync::mpsc::Sender;

use super::{Event, Incomplete, Increment};
use crate::cli::{BoostArgs, BoostTarget, NetworkArgs};
use crate::http::{self, ApiError, Call, Client};
use crate::progress::Console;
use crate::time::{Span, Timestamp};
use crate::usage;
use auth::Auth;
use export::Export;
use stream::Broken;

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
    Site(Box<Site>),
}

#[derive(Debug)]
struct Site {
    client: Client,
    auth: Auth,
    call: Call,
    body: Map<String, Value>,
    increment: Option<Increment>,
    retries: u32,
}

impl Boost {
    /// Prepares the export; nothing is asked yet.
    ///
    /// # Errors
    /// Mostly usage errors: no site, no token, no range.
    pub fn new(args: &BoostArgs, console: Console) -> Result<Self> {
        let origin = match &args.input {
            Some(file) => Origin::Saved(file.clone()),
            None => Origin::Site(Box::new(Site::new(args, console.clone())?)),
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
            Origin::Site(site) => {
                let filters = site
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
        if let Origin::Site(site) = &mut self.origin {
            site.increment = Some(increment);
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
            batch: batch::Batch::default(),
            part: 0,
        };
        match self.origin {
            Origin::Saved(file) => {
                let bytes = open(&file)?;
                let (_, read) = parse(export, bytes).await?;
                read.map_err(|broken| Incomplete(broken.reason).into())
            }
            Origin::Site(site) => site.run(export, &self.console).await,
        }
    }
}

impl Site {
    fn new(args: &BoostArgs, console: Console) -> Result<Self> {
        let (client, call) = connect(&args.target, &args.network, console)?;
        let now = Timestamp::now();
        let body = query::body(args, now)?;
        Ok(Self {
            client,
            auth: Auth::new(&args.target, &args.network)?,
            call,
            body,
            increment: None,
            retries: args.network.retries,
        })
    }

    /// Those that failed before, by their ids, and then the range.
    async fn run(self, mut export: Export, console: &Console) -> Result<()> {
        let Some(increment) = &self.increment else {
            return self.stream(export, &self.body, console).await?.1;
        };
        if !increment.failed.is_empty() {
            let asked = self
                .stream(export, &query::again(&self.body, increment), console)
                .await?;
            export = asked.0;
            // Whatever came of it: it must not keep the rest from being asked for.
            export.tell_missing(&increment.failed, asked.1).await;
            export.part += 1;
        }
        self.stream(export, &query::since(&self.body, increment), console)
            .await?
            .1
    }

    /// Starts the stream again when it broke in a way that may pass; what was sent is not sent again. The error within
    /// is the stream's own.
    async fn stream(
        &self,
        mut export: Export,
        body: &Map<String, Value>,
        console: &Console,
    ) -> Result<(Export, Result<()>)> {
        let body = serde_json::to_string(body)?;
        let mut failures = 0;
        loop {
            let response = match self.ask(&body).await {
                Ok(response) => response,
                Err(error) => return Ok((export, Err(error.into()))),
            };
            let (chunks, bytes) = bytes::channel();
            let (parsed, ()) = tokio::join!(parse(export, bytes), chunks.send(response));
            let (rest, read) = parsed?;
            export = rest;
            match read {
                Ok(()) => return Ok((export, Ok(()))),
                Err(Broken { reason, passing }) if !passing || failures == self.retries => {
                    return Ok((export, Err(Incomplete(reason).into())));
                }
                Err(Broken { reason, .. }) => {
                    let span = http::back_off(failures);
                    failures += 1;
                    let (of, seconds) = (self.retries, span.as_secs_f64());
                    console
                        .detail(|| format!("{reason}; retry {failures} of {of} in {seconds:.1} s"));
                    console.count_retry();
                    tokio::time::sleep(span).await;
                }
            }
        }
    }

    async fn ask(&self, body: &str) -> Result<Response, ApiError> {
        let bearer = self.auth.bearer(&self.client).await?;
        let post = |http: &reqwest::Client| {
            http.post(self.call.url.clone())
                .header(AUTHORIZATION, bearer.clone())
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT_ENCODING, "gzip")
                .body(body.to_owned())
        };
        self.client.open(&self.call, post).await
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
    let (client, call) = connect(target, network, console)?;
    let now = Timestamp::now();
    let auth = Auth::new(target, network)?;
    let body = query::range(now.minus(Span::days(1)), now);
    let site = Site {
        client,
        auth,
        call,
        body: body.clone(),
        increment: None,
        retries: network.retries,
    };
    site.ask(&serde_json::to_string(&body)?).await?;
    Ok(format!(
        "{} answers and the token may export from it",
        site.call.purpose.trim_start_matches("export from ")
    ))
}

/// The client of a site, and the call of its export API.
fn connect(
    target: &BoostTarget,
    network: &NetworkArgs,
    console: Console,
) -> Result<(Client, Call)> {
    let site = target.site.as_deref().unwrap_or_default().trim();
    if site.is_empty() {
        bail!(usage!(
            "no site: give --site NAME (of https://NAME.boost.ai) or URL, or set BOOST_SITE"
        ));
    }
    let base = http::base_url(&address(site)?)?;
    let purpose = format!("export from {}", base.as_str().trim_end_matches('/'));
    let client = Client::new(base, HeaderMap::new(), advice, 1, network, console)?;
    let call = client.call(purpose, &["api", "export", "v3"], &[])?;
    Ok((client, call))
}

/// Reads one stream on a thread of its own.
async fn parse(
    mut export: Export,
    bytes: impl Read + Send + 'static,
) -> Result<(Export, Result<(), Broken>)> {
    let parsing = tokio::task::spawn_blocking(move || {
        let read = export.read(&bytes::blocks(bytes));
        (export, read)
    });
    parsing.await.context("the parser broke down")
}

fn open(file: &Path) -> Result<Box<dyn Read + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let file =
        File::open(file).map_err(|error| anyhow!("could not read {}: {error}", file.display()))?;
    Ok(Box::new(file))
}

/// `NAME` is `https://NAME.boost.ai`, a host is reached over https, a URL is itself.
fn address(site: &str) -> Result<String> {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    match site {
        url if url.contains("://") => Ok(url.to_owned()),
        odd if !odd.chars().all(letters) => {
            bail!(usage!("`{odd}` is no site: give its NAME or URL"))
        }
        host if host.contains('.') => Ok(format!("https://{host}")),
        name => Ok(format!("https://{name}.boost.ai")),
    }
}

fn advice(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        401 => {
            "check BOOST_TOKEN or --token-file, and this machine's IP address in the site's allowlist"
        }
        403 => {
            "check the token's rights, and that this machine's IP address is in the site's allowlist \
             (Admin Panel, Settings, Security and Privacy)"
        }
        404 => "check --site: there is no export API at this address",
        _ => return None,
    })
}
