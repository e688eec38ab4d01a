//! Downloads several files at once, beside the messages. A file that cannot be downloaded is tried again a few times, and then
//! is missing for a reason.

use std::fmt;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::{self, Poll, Waker};
use std::time::Duration;

use anyhow::Result;
use data_url::DataUrl;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use url::Url;

use super::address::{Policy, VendorHost};
use super::client::Client;
use super::download::{Downloader, Failure};
use super::hosts::Hosts;
use super::intake::{Allowance, Intake, Taken};
use super::keeper::Keeper;
use super::options::Options;
use super::store::Store;
use crate::http::{self, Observer, back_off};
use crate::model::{MediaFile, Missing};
use crate::time::Timestamp;

/// How often a failed download is tried again at most. A later run tries again as well, so no file holds a run up.
const RETRIES: u32 = 3;

/// The longest wait that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A file to download.
#[derive(Debug)]
pub struct Request {
    /// The key of its address.
    pub key: u128,
    /// Its address.
    pub address: String,
    /// When the address stops to work, if that is known.
    pub expires_at: Option<Timestamp>,
}

/// What became of a request.
#[derive(Debug)]
pub struct Fetched {
    /// The key of its address.
    pub key: u128,
    /// The file, or why there is none.
    pub result: Result<MediaFile, Missing>,
    /// The last status of its server.
    pub status: Option<u16>,
    /// What is wrong with this machine, so that no other file can be stored either.
    pub broken: Option<std::io::Error>,
}

/// Downloads files.
pub struct Fetcher {
    shared: Arc<Shared>,
    runtime: Handle,
    results: UnboundedReceiver<Fetched>,
    sender: UnboundedSender<Fetched>,
}

/// What all downloads share.
struct Shared {
    downloader: Downloader,
    keeper: Keeper,
    slots: Arc<Semaphore>,
    max_size: u64,
    allowance: Allowance,
    retries: u32,
    observer: Arc<dyn Observer>,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").finish_non_exhaustive()
    }
}

impl Fetcher {
    /// Makes a fetcher that keeps files in `store`. `vendor` is the API that the messages come from, if they come from one.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(
        options: &Options,
        store: Store,
        vendor: Option<VendorHost>,
        network: http::Options,
        observer: Arc<dyn Observer>,
        runtime: Handle,
    ) -> Result<Self> {
        let policy = Policy::of(vendor.as_ref());
        let downloader = Downloader {
            client: Client::new(policy, network.timeout)?,
            policy,
            vendor,
            hosts: Hosts::default(),
            timeout: network.timeout,
        };
        let (sender, results) = mpsc::unbounded_channel();
        Ok(Self {
            shared: Arc::new(Shared {
                downloader,
                keeper: Keeper::new(store),
                slots: Arc::new(Semaphore::new(options.concurrency.into())),
                max_size: options.max_size,
                allowance: Arc::new(AtomicU64::new(options.max_total)),
                retries: network.retries.min(RETRIES),
                observer,
            }),
            runtime,
            results,
            sender,
        })
    }

    /// Where the files are kept.
    pub fn store(&self) -> &Store {
        &self.shared.keeper.store
    }

    /// Begins a download. Its result comes from [`Self::next`].
    pub fn start(&mut self, request: Request) {
        let (shared, sender) = (self.shared.clone(), self.sender.clone());
        let slot = place_in_queue(&shared.slots);
        self.runtime.spawn(async move {
            let slot = slot.await;
            // It is large, so one that waits for its slot is not made yet.
            for fetched in Box::pin(shared.fetch(request, slot)).await {
                // The receiver is gone when the run has ended early.
                sender.send(fetched).ok();
            }
        });
    }

    /// Waits for the next result. Waits for ever when nothing is under way. No result is lost when the wait is given up.
    pub async fn next(&mut self) -> Fetched {
        match self.results.recv().await {
            Some(fetched) => fetched,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        // Downloads of a run that ended early may still hold the store.
        self.store().close();
    }
}

