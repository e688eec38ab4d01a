//! What becomes of the files that the messages of an export point to.

use std::borrow::Cow;

use anyhow::Result;

use super::placement::Placement;
use super::window::Window;
use crate::media::Fetched;
use crate::model::Conversation;
use crate::run::pump::Pending;

/// What becomes of the files that the messages of an export point to.
#[derive(Debug)]
pub enum Files {
    /// Nothing. Their addresses stay.
    None,
    /// They are downloaded.
    Downloaded(Box<Window>),
    /// They are there already.
    Placed(Placement),
}

impl Files {
    /// Receives a conversation as it comes. Returns it if it can go on at once.
    ///
    /// # Errors
    /// When its files cannot be copied.
    pub fn arrive<'a>(
        &mut self,
        conversation: &'a Conversation,
        is_wanted: bool,
    ) -> Result<Option<Cow<'a, Conversation>>> {
        match self {
            Self::Downloaded(window) if is_wanted => {
                window.add(conversation.clone());
                Ok(None)
            }
            Self::Placed(placement) if conversation.attachments().next().is_some() => {
                let mut conversation = conversation.clone();
                placement.place(&mut conversation)?;
                Ok(Some(Cow::Owned(conversation)))
            }
            _ => Ok(Some(Cow::Borrowed(conversation))),
        }
    }

    /// Takes the next conversation whose files are there.
    pub fn next_ready(&mut self) -> Option<Conversation> {
        self.window()?.next_ready()
    }

    /// Takes the next conversation, whether its files are there or not.
    pub fn take_unready(&mut self) -> Option<Conversation> {
        self.window()?.take()
    }

    /// How many files are waited for.
    pub fn pending(&self) -> Pending {
        match self {
            Self::Downloaded(window) if window.is_full() => Pending::Full,
            Self::Downloaded(window) if !window.is_empty() => Pending::Some,
            _ => Pending::None,
        }
    }

    /// Waits until it is known what became of a file.
    pub async fn fetched(&mut self) -> Fetched {
        match self.window() {
            Some(window) => window.fetched().await,
            None => std::future::pending().await,
        }
    }

    /// Notes what became of a file.
    ///
    /// # Errors
    /// When this machine cannot store files.
    pub fn note(&mut self, fetched: Fetched) -> Result<()> {
        self.window().map_or(Ok(()), |window| window.note(fetched))
    }

    /// The window, for the end of a run.
    pub fn take_window(&mut self) -> Option<Window> {
        match std::mem::replace(self, Self::None) {
            Self::Downloaded(window) => Some(*window),
            _ => None,
        }
    }

    fn window(&mut self) -> Option<&mut Window> {
        match self {
            Self::Downloaded(window) => Some(window),
            _ => None,
        }
    }
}
