//! The HTTP client: authorization, timeouts, retries, rate limits and errors. Nothing here depends on a vendor's API.

mod address;
mod answer;
mod body;
mod call;
mod client;
mod connection;
mod error;
mod network;
mod observer;
mod options;
mod rate_limit;
mod refusal;
mod retry;
mod secret;
mod waiting;

pub use address::{base_url, header};
pub use answer::Answer;
pub use call::{Advice, Call};
pub use client::Client;
pub use connection::ConnectionError;
pub use error::{ApiError, Cause};
pub use network::Network;
pub use observer::{Observer, Retry};
pub use options::Options;
pub use retry::back_off;
pub use secret::{Secret, SentSecrets};