impl Shared {
    /// Downloads and keeps a file. Returns what is known then, also of other files.
    async fn fetch(&self, request: Request, slot: Slot) -> Vec<Fetched> {
        let (missing, status, broken) = match self.attempts(&request, slot).await {
            Ok((taken, _room)) => match self.keeper.keep(request.key, taken).await {
                Ok(kept) => return kept.into_iter().map(Fetched::kept).collect(),
                Err(error) => (Missing::Unreachable, None, Some(error)),
            },
            Err(Failure::Missing(missing, status, _)) => {
                (or_expired(missing, request.expires_at), status, None)
            }
            Err(Failure::Transient(_, status, _)) => (Missing::Unreachable, status, None),
            Err(Failure::Local(error)) => (Missing::Unreachable, None, Some(error)),
        };
        vec![Fetched {
            key: request.key,
            result: Err(missing),
            status: status.map(|status| status.as_u16()),
            broken,
        }]
    }

    /// Tries to download a file, and tries again while that may help.
    async fn attempts(&self, request: &Request, mut slot: Slot) -> Result<Whole<'_>, Failure> {
        let mut failures = 0;
        loop {
            let failure = match self.attempt(request, slot).await {
                Err(Failure::Transient(why, status, wait)) if failures < self.retries => {
                    let asked = wait.unwrap_or_default().min(LONGEST_WAIT);
                    let span = back_off(failures).max(asked);
                    self.observer.on_retry();
                    self.observer.on_detail(&|| {
                        let status = status.map(|status| format!(" ({status})"));
                        let seconds = span.as_secs_f64();
                        format!(
                            "a medium is tried again in {seconds:.1} s: {why}{}",
                            status.unwrap_or_default()
                        )
                    });
                    span
                }
                outcome => return outcome,
            };
            failures += 1;
            // Others may download meanwhile.
            tokio::time::sleep(failure).await;
            slot = self.slots.clone().acquire_owned().await.ok();
        }
    }

    async fn attempt(&self, request: &Request, slot: Slot) -> Result<Whole<'_>, Failure> {
        let _slot = slot;
        let temporary = self.keeper.store.temporary().map_err(Failure::Local)?;
        let intake = Intake::new(temporary, self.max_size, self.allowance.clone());
        let address = &request.address;
        let is_data = address
            .get(..5)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
        let taken = if is_data {
            decode(address, intake)?
        } else {
            let address = Url::parse(address)
                .map_err(|error| Failure::Missing(Missing::NotAllowed, None, error.to_string()))?;
            let download = self.downloader.download(address, intake, &*self.observer);
            download.await?
        };
        Ok((taken, self.keeper.room().await))
    }
}

impl Fetched {
    fn kept((key, file): (u128, MediaFile)) -> Self {
        Self {
            key,
            result: Ok(file),
            status: None,
            broken: None,
        }
    }
}

/// A whole file, and the room for it until it is kept.
type Whole<'a> = (Taken, Option<SemaphorePermit<'a>>);

/// The right to download.
type Slot = Option<OwnedSemaphorePermit>;

/// A wait for a slot.
type Wait = Pin<Box<dyn Future<Output = Slot> + Send>>;

/// Takes a place in the queue for a slot now, since tasks begin in any order.
fn place_in_queue(slots: &Arc<Semaphore>) -> Wait {
    let slots = slots.clone();
    let mut wait: Wait = Box::pin(async move { slots.acquire_owned().await.ok() });
    match wait
        .as_mut()
        .poll(&mut task::Context::from_waker(Waker::noop()))
    {
        Poll::Ready(slot) => Box::pin(std::future::ready(slot)),
        Poll::Pending => wait,
    }
}

/// Decodes an address that has the file in it.
fn decode(address: &str, mut intake: Intake) -> Result<Taken, Failure> {
    let damaged = |why: &str| Failure::Missing(Missing::Unreachable, None, why.to_owned());
    let data = DataUrl::process(address).map_err(|_| damaged("it is no data: address"))?;
    let decoded = data.decode(|bytes| intake.write_all(bytes));
    match decoded {
        Ok(_) => Ok(intake.finish()),
        Err(data_url::forgiving_base64::DecodeError::InvalidBase64(_)) => {
            Err(damaged("its base64 is damaged"))
        }
        Err(data_url::forgiving_base64::DecodeError::WriteError(error)) => {
            Err(match intake.over() {
                Some(over) => Failure::Missing(over, None, "a limit is reached".to_owned()),
                None => Failure::Local(error),
            })
        }
    }
}

/// Tells a refusal whose reason is the time.
fn or_expired(missing: Missing, expires_at: Option<Timestamp>) -> Missing {
    let is_over = expires_at.is_some_and(|time| time < Timestamp::now());
    if missing == Missing::Refused && is_over {
        return Missing::Expired;
    }
    missing
}
