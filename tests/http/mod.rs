//! Requests: addresses, errors, retries, rate limits, and secrets.

mod address;
mod errors;
mod rate_limit;
mod retry;
mod secret;
