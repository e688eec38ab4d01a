//! The export API of a site. A stream that breaks is requested again.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use super::api::Api;
use super::auth::Auth;
use super::options::{Target, Version};
use super::query::Body;
use super::refused::Refused;
use super::session::Session;
use super::stream_error::Broken;
use super::v4::{self, List, Reach};
use super::{chunks, stream};
use crate::console::Console;
use crate::http::{self, Answer, Client, SentSecrets};
use crate::io::temporary::temporary_file;
use crate::source::context::Context;
use crate::source::incomplete::Incomplete;
use crate::time::Timestamp;

/// The export API of a site.
#[derive(Debug)]
pub struct Site {
    client: Client,
    auth: Auth,
    purpose: String,
    version: Version,
    /// The version that the site answers.
    answered: OnceLock<Api>,
    /// Up to when API v4 is asked.
    reach: Mutex<Option<Reach>>,
    first_byte_timeout: Duration,
    account: String,
    console: Console,
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
        Ok(Self {
            client,
            auth,
            purpose,
            version: target.version,
            answered: OnceLock::new(),
            reach: Mutex::new(None),
            first_byte_timeout,
            account,
            console: context.console.clone(),
        })
    }

    /// The address of the site for messages.
    pub fn name(&self) -> &str {
        self.purpose.trim_start_matches("export from ")
    }

    /// The account that the site's conversations belong to.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The version of the API that the site answers, or is asked first.
    pub fn api(&self) -> Api {
        let answered = self.answered.get().copied();
        answered.unwrap_or(self.version.first())
    }

    /// Notes in the session that an answer begins.
    pub fn begin(&self, session: &mut Session) {
        let (api, time) = (self.api(), self.client.server_time());
        let reach = (api == Api::V4).then(|| self.reach());
        session.begin_answer(api, time, reach);
    }

    /// Up to when API v4 is asked: a minute before the site's time, or this machine's until the site has answered.
    fn reach(&self) -> Reach {
        let time = || self.client.server_time().unwrap_or_else(Timestamp::now);
        *lock(&self.reach).get_or_insert_with(|| Reach::before(time()))
    }

    /// Moves the end of what API v4 is asked for, if this machine's clock was so slow that it lies long before the site's
    /// present. Returns where it was.
    pub fn move_reach(&self, now: Timestamp) -> Option<Timestamp> {
        let before = self.reach();
        before.late(now)?;
        *lock(&self.reach) = Some(Reach::before(now));
        Some(before.end())
    }

    /// Reads a stream, and starts it again after a failure that may be temporary. Nothing is sent twice. The inner
    /// error is that of the stream.
    pub async fn stream(&self, mut session: Session, body: &Body) -> Result<(Session, Result<()>)> {
        let (mut failures, since) = (0, Instant::now());
        loop {
            let answer = match self.ask(body).await {
                Ok(answer) => answer,
                Err(error) => return Ok((session, Err(error))),
            };
            self.begin(&mut session);
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

    /// Sends the request, in the version that the site answers. Failures before the body of the answer are retried.
    ///
    /// # Errors
    /// [`http::ApiError`], when the request fails after the retries, or when a retry cannot help; a usage error when the version
    /// is not known to take what is asked for.
    pub async fn ask(&self, body: &Body) -> Result<Answer> {
        let api = self.api();
        let refused = match self.ask_as(api, self.wire(api, body)?).await {
            Ok(answer) => {
                self.answered.set(api).ok();
                return Ok(answer);
            }
            Err(refused) => refused,
        };
        let is_open = matches!(self.version, Version::Prefer(_)) && self.answered.get().is_none();
        if !is_open || !refused.may_be_the_version() {
            return Err(refused.error.into());
        }
        let other = api.other();
        let wire = match self.wire(other, body) {
            Ok(wire) => wire,
            Err(why) => {
                let untried = format!("{other} was not tried ({why})");
                return Err(anyhow::Error::from(refused.error).context(untried));
            }
        };
        match self.ask_as(other, wire).await {
            Ok(answer) => {
                let why = refused.status();
                self.console
                    .detail(|| format!("the site answers {api} with {why}, so {other} is used"));
                self.answered.set(other).ok();
                Ok(answer)
            }
            Err(second) if refused.is_absent() && !second.is_absent() => Err(second.error.into()),
            Err(_) => Err(refused.error.into()),
        }
    }

    /// The body as a version takes it.
    fn wire(&self, api: Api, body: &Body) -> Result<Value> {
        match api {
            Api::V3 => Ok(Value::Object(body.clone())),
            Api::V4 => {
                let has_flags = matches!(self.version, Version::Prefer(_));
                v4::wire(body, self.reach(), has_flags)
            }
        }
    }

    async fn ask_as(&self, api: Api, body: Value) -> Result<Answer, Refused> {
        let body = body.to_string();
        let no_token = AtomicBool::new(false);
        let call = self.client.call(self.purpose.clone(), api.path(), &[]);
        let mut call = call.expect("the path is no user's");
        if api == Api::V4 {
            call.advice = |status| v4::advice(status).or_else(|| advice(status));
        }
        let answer = self
            .client
            .open(&call, self.first_byte_timeout, |http| {
                let body = body.clone();
                let (call, no_token) = (&call, &no_token);
                async move {
                    let bearer = self.auth.bearer(api).await;
                    let bearer = bearer.inspect_err(|_| no_token.store(true, Relaxed))?;
                    Ok(http
                        .post(call.url.clone())
                        .header(AUTHORIZATION, bearer)
                        .header(CONTENT_TYPE, "application/json")
                        .header(ACCEPT_ENCODING, "gzip")
                        .body(body))
                }
            })
            .await;
        answer.map_err(|error| Refused {
            error,
            no_token: no_token.load(Relaxed),
        })
    }

    /// Fetches a list of names of API v4.
    ///
    /// # Errors
    /// When the list cannot be fetched after the retries.
    pub async fn names(&self, list: List) -> Result<HashMap<String, Value>> {
        let what = list.path();
        let purpose = format!("get the names of {what} from {}", self.name());
        let path = ["api", "export", "v4", what];
        let mut call = self.client.call(purpose, &path, &[])?;
        if let Ok(mut segments) = call.url.path_segments_mut() {
            // The address ends with a slash.
            segments.push("");
        }
        call.advice = |status| v4::advice_on_names(status).or_else(|| advice(status));
        let bearer = self.auth.bearer(Api::V4).await?;
        let get = |http: &reqwest::Client| {
            let request = http.get(call.url.clone());
            request.header(AUTHORIZATION, bearer.clone())
        };
        Ok(self.client.json(&call, get).await?)
    }

    /// Waits before the next try of what began at `since`.
    async fn pause(&self, since: Instant, reason: &str, failures: &mut u32) {
        let span = http::back_off(*failures);
        *failures += 1;
        self.client.pause(since, reason, *failures, span).await;
    }
}

/// Locks a mutex. A thread that broke down with the lock ends the program in any case.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
