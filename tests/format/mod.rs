//! The formats, each compared with what a program or a person reads in it.

mod any_text;
mod chat;
mod conversations;
pub mod csv;
mod golden;
mod heading;
pub mod html;
mod markdown;
mod messages;
mod singer;
mod takeover;
mod template;
mod text;
mod xlsx;
