//! Says how much of the vendor's past an archive covers.

use crate::archive::Coverage;
use crate::text::counted;
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
