//! The tests: all of them run the binary as a user would, most of them against the fake vendors.

mod support;

mod archive;
mod archive_odd;
mod boost;
mod boost_faults;
mod botpress;
mod browser;
mod chat;
mod cli;
mod contract;
mod crash;
mod errors;
mod house;
mod html;
mod list;
mod manual;
mod markdown;
mod names;
mod output;
mod packed;
mod render;
mod retries;
mod rows;
mod scale;
mod schema;
mod secrets;
mod singer;
mod template;
mod terminal;
mod transcripts;
mod unbreakable;
mod windows;
