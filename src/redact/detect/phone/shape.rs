//! How the groups of a number are written: what a telephone number looks like, and what looks like something else.

use crate::redact::detect::context::head;
use crate::redact::detect::digits::Run;

/// Marks before an extension.
const EXTENSIONS: &[&str] = &["x", " x", "ext", " ext", ", ext", "#"];

/// The length of an extension: `x123`, `ext. 12`.
pub fn extension(after: &str) -> usize {
    let lower = head(after, 12).to_ascii_lowercase();
    let mut marks = EXTENSIONS.iter().filter(|mark| lower.starts_with(**mark));
    marks
        .find_map(|mark| {
            let rest = &lower[mark.len()..];
            let digits = rest.trim_start_matches(['.', ' ', ':']);
            let length = digits.bytes().take_while(u8::is_ascii_digit).count();
            let ends = digits[length..]
                .chars()
                .next()
                .is_none_or(|c| !c.is_alphanumeric());
            ((1..=6).contains(&length) && ends).then(|| lower.len() - digits.len() + length)
        })
        .unwrap_or(0)
}

/// Whether groups could be a number at all: not a date, a time, an amount or an IP address.
pub fn is_plausible(run: &Run, from: usize, to: usize) -> bool {
    let lengths: Vec<_> = run.lengths(from, to).collect();
    let dotted = (from..to - 1).all(|group| run.gap(group) == ".");
    let is_date = lengths.len() == 3
        && run.is_even(from, to)
        && matches!(lengths[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4]);
    let begins_with_date = lengths.len() > 3
        && (matches!(lengths[..3], [4, 1 | 2, 1 | 2])
            && run.gap(from) == run.gap(from + 1)
            && run.gap(from) != " ");
    // 16:23:36.290733
    let before = &run.text[..run.groups[from].0];
    let is_time = before
        .strip_suffix(':')
        .is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()));
    // 1.234.567 and 12 345 678 are amounts where the first group is short and the others have three digits.
    let is_amount = lengths.len() > 1
        && lengths[0] < 3
        && lengths[1..].iter().all(|length| *length == 3)
        && (dotted || lengths[0] == 1);
    let is_range = lengths == [4, 4] && run.gap(from).trim() == "-" && {
        let digits = run.digits(from, to);
        let is_year = |text: &str| text.starts_with("19") || text.starts_with("20");
        is_year(&digits[..4]) && is_year(&digits[4..])
    };
    let first_is_short_alone = lengths.len() > 1 && lengths[1..].iter().all(|length| *length == 1);
    let is_address = lengths.len() == 4 && dotted && lengths.iter().all(|length| *length <= 3);
    !(is_date
        || begins_with_date
        || is_time
        || is_amount
        || is_range
        || is_address
        || first_is_short_alone)
}

/// Whether the groups are those of a number in some country: a trunk zero, or an area code of North America.
pub fn has_shape(run: &Run, from: usize, to: usize) -> bool {
    let lengths: Vec<_> = run.lengths(from, to).collect();
    let total: usize = lengths.iter().sum();
    let zero = run.digits(from, from + 1).starts_with('0') && (9..=12).contains(&total);
    let america = matches!(lengths[..], [3, 3, 4] | [1 | 3, 3, 3, 4]);
    let pairs = lengths.len() >= 4 && lengths.iter().all(|length| *length == 2);
    let nordic = matches!(lengths[..], [3, 2, 3]) && run.is_even(from, to);
    let bracket = run.text[..run.groups[from].0].ends_with('(') && total >= 9;
    zero || america || pairs || nordic || bracket
}
