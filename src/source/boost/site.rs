//! The export API of a site. A stream that breaks is requested again.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use super::auth::Auth;
use super::options::Target;
use super::query::Body;
use super::session::Session;
use super::stream_error::Broken;
use super::{chunks, stream};
use crate::http::{self, Answer, ApiError, Call, Client, SentSecrets};
use crate::io::temporary::temporary_file;
use crate::source::context::Context;
use crate::source::incomplete::Incomplete;

/// The export API of a site.
#[derive(Debug)]
pub struct Site {
    client: Client,
    auth: Auth,
    call: Call,
    first_byte_timeout: Duration,
    account: String,
}

impl Site {
    /// Sets up the client. The first byte of an answer has its own timeout, since the site sends it only after its
    /// query.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(target: Target, first_byte_timeout: Duration, context: &Context) -> Result<Self> {
        let purpose = format!("export from {}", target.site.as_str().trim_end_matches('/'));
        let account = target.account();
        let sent = Arc::<SentSecrets>::default();
        let auth = Auth::new(target.credentials, sent.clone(), context)?;
        let client = Client::new(
            target.site,
            HeaderMap::new(),
            advice,
            context.http,
            sent,
            context.observer.clone(),
        )?;
        let call = client.call(purpose, &["api", "export", "v3"], &[])?;
        Ok(Self {
            client,
            auth,
            call,
            first_byte_timeout,
            account,
        })
    }

    /// The address of the site for messages.
    pub fn name(&self) -> &str {
        self.call.purpose.trim_start_matches("export from ")
    }

    /// The account that the site's conversations belong to.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Reads a stream, and starts it again after a failure that may be temporary. Nothing is sent twice. The inner
    /// error is that of the stream.
    pub async fn stream(&self, mut session: Session, body: &Body) -> Result<(Session, Result<()>)> {
        let (mut failures, since) = (0, Instant::now());
        loop {
            let answer = match self.ask(body).await {
                Ok(answer) => answer,
                Err(error) => return Ok((session, Err(error.into()))),
            };
            session.expect_time(self.client.server_time());
            let (chunks, bytes) = chunks::channel();
            let (parsed, ()) = tokio::join!(stream::parse(session, bytes), chunks.send(answer));
            let (rest, read) = parsed?;
            session = rest;
            match read {
                Ok(()) => return Ok((session, Ok(()))),
                Err(Broken {
                    reason, transient, ..
                }) if !transient || failures == self.client.retries() => {
                    return Ok((session, Err(self.incomplete(&reason))));
                }
                Err(Broken { reason, .. }) => self.pause(since, &reason, &mut failures).await,
            }
        }
    }

    /// Makes the error for an incomplete answer. The reason may quote the vendor, so secrets are hidden.
    pub fn incomplete(&self, reason: &str) -> anyhow::Error {
        Incomplete(self.client.sent().hide(reason)).into()
    }

    /// Saves an answer in an unnamed temporary file, and returns the file at its beginning.
    ///
    /// # Errors
    /// When the answer cannot be fetched after the retries, or the temporary folder is full.
    pub async fn save(&self, body: &Body) -> Result<File> {
        let (mut failures, since) = (0, Instant::now());
        loop {
            let answer = self.ask(body).await?;
            let (chunks, mut bytes) = chunks::channel();
            let saving = tokio::task::spawn_blocking(move || -> Result<_> {
                let failure = "could not keep an answer";
                let mut file = temporary_file().context(failure)?;
                let mut buffer = io::BufWriter::new(&mut file);
                let copied = bytes.copy_to(&mut buffer).context(failure)?;
                buffer.flush().context(failure)?;
                drop(buffer);
                file.rewind().context(failure)?;
                Ok((file, copied))
            });
            let (saved, ()) = tokio::join!(saving, chunks.send(answer));
            let (file, copied) = saved.context("a task of the program broke down")??;
            match copied {
                Ok(()) => return Ok(file),
                Err(error) if failures == self.client.retries() => {
                    bail!(Incomplete(error.to_string()))
                }
                Err(error) => self.pause(since, &error.to_string(), &mut failures).await,
            }
        }
    }

    /// Sends the request. Failures before the body of the answer are retried.
    ///
    /// # Errors
    /// [`ApiError`], when the request fails after the retries, or when a retry cannot help.
    pub async fn ask(&self, body: &Body) -> Result<Answer, ApiError> {
        let body = Value::Object(body.clone()).to_string();
        self.client
            .open(&self.call, self.first_byte_timeout, |http| {
                let body = body.clone();
                async move {
                    let bearer = self.auth.bearer().await?;
                    Ok(http
                        .post(self.call.url.clone())
                        .header(AUTHORIZATION, bearer)
                        .header(CONTENT_TYPE, "application/json")
                        .header(ACCEPT_ENCODING, "gzip")
                        .body(body))
                }
            })
            .await
    }

    /// Waits before the next try of what began at `since`.
    async fn pause(&self, since: Instant, reason: &str, failures: &mut u32) {
        let span = http::back_off(*failures);
        *failures += 1;
        self.client.pause(since, reason, *failures, span).await;
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
