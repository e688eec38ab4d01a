//! Says how much of the vendor's past an archive covers.

use crate::archive::{Coverage, MediaCount};
use crate::model::Missing;
use crate::text::{counted, grouped};
use crate::time::{Span, Timestamp};

/// Says which times an archive may lack.
pub fn report_holes(coverage: &Coverage, tell: impl Fn(&str)) {
    for (from, until) in &coverage.holes {
        tell(&format!(
            "{} {}: no run came in time for what was written between {} and {}, so some of it may be missing",
            coverage.source.name(),
            coverage.account,
            from.utc_date(),
            until.utc_date()
        ));
    }
}

/// What an archive covers of an account, on one line.
pub fn in_words(coverage: &Coverage, age: Option<Span>) -> String {
    let Coverage {
        source,
        account,
        conversations,
        from,
        until,
        ..
    } = coverage;
    let date = |time: &Option<Timestamp>| {
        time.map_or_else(|| "an unknown day".to_owned(), Timestamp::utc_date)
    };
    let conversations = counted(*conversations, "conversation");
    let last = match age {
        Some(age) => format!("the last complete run was {age} ago"),
        None => "no run was complete".to_owned(),
    };
    format!(
        "{} {account}: {conversations}, from {} to {}; {last}",
        source.name(),
        date(from),
        date(until)
    )
}

/// How many media an archive lacks, and why, on a line of their own. Empty when it lacks none, or none were asked for.
pub fn missing_media(counts: &[MediaCount]) -> String {
    let all: u64 = counts.iter().map(|one| one.count).sum();
    if all == 0 {
        return String::new();
    }
    let reason = |one: &MediaCount| {
        let reason = one.missing.map_or("not asked for", Missing::name);
        format!("{} {reason}", grouped(one.count))
    };
    let reasons: Vec<_> = counts.iter().map(reason).collect();
    let verb = if all == 1 { "file is" } else { "files are" };
    format!(
        "\n{} {verb} missing in its media: {}",
        grouped(all),
        reasons.join(", ")
    )
}
