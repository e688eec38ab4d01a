//! `convexport search`: prints the messages of an archive that have all words, or exports their conversations.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::exit::Exit;
use super::job;
use crate::archive::{self, Hit, MARKS, Query, Reader, Search};
use crate::cli::SearchArgs;
use crate::console::{Console, Data};
use crate::format::Format;
use crate::model::Role;
use crate::text::{neutralise, one_line};
use crate::time::{TimeStyle, Timestamp};
use crate::usage::usage;

/// How a hit is shown.
const HIGHLIGHT: Style = AnsiColor::Yellow.on_default().bold();

/// How many characters stand before and after a hit on a terminal.
const BEFORE: usize = 60;
const AFTER: usize = 120;

/// Searches an archive.
///
/// # Errors
/// A usage error when it is no archive; else when it cannot be read, or the output cannot be written.
pub fn run(args: &SearchArgs) -> Result<Exit> {
    let path = &args.archive;
    let is_archive = archive::is_archive(path);
    if !is_archive.with_context(|| format!("could not read {}", path.display()))? {
        bail!(usage!(
            "{} is no archive: `convexport render {0} --archive bot.db` makes one of an export",
            path.display()
        ));
    }
    if args.output.is_named() {
        return job::run(args);
    }
    let (search, limit) = args.search()?;
    let reader = Reader::open(path)?;
    let console = Console::new(args.console.options(), Data::Terminal);
    let count = if io::stdout().is_terminal() {
        let times = args.output.time_style(Format::Text)?;
        list(&reader, &search, limit, &times)?
    } else {
        print(&reader, &search, limit)?
    };
    if count == 0 {
        console.finish(|| "no message has all of these words".to_owned());
    }
    Ok(Exit::Done)
}

/// A hit as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    account: Option<&'a str>,
    conversation_id: &'a str,
    message_id: &'a str,
    created_at: Option<Timestamp>,
    role: Role,
    text: &'a str,
}

/// Prints one line of JSON for each hit. Returns how many there are.
fn print(reader: &Reader, search: &Search, limit: u64) -> Result<u64> {
    let mut out = BufWriter::new(io::stdout().lock());
    each(reader, search, limit, |hit| {
        let line = Line {
            source: hit.source.name(),
            account: hit.account.as_deref(),
            conversation_id: &hit.conversation_id,
            message_id: &hit.message_id,
            created_at: hit.created_at,
            role: hit.role,
            text: &hit.text,
        };
        // An error of serde_json would hide that the reader has closed its end.
        let line = serde_json::to_string(&line)?;
        Ok(writeln!(out, "{line}")?)
    })
    .and_then(|count| {
        out.flush()?;
        Ok(count)
    })
    .context("could not write to stdout")
}

/// Prints each hit in its context, for people. Returns how many there are.
fn list(reader: &Reader, search: &Search, limit: u64, times: &TimeStyle) -> Result<u64> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let count = each(reader, search, limit, |hit| {
        let time = hit.created_at.map(|time| times.show(time));
        let parts = [
            Some(hit.role.label().to_owned()),
            time,
            hit.channel.clone(),
            Some(hit.conversation_id.clone()),
        ];
        let head = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let excerpt = excerpt(&marked(reader, &search.query, hit)?);
        writeln!(out, "{}\n  {excerpt}\n", neutralise(&one_line(&head)))?;
        Ok(())
    })?;
    out.flush().context("could not write to stdout")?;
    Ok(count)
}

fn marked(reader: &Reader, query: &Query, hit: &Hit) -> Result<String> {
    Ok(one_line(&reader.marked(query, hit)?))
}

/// Calls `take` with each hit, up to the limit. Returns how many there were.
fn each(
    reader: &Reader,
    search: &Search,
    limit: u64,
    mut take: impl FnMut(&Hit) -> Result<()>,
) -> Result<u64> {
    let (mut count, mut taken) = (0, Ok(()));
    reader.search(search, |hit| {
        taken = take(&hit);
        count += 1;
        if taken.is_ok() && count < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    taken.map(|()| count)
}

/// The part of a marked text around its first hit, with the hits in colour.
fn excerpt(marked: &str) -> String {
    let (begin, end) = MARKS;
    let at = marked.find(begin).unwrap_or(0);
    let from = marked[..at]
        .char_indices()
        .rev()
        .nth(BEFORE - 1)
        .map_or(0, |(at, _)| at);
    let to = marked[at..]
        .char_indices()
        .nth(AFTER)
        .map_or(marked.len(), |(length, _)| at + length);
    let (mut shown, mut open) = (String::new(), false);
    if from > 0 {
        shown.push('…');
    }
    for part in marked[from..to].split_inclusive([begin, end]) {
        let text = part.trim_end_matches([begin, end]);
        shown.push_str(&neutralise(text));
        if part.ends_with(begin) && !open {
            shown.push_str(&HIGHLIGHT.render().to_string());
            open = true;
        } else if part.ends_with(end) && open {
            shown.push_str(&HIGHLIGHT.render_reset().to_string());
            open = false;
        }
    }
    if open {
        shown.push_str(&HIGHLIGHT.render_reset().to_string());
    }
    if to < marked.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn an_excerpt_has_the_hit_and_what_is_around_it() {
        let long = format!("{}\u{2}hit\u{3}{}", "a".repeat(100), "b".repeat(200));
        let shown = excerpt(&long);
        assert!(
            shown.starts_with(&format!("…{}\u{1b}", "a".repeat(60))),
            "{shown}"
        );
        assert!(
            shown.contains("hit\u{1b}[0mb") && shown.ends_with("b…"),
            "{shown}"
        );
        assert_eq!(excerpt("no mark"), "no mark");
    }
}
