//! Links to files as the page's data has them, and what is known of files that lie beside the page.

use serde::Serialize;

use super::safe::Safe;
use crate::model::Attachment;

/// What is known of a file: its relative address and what it is, or why it is missing.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Local {
    There(String, String),
    Missing(&'static str),
}

/// A link to a file: its kind, its address, its title, and what is known of the file itself.
#[derive(Serialize)]
pub struct File<'a>(
    Safe<'a>,
    Safe<'a>,
    Option<Safe<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")] Option<Local>,
);

impl Local {
    /// What is known of the file of a link. `None` when media were not asked for.
    pub fn of(link: &Attachment) -> Option<Self> {
        let there = link.file_link().zip(link.media_type.clone());
        let missing = link.missing.map(|missing| Self::Missing(missing.name()));
        there
            .map(|(file, media_type)| Self::There(file, media_type))
            .or(missing)
    }
}

impl<'a> File<'a> {
    pub fn of(link: &'a Attachment) -> Self {
        Self(
            Safe(&link.kind),
            Safe(&link.url),
            link.title.as_deref().map(Safe),
            Local::of(link),
        )
    }
}
