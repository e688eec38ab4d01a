//! Downloads one file: follows redirects, each checked, and takes the body up to the limits.

use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::Body as _;
use hyper::header::{CONTENT_ENCODING, HeaderMap, LOCATION, RETRY_AFTER};
use hyper::http::uri::InvalidUri;
use hyper::{StatusCode, Uri};
use hyper_util::client::legacy;
use url::Url;

use super::address::{NotAllowed, Policy, VendorHost};
use super::body::Body;
use super::client::{Answer, Client};
use super::hosts::Hosts;
use super::intake::{Intake, Taken};
use crate::http::{ConnectionError, Observer};
use crate::model::Missing;

/// How often a server may point elsewhere.
const REDIRECTS: usize = 5;

/// A file has this long, and as long as its largest size takes at the slowest rate, so that no server can keep a run for
/// ever with single bytes.
const LONGEST: Duration = Duration::from_secs(600);

/// The slowest rate, in bytes per second.
const SLOWEST: u64 = 100_000;

/// What a download needs.
#[derive(Debug)]
pub struct Downloader {
    pub client: Client,
    pub policy: Policy,
    pub vendor: Option<VendorHost>,
    pub hosts: Hosts,
    /// How long to wait for the next bytes.
    pub timeout: Duration,
}

/// Why a download failed.
#[derive(Debug)]
pub enum Failure {
    /// The file cannot be downloaded, for a reason and perhaps with a status.
    Missing(Missing, Option<StatusCode>, String),
    /// Another try may succeed, after this time if the server says so.
    Transient(String, Option<StatusCode>, Option<Duration>),
    /// This machine cannot take the file.
    Local(io::Error),
}

impl Downloader {
    /// Downloads a file into `intake`.
    pub async fn download(
        &self,
        address: Url,
        intake: Intake,
        observer: &dyn Observer,
    ) -> Result<Taken, Failure> {
        let longest = LONGEST + Duration::from_secs(intake.limit() / SLOWEST);
        let whole = async {
            let answer = self.open(address, observer).await?;
            self.take(answer, intake).await
        };
        let whole = tokio::time::timeout(longest, whole).await;
        // To try that again would take as long again.
        let late = || Failure::Missing(Missing::Unreachable, None, "it took too long".to_owned());
        whole.unwrap_or_else(|_| Err(late()))
    }

    /// Asks for a file, and goes where the server points to.
    async fn open(&self, mut address: Url, observer: &dyn Observer) -> Result<Answer, Failure> {
        for _ in 0..=REDIRECTS {
            self.policy.check(&address).map_err(not_allowed)?;
            let answer = self.ask(&address, observer).await?;
            if !answer.status().is_redirection() {
                return accepted(answer);
            }
            let target = answer.headers().get(LOCATION);
            let target = target.and_then(|target| target.to_str().ok());
            let target = target.and_then(|target| address.join(target).ok());
            address = target.ok_or_else(|| lost("it points to no address", &answer))?;
        }
        let why = format!("it points elsewhere more than {REDIRECTS} times");
        Err(Failure::Missing(Missing::Unreachable, None, why))
    }

    /// Sends one request. Only the vendor's own API gets the token.
    async fn ask(&self, address: &Url, observer: &dyn Observer) -> Result<Answer, Failure> {
        let vendor = self.vendor.as_ref().filter(|vendor| vendor.has(address));
        let headers = vendor.map_or_else(HeaderMap::new, |vendor| vendor.headers.clone());
        let uri: Uri = address.as_str().parse().map_err(|error| unusable(&error))?;
        let host = address.authority();
        let Some(patience) = self.hosts.patience(host, self.timeout, Instant::now()) else {
            let why = "its host did not answer other requests".to_owned();
            return Err(Failure::Missing(Missing::Unreachable, None, why));
        };
        observer.on_request();
        let answer = tokio::time::timeout(patience, self.client.get(uri, headers)).await;
        let is_silent = match &answer {
            Err(_) => true,
            Ok(answer) => answer.as_ref().is_err_and(legacy::Error::is_connect),
        };
        self.hosts.note(host, !is_silent, Instant::now());
        let answer = match answer {
            Err(_) => Err(transient("no answer came in time")),
            Ok(answer) => answer.map_err(|error| unanswered(error, address)),
        };
        observer.on_detail(&|| {
            let outcome = match &answer {
                Ok(answer) => answer.status().as_u16().to_string(),
                Err(failure) => failure.why(),
            };
            // A query may be a signature, which opens the file to everybody.
            format!(
                "GET {}{}: {outcome}",
                address.origin().ascii_serialization(),
                address.path()
            )
        });
        answer
    }

