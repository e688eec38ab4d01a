//! One site's export API: asked for a stream, and again when that breaks.

use std::fs::File;
use std::io::{self, Seek, Write};

use anyhow::{Context, Result, bail};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};
use serde_json::{Map, Value};

use super::auth::Auth;
use super::bytes;
use super::export::Export;
use super::stream::Broken;
use crate::cli::{BoostTarget, NetworkArgs};
use crate::http::{self, ApiError, Call, Client};
use crate::progress::Console;
use crate::source::Incomplete;
use crate::usage;

/// The body of a request: the range, and filters.
pub type Body = Map<String, Value>;

/// A site, ready to be asked.
#[derive(Debug)]
pub struct Site {
    client: Client,
    auth: Auth,
    call: Call,
    retries: u32,
    console: Console,
}

impl Site {
    /// Sets up the client, for so many requests at once.
    ///
    /// # Errors
    /// A usage error for a missing or impossible site or token.
    pub fn new(
        target: &BoostTarget,
        network: &NetworkArgs,
        at_once: u16,
        console: Console,
    ) -> Result<Self> {
        let site = target.site.as_deref().unwrap_or_default().trim();
        if site.is_empty() {
            bail!(usage!(
                "no site: give --site NAME (of https://NAME.boost.ai) or URL, or set BOOST_SITE"
            ));
        }
        let base = http::base_url(&address(site)?)?;
        let purpose = format!("export from {}", base.as_str().trim_end_matches('/'));
        let headers = HeaderMap::new();
        let client = Client::new(base, headers, advice, at_once, network, console.clone())?;
        let call = client.call(purpose, &["api", "export", "v3"], &[])?;
        Ok(Self {
            client,
            auth: Auth::new(target, network)?,
            call,
            retries: network.retries,
            console,
        })
    }

    /// The address, for people.
    pub fn name(&self) -> &str {
        self.call.purpose.trim_start_matches("export from ")
    }

    /// Reads a stream, and starts it again when it broke in a way that may pass; what was sent is not sent again. The
    /// error within is the stream's own.
    pub async fn stream(&self, mut export: Export, body: &Body) -> Result<(Export, Result<()>)> {
        let mut failures = 0;
        loop {
            let response = match self.ask(body).await {
                Ok(response) => response,
                Err(error) => return Ok((export, Err(error.into()))),
            };
            let (chunks, bytes) = bytes::channel();
            let (parsed, ()) = tokio::join!(export.parse(bytes), chunks.send(response));
            let (rest, read) = parsed?;
            export = rest;
            match read {
                Ok(()) => return Ok((export, Ok(()))),
                Err(Broken { reason, passing }) if !passing || failures == self.retries => {
                    return Ok((export, Err(self.incomplete(&reason))));
                }
                Err(Broken { reason, .. }) => self.pause(&reason, &mut failures).await,
            }
        }
    }

    /// What came of an answer that is not whole, whose reason may be in the vendor's words.
    pub fn incomplete(&self, reason: &str) -> anyhow::Error {
        Incomplete(self.client.sent().hide(reason)).into()
    }

    /// Saves an answer in a file that has no name, and gives it rewound.
    ///
    /// # Errors
    /// When the answer cannot be had after the retries, or the temporary folder is full.
    pub async fn save(&self, body: &Body) -> Result<File> {
        let mut failures = 0;
        loop {
            let response = self.ask(body).await?;
            let (chunks, mut bytes) = bytes::channel();
            let saving = tokio::task::spawn_blocking(move || -> Result<_> {
                let unsaved = "could not keep an answer in the temporary folder (TMPDIR)";
                let mut file = tempfile::tempfile().context(unsaved)?;
                let mut buffer = io::BufWriter::new(&mut file);
                let came = bytes.copy_to(&mut buffer).context(unsaved)?;
                buffer.flush().context(unsaved)?;
                drop(buffer);
                file.rewind().context(unsaved)?;
                Ok((file, came))
            });
            let (saved, ()) = tokio::join!(saving, chunks.send(response));
            let (file, came) = saved.context("a task of the program broke down")??;
            match came {
                Ok(()) => return Ok(file),
                Err(error) if failures == self.retries => bail!(Incomplete(error.to_string())),
                Err(error) => self.pause(&error.to_string(), &mut failures).await,
            }
        }
    }

    /// Asks once; what goes wrong before the answer's body is retried.
    ///
    /// # Errors
    /// [`ApiError`], when it still fails after the retries or fails in a way that no retry mends.
    pub async fn ask(&self, body: &Body) -> Result<Response, ApiError> {
        let bearer = self.auth.bearer(&self.client).await?;
        let body = Value::Object(body.clone()).to_string();
        let post = |http: &reqwest::Client| {
            http.post(self.call.url.clone())
                .header(AUTHORIZATION, bearer.clone())
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT_ENCODING, "gzip")
                .body(body.clone())
        };
        self.client.open(&self.call, post).await
    }

    /// Waits before the next try.
    async fn pause(&self, reason: &str, failures: &mut u32) {
        let span = http::back_off(*failures);
        *failures += 1;
        let (of, seconds) = (self.retries, span.as_secs_f64());
        self.console
            .detail(|| format!("{reason}; retry {failures} of {of} in {seconds:.1} s"));
        self.console.count_retry();
        tokio::time::sleep(span).await;
    }
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
