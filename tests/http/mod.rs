//! Requests: addresses, errors, retries, rate limits, and secrets.

mod address;
mod connection;
mod errors;
mod rate_limit;
mod retry;
mod secret;
