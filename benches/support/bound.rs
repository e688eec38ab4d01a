//! How many round trips, one after the other, an export takes at the least: the list is a chain, each page leading to
//! the next, and so are the pages of a conversation's messages; only conversations can be read at the same time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bot::Bot;

/// The bound for conversations of one page each: the list and then a conversation, or all conversations by turns.
pub fn even(bot: &Bot, at_once: usize) -> usize {
    let turns = bot.conversations.saturating_sub(1).div_ceil(at_once);
    (bot.list_pages() + 1).max(1 + turns)
}

/// Conversations of any size, written as they are completed: whoever is free takes the next that is listed.
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

/// The same in the order of the list, when one is begun only as another is written (`buffered(n)` of futures).
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
