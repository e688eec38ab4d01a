//! Statistics as csv in its long form: one number per row, with the names that the JSON has.

use anyhow::Result;
use csv::{Terminator, Writer, WriterBuilder};

use super::document::{Counts, ResponseTime, Share, Stats};
use crate::format::guarded;
use crate::time::Timestamp;

/// The header and all rows.
///
/// # Errors
/// None in practice: memory takes every row.
pub fn rows(stats: &Stats) -> Result<Vec<u8>> {
    let mut rows = Rows(
        WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(Vec::new()),
    );
    rows.row("section", "key", "metric", "value")?;
    rows.row("complete", "", "complete", &stats.complete.to_string())?;
    let zone = stats.timezone.to_string();
    rows.row("timezone", "", "timezone", &zone)?;
    rows.totals(stats)?;
    for period in &stats.periods {
        rows.counts("periods", &period.start.to_string(), period.counts)?;
    }
    rows.counts("undated", "", stats.undated)?;
    for channel in &stats.channels {
        let name = channel.channel.as_deref().unwrap_or_default();
        rows.counts("channels", name, channel.counts)?;
    }
    for role in &stats.roles {
        rows.counts("roles", role.role.name(), role.counts)?;
    }
    rows.share("with_agent", &stats.with_agent)?;
    rows.share("unanswered", &stats.unanswered)?;
    rows.response("first_response", &stats.first_response)?;
    rows.response("first_agent_response", &stats.first_agent_response)?;
    for hour in &stats.hours {
        rows.counts("hours", &hour.hour.to_string(), hour.counts)?;
    }
    for weekday in &stats.weekdays {
        rows.counts("weekdays", weekday.weekday, weekday.counts)?;
    }
    Ok(rows.0.into_inner()?)
}

struct Rows(Writer<Vec<u8>>);

impl Rows {
    /// Writes a row. A key may come from the vendor.
    fn row(&mut self, section: &str, key: &str, metric: &str, value: &str) -> csv::Result<()> {
        self.0.write_record([section, &guarded(key), metric, value])
    }

    fn number(
        &mut self,
        section: &str,
        metric: &str,
        value: Option<impl ToString>,
    ) -> csv::Result<()> {
        let value = value.map(|value| value.to_string());
        self.row(section, "", metric, &value.unwrap_or_default())
    }

    fn totals(&mut self, stats: &Stats) -> csv::Result<()> {
        let totals = &stats.totals;
        let text = |time: Option<Timestamp>| time.map(|time| time.in_json(str::to_owned));
        self.number("totals", "conversations", Some(totals.conversations))?;
        self.number("totals", "messages", Some(totals.messages))?;
        self.number("totals", "first_message_at", text(totals.first_message_at))?;
        self.number("totals", "last_message_at", text(totals.last_message_at))
    }

    fn counts(&mut self, section: &str, key: &str, counts: Counts) -> csv::Result<()> {
        let Counts {
            conversations,
            messages,
        } = counts;
        self.row(section, key, "conversations", &conversations.to_string())?;
        self.row(section, key, "messages", &messages.to_string())
    }

    fn share(&mut self, section: &str, share: &Share) -> csv::Result<()> {
        self.number(section, "conversations", Some(share.conversations))?;
        self.number(section, "share", share.share)
    }

    fn response(&mut self, section: &str, time: &ResponseTime) -> csv::Result<()> {
        self.number(section, "conversations", Some(time.conversations))?;
        self.number(section, "median_seconds", time.median_seconds)?;
        self.number(section, "p90_seconds", time.p90_seconds)
    }
}
