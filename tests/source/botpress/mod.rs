//! Botpress: what it is asked, and what its answers become.

mod active;
mod concurrency;
mod contract;
mod conversation;
mod deep;
pub mod handover;
mod list;
pub mod message;
mod moved;
mod no_match;
mod odd;
mod pages;
mod selection;
mod tickets;