    async fn take(&self, mut answer: Answer, intake: Intake) -> Result<Taken, Failure> {
        let header = |name| {
            answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let encoding = header(CONTENT_ENCODING).unwrap_or_default().to_owned();
        if encoding.is_empty() && answer.body().size_hint().exact() > Some(intake.limit()) {
            return Err(Failure::Missing(
                Missing::TooLarge,
                None,
                "its server says that it is too large".to_owned(),
            ));
        }
        let mut body = Body::new(&encoding, intake)
            .ok_or_else(|| lost(&format!("its encoding {encoding:?} is not known"), &answer))?;
        loop {
            let frame = tokio::time::timeout(self.timeout, answer.frame()).await;
            let frame = frame.map_err(|_| transient("no more bytes came in time"))?;
            let Some(frame) = frame else { break };
            // A frame without data has trailers.
            let chunk = frame.map_err(broken)?.into_data().unwrap_or_default();
            let written = body.write(&chunk);
            written.map_err(|error| stopped(&body, error))?;
        }
        let ended = body.end();
        ended.map_err(|error| stopped(&body, error))?;
        Ok(body.into_intake().map_err(Failure::Local)?.finish())
    }
}

impl Failure {
    /// What happened, in words.
    pub fn why(&self) -> String {
        match self {
            Self::Missing(_, _, why) | Self::Transient(why, ..) => why.clone(),
            Self::Local(error) => error.to_string(),
        }
    }
}

/// The answer, if it brings the file.
fn accepted(answer: Answer) -> Result<Answer, Failure> {
    let status = answer.status();
    let why = || format!("its server answered {status}");
    match status {
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => Ok(answer),
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Err(Failure::Missing(Missing::Gone, Some(status), why()))
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(Failure::Transient(why(), Some(status), wait(&answer)))
        }
        status if status.is_server_error() => {
            Err(Failure::Transient(why(), Some(status), wait(&answer)))
        }
        status if status.is_client_error() => {
            Err(Failure::Missing(Missing::Refused, Some(status), why()))
        }
        _ => Err(lost("its server sent another thing than the file", &answer)),
    }
}

/// How many seconds the server asks to wait.
fn wait(answer: &Answer) -> Option<Duration> {
    let wait = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    wait.parse().ok().map(Duration::from_secs)
}

fn transient(why: &str) -> Failure {
    Failure::Transient(why.to_owned(), None, None)
}

fn lost(why: &str, answer: &Answer) -> Failure {
    Failure::Missing(Missing::Unreachable, Some(answer.status()), why.to_owned())
}

fn not_allowed(error: NotAllowed) -> Failure {
    Failure::Missing(Missing::NotAllowed, None, error.to_string())
}

/// An address that no request can be sent to, as one of more than 64 KB.
fn unusable(error: &InvalidUri) -> Failure {
    Failure::Missing(Missing::Unreachable, None, error.to_string())
}

fn unanswered(error: legacy::Error, address: &Url) -> Failure {
    let first: Option<&(dyn Error + 'static)> = error.source();
    let mut causes = std::iter::successors(first, |cause| (*cause).source());
    if causes.any(<dyn Error>::is::<NotAllowed>) {
        return not_allowed(NotAllowed);
    }
    let host = address.host_str().map(str::to_owned);
    let is_connect = error.is_connect();
    let error = ConnectionError::from_causes(error, is_connect, host);
    if error.is_transient() {
        return transient(&error.to_string());
    }
    Failure::Missing(Missing::Unreachable, None, error.to_string())
}

fn broken(error: hyper::Error) -> Failure {
    transient(&ConnectionError::from_causes(error, false, None).to_string())
}

/// Why a body could not be taken: a limit, what was to be unpacked, or this machine.
fn stopped(body: &Body, error: io::Error) -> Failure {
    if let Some(over) = body.intake().over() {
        let why = match over {
            Missing::TooLarge => "it is too large",
            _ => "the run has downloaded as much as it may",
        };
        return Failure::Missing(over, None, why.to_owned());
    }
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            transient("its compressed body is damaged")
        }
        _ => Failure::Local(error),
    }
}
