//! Downloads the files that messages point to: pictures, sounds, videos, documents.
//!
//! ```text
//! address --> Fetcher: several at once, retries --> download --> Keeper --> Store: a file by its SHA-256
//!                address: which machines may be asked    kind: what a file is, by its content
//! ```
//!
//! Everything here comes from the network and is trusted with nothing: not with addresses, lengths, types or names.

mod address;
mod body;
mod client;
mod download;
mod fetcher;
mod hosts;
mod intake;
mod keeper;
mod kind;
mod options;
mod store;

pub use address::VendorHost;
pub use fetcher::{Fetched, Fetcher, Request};
pub use options::{Kind, Options};
pub use store::{Store, key};
