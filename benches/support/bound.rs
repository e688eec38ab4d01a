//! The minimum number of consecutive round trips of an export. The pages of a list can only be fetched one after
//! another, because each has the token of the next. Only different conversations can be fetched at the same time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bot::Bot;

/// The bound for conversations of one page each. It is set either by the list and one conversation, or by the turns of
/// the workers.
pub fn even(bot: &Bot, at_once: usize) -> usize {
    let turns = bot.conversations.saturating_sub(1).div_ceil(at_once);
    (bot.list_pages() + 1).max(1 + turns)
}

/// The bound for conversations of any size that are written as soon as they are complete. A free worker takes the next
/// listed conversation.
pub fn completion_order(bot: &Bot, at_once: usize) -> usize {
    let mut free: BinaryHeap<_> = (0..at_once).map(|_| Reverse(0)).collect();
    let mut end = bot.list_pages();
    for place in 0..bot.conversations {
        let Reverse(start) = free.pop().unwrap_or_default();
        let done = start.max(Bot::page_of(place)) + bot.message_pages(place);
        free.push(Reverse(done));
        end = end.max(done);
    }
    end
}

/// The bound for conversations of any size that are written in the order of the list, when a worker is free only after
/// its conversation is written (like `buffered(n)` of futures).
pub fn listing_order(bot: &Bot, at_once: usize) -> usize {
    let mut written: Vec<usize> = Vec::with_capacity(bot.conversations);
    for place in 0..bot.conversations {
        let freed = place
            .checked_sub(at_once)
            .map_or(0, |before| written[before]);
        let done = freed.max(Bot::page_of(place)) + bot.message_pages(place);
        written.push(done.max(written.last().copied().unwrap_or(0)));
    }
    written.last().copied().unwrap_or(0)
}
