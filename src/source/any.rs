//! Any of the sources.

use anyhow::Result;
use tokio::sync::mpsc::Sender;

use super::boost::Boost;
use super::botpress::Botpress;
use super::context::Context;
use super::delta::Delta;
use super::event::Event;
use super::options::Options;
use super::saved::Saved;
use super::selection::Selection;

/// A vendor's API or an earlier export, ready to be read.
#[derive(Debug)]
pub enum Source {
    /// Botpress Cloud.
    Botpress(Box<Botpress>),
    /// boost.ai.
    Boost(Box<Boost>),
    /// An earlier export.
    Saved(Box<Saved>),
}

impl Source {
    /// Prepares the export. No request is sent yet.
    ///
    /// # Errors
    /// The errors of the source.
    pub fn new(options: Options, selection: &Selection, context: &Context) -> Result<Self> {
        Ok(match options {
            Options::Botpress(options) => {
                Self::Botpress(Box::new(Botpress::new(*options, selection, context)?))
            }
            Options::Boost(options) => {
                Self::Boost(Box::new(Boost::new(*options, selection, context)?))
            }
            Options::Saved(options) => {
                Self::Saved(Box::new(Saved::new(&options, selection, context)?))
            }
        })
    }

    /// Sends everything that is selected. Ends early when `events` is closed.
    ///
    /// # Errors
    /// An error that ends the whole export. Failures of single conversations are events.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        match self {
            Self::Botpress(botpress) => botpress.run(events).await,
            Self::Boost(boost) => boost.run(events).await,
            Self::Saved(saved) => saved.run(events).await,
        }
    }

    /// Asks only for what is new or changed. This does not apply to an earlier export.
    #[must_use]
    pub fn with_delta(self, delta: Delta) -> Self {
        match self {
            Self::Botpress(botpress) => Self::Botpress(Box::new(botpress.with_delta(delta))),
            Self::Boost(boost) => Self::Boost(Box::new(boost.with_delta(delta))),
            Self::Saved(_) => self,
        }
    }
}
