//! Says what is missing after a run that came to its end, and how to go on.

use super::again;
use crate::archive::Kind;
use crate::report::Summary;
use crate::text::counted;

/// What is missing in an export, and the rest: where it is, and how to go on.
pub fn export(summary: &Summary, list_moved: bool, rest: [String; 2]) -> String {
    let counts = &summary.counts;
    let mut reasons = Vec::new();
    if list_moved {
        reasons.push("the list moved each time it was read, so some may be missing".to_owned());
    }
    if counts.failed > 0 || !list_moved {
        let all = counts.conversations + counts.left_out + counts.failed;
        reasons.push(format!(
            "{} of {} could not be exported",
            counts.failed,
            counted(all, "conversation")
        ));
    }
    reasons.extend(rest.into_iter().filter(|words| !words.is_empty()));
    format!("incomplete: {}", reasons.join("; "))
}

/// How many conversations are missing in an archive after a run of this kind.
pub fn archive(count: u64, kind: Kind) -> String {
    let missing = counted(count, "conversation");
    if kind == Kind::Import {
        return format!("incomplete: {missing} could not be read; the archive has the others");
    }
    let again = again::only_failed().filter(|_| count > 0);
    let again = again.map(|again| format!(", and {again}"));
    format!(
        "incomplete: {missing} could not be fetched; the next run tries again{}",
        again.unwrap_or_default()
    )
}

/// How many of the conversations that the user named do not exist.
pub fn unknown(count: u64) -> String {
    let verb = if count == 1 { "does" } else { "do" };
    format!("incomplete: {count} of the conversations asked for {verb} not exist")
}
