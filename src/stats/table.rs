//! Statistics as a table with bars, for people.

use std::time::Duration;

use textwrap::core::display_width;

use super::document::{Counts, ResponseTime, Share, Stats};
use super::options::By;
use crate::text::{grouped, neutralise, one_line};
use crate::time::{Span, TimeStyle};

/// The widths that a table can have. The response times need the smallest.
const NARROWEST: usize = 54;
const WIDEST: usize = 100;

/// The widest name of a row.
const WIDEST_NAME: usize = 20;

/// The parts of a bar's last character, in eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// What stands where there is no number.
const NOTHING: &str = "-";

/// The table, as wide as a terminal of `width` columns.
pub fn table(stats: &Stats, width: usize) -> String {
    let mut table = Table {
        width: width.clamp(NARROWEST, WIDEST),
        text: String::new(),
    };
    table.head(stats);
    table.response_times(stats);
    for section in sections(stats) {
        table.section(&section);
    }
    table.hours(stats);
    table.text
}

/// A heading, and rows with their names.
struct Section {
    heading: &'static str,
    rows: Vec<(String, Counts)>,
}

fn sections(stats: &Stats) -> Vec<Section> {
    let (by, months) = match stats.by {
        By::Day => ("Day", false),
        By::Week => ("Week from", false),
        By::Month => ("Month", true),
    };
    let period = |start: String| match start.rsplit_once('-') {
        Some((month, _)) if months => month.to_owned(),
        _ => start,
    };
    let mut periods: Vec<_> = stats
        .periods
        .iter()
        .map(|row| (period(row.start.to_string()), row.counts))
        .collect();
    if stats.undated != Counts::default() {
        periods.push(("no time".to_owned(), stats.undated));
    }
    let channels = stats.channels.iter();
    let roles = stats.roles.iter();
    let weekdays = stats.weekdays.iter();
    let section = |heading, rows| Section { heading, rows };
    vec![
        section(by, periods),
        section(
            "Channel",
            channels
                .map(|row| (channel(row.channel.as_deref()), row.counts))
                .collect(),
        ),
        section(
            "Role",
            roles
                .map(|row| (row.role.label().to_owned(), row.counts))
                .collect(),
        ),
        section(
            "Day of the week",
            weekdays
                .map(|row| (capitalised(row.weekday), row.counts))
                .collect(),
        ),
    ]
}

struct Table {
    width: usize,
    text: String,
}

impl Table {
    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
    }

    fn head(&mut self, stats: &Stats) {
        if !stats.complete {
            self.line("INCOMPLETE: these are the numbers of what could be read.\n");
        }
        let totals = &stats.totals;
        let all = [totals.conversations, totals.messages];
        let parts = [
            stats.with_agent.conversations,
            stats.unanswered.conversations,
        ];
        let width = all.into_iter().chain(parts).map(digits).max().unwrap_or(0);
        let number = |name: &str, count| format!("{name:<16}{:>width$}", grouped(count));
        self.line(&number("Conversations", totals.conversations));
        self.line(&number("Messages", totals.messages));
        let share = |share: &Share| {
            let share = share.share.map(|share| share * 100.0);
            share.map_or_else(String::new, |percent| format!("  {percent:.1} %"))
        };
        let line = |name, part: &Share| number(name, part.conversations) + &share(part);
        self.line(&line("With an agent", &stats.with_agent));
        self.line(&line("Unanswered", &stats.unanswered));
        let times = totals.first_message_at.zip(totals.last_message_at);
        let style = TimeStyle::new(stats.timezone, "%Y-%m-%d %H:%M");
        if let (Some((first, last)), Ok(style)) = (times, style) {
            self.line(&format!("First message   {}", style.show(first)));
            self.line(&format!("Last message    {}", style.show(last)));
        }
        self.line(&format!("Time zone       {}", stats.timezone));
    }

    fn response_times(&mut self, stats: &Stats) {
        self.line("");
        let row = |cells: [&str; 4]| {
            let [name, median, p90, conversations] = cells;
            format!("{name:<17}{median:>11}{p90:>11}{conversations:>15}")
        };
        self.line(&row([
            "First response by",
            "median",
            "90 %",
            "conversations",
        ]));
        let times = |name, time: &ResponseTime| {
            let (median, p90) = (duration(time.median_seconds), duration(time.p90_seconds));
            row([name, &median, &p90, &grouped(time.conversations)])
        };
        self.line(&times("  bot or agent", &stats.first_response));
        self.line(&times("  agent", &stats.first_agent_response));
    }

    /// Rows with two numbers and their bars.
    fn section(&mut self, section: &Section) {
        let rows = &section.rows;
        let names = rows.iter().map(|(name, _)| display_width(name));
        let name_width = names.chain([section.heading.len()]).max().unwrap_or(0);
        let most = |count: fn(&Counts) -> u64| rows.iter().map(move |(_, counts)| count(counts));
        let conversations = most(|counts| counts.conversations).max().unwrap_or(0);
        let messages = most(|counts| counts.messages).max().unwrap_or(0);
        let width = (self.width - name_width) / 2;
        self.line("");
        let headings = [
            padded(section.heading, name_width),
            padded("  Conversations", width),
            padded("  Messages", width),
        ];
        self.line(&headings.concat());
        for (name, counts) in rows {
            let line = padded(name, name_width)
                + &measure(counts.conversations, conversations, width)
                + &measure(counts.messages, messages, width);
            self.line(&line);
        }
    }

    /// The messages of each hour, the morning beside the afternoon.
    fn hours(&mut self, stats: &Stats) {
        let messages: Vec<_> = stats
            .hours
            .iter()
            .map(|hour| hour.counts.messages)
            .collect();
        let most = messages.iter().copied().max().unwrap_or(0);
        let width = self.width / 2 - 2;
        self.line("");
        self.line("Hour of the day, messages");
        let half = messages.len() / 2;
        for hour in 0..half {
            let cell = |hour: usize| format!("{hour:02}{}", measure(messages[hour], most, width));
            self.line(&(cell(hour) + &cell(hour + half)));
        }
    }
}

