//! Where an export goes: stdout, a file or a folder. A sink knows where a document begins and ends, but not what it
//! contains.

mod document;
mod files;
mod finished;
mod folder;
mod name;
mod output;
mod pages;
mod single;
mod split;
mod stdout;
mod target;
mod written;

pub use finished::{Finished, KeptFile};
pub use folder::Folder;
pub use name::NameTemplate;
pub use output::Sink;
pub use split::{Split, beside};
pub use target::{Options, Target};
pub use written::Written;
