//! `convexport check VENDOR --archive FILE`: names what the vendor has and the archive lacks.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::coverage;
use super::exit::Exit;
use super::monitor::Monitor;
use super::pump::{Pump, Work};
use crate::archive::{Coverage, Reader};
use crate::cli::CheckVendor;
use crate::console::{Console, Data};
use crate::model::Conversation;
use crate::source::{Context, Event, IdSet, Options, Source, boost};
use crate::text::counted;
use crate::time::Timestamp;
use crate::usage::usage;

/// Compares an archive with the vendor's list. Reports what is missing with `tell`, and returns the outcome in lines.
///
/// # Errors
/// A usage error when the archive has nothing of this bot or site; else the errors of an export.
pub fn compare(vendor: CheckVendor, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    let path = vendor
        .archive()
        .context("a comparison has an archive")?
        .clone();
    let reader = Reader::open(&path)?;
    let console = Console::new(vendor.console(), Data::Elsewhere);
    // The time is replaced by that of each selection.
    let mut settings = vendor.list(Timestamp::now())?;
    let (source, account) = settings
        .source
        .account()
        .context("a vendor has an account")?;
    let coverage = reader.coverage()?.into_iter();
    let mut coverage = coverage.filter(|one| one.source == source && one.account == account);
    let Some(coverage) = coverage.next() else {
        bail!(usage!(
            "{} has nothing of {} {account}: the first run with --archive begins it",
            path.display(),
            source.name()
        ));
    };
    settings.source.prefer_api(coverage.api.as_deref());
    if coverage.selections.is_empty() {
        tell("no run has asked for everything, only for single conversations or a part of a range");
        return Ok((Exit::Incomplete, coverage::in_words(&coverage, None)));
    }
    let bar = console.clone();
    let tell = |text: &str| bar.aside(|| tell(text));
    let context = Context {
        http: settings.http,
        observer: Monitor::new(console.clone()),
        console,
    };
    let mut comparison = Comparison {
        reader,
        account,
        tell,
        listed: IdSet::default(),
        missing: 0,
        forgotten: 0,
        list_moved: false,
        console: context.console.clone(),
    };
    for selection in &coverage.selections {
        let mut selected = settings.selection.clone();
        selected.since = selection.begins_at;
        let filters = serde_json::from_str(&selection.filters)?;
        let options = with_filters(settings.source.clone(), &filters);
        let source = Source::new(options, &selected, &context)?;
        context.console.restart();
        let mut pump = Pump::start(None, &context.console)?;
        let compared = pump.run(source, &mut comparison);
        pump.end();
        compared?;
    }
    context.console.end();
    coverage::report_holes(&coverage, comparison.tell);
    let media = comparison.reader.missing_media()?;
    let (exit, line) = comparison.outcome(&coverage);
    Ok((exit, line + &coverage::missing_media(&media)))
}

/// What the vendor has, and what the archive lacks of it.
struct Comparison<T> {
    reader: Reader,
    account: String,
    tell: T,
    /// The vendor's conversations. Several selections may have the same.
    listed: IdSet,
    missing: u64,
    /// How many of them were forgotten on request.
    forgotten: u64,
    /// Whether the list may not have had everything.
    list_moved: bool,
    console: Console,
}

impl<T: Fn(&str)> Comparison<T> {
    fn compare(&mut self, conversation: &Conversation) -> Result<()> {
        let id = &conversation.id;
        if !self.listed.insert(id) {
            return Ok(());
        }
        let (source, now) = (conversation.source, Timestamp::now());
        if self.reader.is_forgotten(source, &self.account, id)? {
            self.forgotten += 1;
            return Ok(());
        }
        let known = self.reader.messages(source, &self.account, id, now)?;
        // A list has no messages, but may say how many there are.
        let found = conversation.messages.len() as u64;
        let count = conversation.reported_count.unwrap_or(found);
        match known {
            None => self.report(&format!("conversation {id} is missing")),
            Some(known) if known.count < count => self.report(&format!(
                "conversation {id} has {} at the vendor, and {} in the archive",
                counted(count, "message"),
                known.count
            )),
            Some(_) => {}
        }
        Ok(())
    }

    fn report(&mut self, text: &str) {
        self.missing += 1;
        (self.tell)(text);
    }

    fn outcome(&self, coverage: &Coverage) -> (Exit, String) {
        let age = coverage.completed_at;
        let age = age.map(|time| Timestamp::now().distance(time));
        let mut covered = coverage::in_words(coverage, age);
        if self.forgotten > 0 {
            let forgotten = counted(self.forgotten, "conversation");
            covered = format!("{covered}\nleft out: {forgotten} that were forgotten");
        }
        let listed = counted(self.listed.len() - self.forgotten, "conversation");
        if self.missing == 0 && self.list_moved {
            let line = format!("{covered}\nall {listed} that the vendor listed are in the archive");
            return (Exit::Incomplete, line);
        }
        if self.missing == 0 {
            let line = format!("{covered}\nall {listed} of the vendor are in the archive");
            return (Exit::Done, line);
        }
        let line = format!(
            "{covered}\n{} of {listed} of the vendor are missing or have more messages; the next run brings them",
            self.missing
        );
        (Exit::Incomplete, line)
    }
}

impl<T: Fn(&str)> Work for Comparison<T> {
    fn handle(&mut self, event: Event) -> Result<()> {
        let (done, fetched) = event.handled();
        self.console.advance(done, fetched);
        match event {
            Event::Conversations(conversations) => conversations
                .iter()
                .try_for_each(|conversation| self.compare(conversation)),
            Event::Failed(failed) => {
                self.report(&format!("{:#}", failed.error));
                Ok(())
            }
            Event::ListMoved => {
                self.list_moved = true;
                (self.tell)("the list moved each time it was read, so it may have more");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Adds the filters that an archive remembers to the options of a source.
fn with_filters(options: Options, filters: &Value) -> Options {
    let text = |name: &str| filters[name].as_str().map(str::to_owned);
    match options {
        Options::Botpress(mut options) => {
            options.channel = text("channel");
            options.integration = text("integration");
            options.tags = pairs(&filters["tag"])
                .filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())))
                .collect();
            let people = filters["participant"].as_array().into_iter().flatten();
            options.participants = people
                .filter_map(|id| Some(id.as_str()?.to_owned()))
                .collect();
            Options::Botpress(options)
        }
        Options::Boost(mut options) => {
            // Nothing of a conversation is shown but its id.
            options.with_names = false;
            if let boost::Origin::Site(request) = &mut options.origin {
                let named = [
                    ("action_id", "action_ids"),
                    ("api_status", "api_status"),
                    ("environment", "environment"),
                    ("only_masked", "only_masked"),
                ];
                let named = named
                    .into_iter()
                    .filter_map(|(flag, key)| Some((key.to_owned(), filters.get(flag)?.clone())));
                request.filters = named.chain(pairs(&filters["filter"])).collect();
                request.query = filters["query"].as_object().cloned().unwrap_or_default();
            }
            Options::Boost(options)
        }
        options @ Options::Saved(_) => options,
    }
}

/// The pairs of a flag like `--tag K=V`.
fn pairs(value: &Value) -> impl Iterator<Item = (String, Value)> {
    let pairs = value.as_array().into_iter().flatten();
    pairs.filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].clone())))
}
