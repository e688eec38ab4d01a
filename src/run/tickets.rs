//! What becomes of the tickets of human agents in an export (`--tickets`).

use anyhow::Result;

use crate::source::botpress::{Joiner, Tickets};

/// What becomes of the conversations before they are written.
pub enum TicketFilter {
    /// All are written as they come.
    Include,
    /// Tickets are left out.
    Skip,
    /// Tickets are joined with the customers' conversations when all came.
    Merge(Box<Joiner>),
}

/// Why a ticket is left out.
pub const SKIPPED: &str = "it is the ticket of a human agent (--tickets skip)";

/// Why a ticket is left out when it was merged.
pub const MERGED: &str = "it is the ticket of a human agent, and the customer's conversation has its messages (--tickets merge)";

impl TicketFilter {
    /// Makes a filter. Merged conversations have the vendor's records if `keep_raw`.
    ///
    /// # Errors
    /// When there is no room for a temporary file.
    pub fn new(tickets: Tickets, keep_raw: bool) -> Result<Self> {
        Ok(match tickets {
            Tickets::Include => Self::Include,
            Tickets::Skip => Self::Skip,
            Tickets::Merge => Self::Merge(Box::new(Joiner::new(keep_raw)?)),
        })
    }
}