/// A number and its bar, with a gap before them. All are of the same width.
fn measure(count: u64, most: u64, width: usize) -> String {
    let number = format!("  {:>1$} ", grouped(count), digits(most));
    let bar = bar(count, most, width.saturating_sub(number.len()));
    padded(&(number + &bar), width)
}

/// A bar of at most `width` characters. Something is never shown as nothing.
fn bar(count: u64, most: u64, width: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let eighths = u128::from(count) * width as u128 * 8 / u128::from(most.max(1));
    let eighths = usize::try_from(eighths).unwrap_or(0).max(1);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// How many characters a number takes.
fn digits(count: u64) -> usize {
    grouped(count).len()
}

fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(display_width(text));
    text.to_owned() + &" ".repeat(missing)
}

/// The name of a channel on one line. It comes from the vendor, and people read this table on a terminal, sooner or
/// later.
fn channel(name: Option<&str>) -> String {
    let Some(name) = name else {
        return "(none)".to_owned();
    };
    let name = one_line(name).replace('\t', " ");
    let name = neutralise(&name);
    if display_width(&name) <= WIDEST_NAME {
        return name.into_owned();
    }
    let mut shown = String::new();
    for c in name.chars() {
        shown.push(c);
        if display_width(&shown) >= WIDEST_NAME {
            shown.pop();
            break;
        }
    }
    shown + "…"
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// A time that people can take in: `0.8 s`, `4 min`, `5 h 12 min`.
fn duration(seconds: Option<f64>) -> String {
    let Some(seconds) = seconds else {
        return NOTHING.to_owned();
    };
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let whole = i64::try_from(whole.as_secs()).unwrap_or(0);
    Span::seconds(whole).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_never_longer_than_its_place_nor_nothing_for_something() {
        assert_eq!(bar(0, 10, 10), "");
        assert_eq!(bar(10, 10, 10), "██████████");
        assert_eq!(bar(5, 10, 10), "█████");
        assert_eq!(bar(1, 1_000_000, 10), "▏");
        assert_eq!(bar(u64::MAX, u64::MAX, 4), "████");
        assert_eq!(bar(9, 16, 4), "██▎");
    }

    #[test]
    fn a_channel_is_harmless_and_fits() {
        assert_eq!(channel(Some("a\n\u{1b}[31mb\tc")), "a \\u001b[31mb c");
        assert_eq!(channel(Some(&"x".repeat(20))), "x".repeat(20));
        assert_eq!(channel(Some(&"x".repeat(21))), "x".repeat(19) + "…");
        assert!(display_width(&channel(Some(&"漢".repeat(30)))) <= WIDEST_NAME);
        assert_eq!(channel(None), "(none)");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let shown = |seconds| duration(Some(seconds));
        assert_eq!(shown(0.84), "0.8 s");
        assert_eq!(shown(75.9), "75 s");
        assert_eq!(shown(240.0), "4 min");
        assert_eq!(shown(18_720.0), "5 h 12 min");
        assert_eq!(duration(None), "-");
    }
}
