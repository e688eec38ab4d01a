//! `convexport forget`: shows what is to be forgotten, asks, and deletes it from the archive and from its mirrors.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::exit::Exit;
use crate::archive::{self, Found, Reader, Writer};
use crate::cli::ForgetArgs;
use crate::model::Conversation;
use crate::text::{counted, neutralise, one_line};
use crate::time::Timestamp;
use crate::usage::{UsageError, usage};

/// How many conversations are shown before the question.
const SHOWN: usize = 20;

/// How many people are named in the last line.
const NAMED: usize = 3;

const UNTOUCHED: &str = "exports made before, backups, and what the vendor has are not touched";

/// Forgets what the flags name. Reports problems with `tell`, and returns the outcome in lines.
///
/// # Errors
/// A usage error when it is no archive, and when nobody can be asked; else when something that was named is not there, or
/// the archive cannot be written.
pub fn forget(args: &ForgetArgs, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    let path = &args.archive;
    let name = path.display();
    let is_archive = archive::is_archive(path);
    if !is_archive.with_context(|| format!("could not read {name}"))? {
        bail!(usage!("{name} is no archive"));
    }
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !(args.yes || args.dry_run || is_terminal) {
        bail!(usage!(
            "there is no terminal to ask on: give --dry-run to see what would go, and --yes to erase it"
        ));
    }
    let forgotten = run(args, tell);
    forgotten.map_err(|error| archive::explained(error, path))
}

fn run(args: &ForgetArgs, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    let wanted = args.wanted()?;
    if args.dry_run {
        let reader = Reader::open(&args.archive)?;
        let found = reader.find(&wanted)?;
        let shown = Shown::of(&reader, &found)?;
        let lines = shown.lines(usize::MAX).into_iter();
        let lines: Vec<_> = lines
            .chain([shown.total(), mirrors(&reader, &found)?])
            .collect();
        let lines = lines.join("\n");
        return Ok((Exit::Done, lines.trim().to_owned()));
    }
    // Nothing may change between the question and the answer.
    let mut writer = Writer::open(&args.archive)?;
    let finished = writer.finish_forgetting()?;
    let reader = Reader::open(&args.archive)?;
    let found = match reader.find(&wanted) {
        // The run that was killed had deleted it already.
        Err(error) if finished && !error.is::<UsageError>() => {
            return Ok((
                Exit::Done,
                format!("what an earlier run had deleted is erased now; {error:#}"),
            ));
        }
        found => found?,
    };
    for id in &found.known {
        tell(&format!("conversation {id} is forgotten already"));
    }
    if found.is_empty() {
        return Ok((Exit::Done, "nothing is left to forget".to_owned()));
    }
    let shown = Shown::of(&reader, &found)?;
    if !args.yes && !is_confirmed(&shown, &mirrors(&reader, &found)?)? {
        return Ok((Exit::Failed, "nothing was forgotten".to_owned()));
    }
    let files = reader.files_of(&found)?;
    drop(reader);
    // The files go first: if the program is killed now, the next run with the mirror writes them again.
    let removed = remove(&files, &tell);
    writer.forget(&found, &archive::media_folder(&args.archive))?;
    Ok(removed.outcome(&shown))
}

/// What is to be forgotten, in words.
#[derive(Default)]
struct Shown {
    conversations: Vec<String>,
    messages: u64,
    people: BTreeSet<String>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    unfetched: usize,
}

impl Shown {
    fn of(reader: &Reader, found: &Found) -> Result<Self> {
        let mut shown = Self::default();
        reader.each_found(found, |conversation| shown.add(&conversation))?;
        for id in found.unfetched() {
            shown.unfetched += 1;
            let line = format!("could not be fetched so far · {id}");
            shown.conversations.push(line);
        }
        Ok(shown)
    }

    fn add(&mut self, conversation: &Conversation) {
        let count = conversation.messages.len() as u64;
        self.messages += count;
        let sent = conversation
            .messages
            .iter()
            .filter_map(|one| one.created_at);
        for time in sent.chain(conversation.created_at) {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
        let person = conversation.person().map(|person| match person.name {
            Some(name) => format!("{} ({})", one_line(name), person.id),
            None => person.id.to_owned(),
        });
        self.people.extend(person.clone());
        let parts = [
            conversation.created_at.map(Timestamp::utc_date),
            conversation.channel.clone(),
            person,
            Some(counted(count, "message")),
            Some(conversation.id.clone()),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        self.conversations.push(parts.join(" · "));
    }

    /// A line for each conversation. After `most` lines, one line says how many more there are.
    fn lines(&self, most: usize) -> Vec<String> {
        let mut lines: Vec<_> = self.conversations.iter().take(most).cloned().collect();
        let more = self.conversations.len() - lines.len();
        if more > 0 {
            lines.push(format!("... and {more} more; --dry-run shows all"));
        }
        lines
    }

    /// How much it is, whose, and from when to when.
    fn total(&self) -> String {
        let mut people = self.people.iter().take(NAMED).cloned().collect::<Vec<_>>();
        let more = self.people.len() - people.len();
        if more > 0 {
            people.push(format!("{more} more"));
        }
        let people = if people.is_empty() {
            String::new()
        } else {
            format!(" of {}", people.join(", "))
        };
        format!("{}{people}{}", self.count(), self.range())
    }

    fn count(&self) -> String {
        let conversations = counted(self.conversations.len() as u64, "conversation");
        format!("{conversations} with {}", counted(self.messages, "message"))
    }

    fn range(&self) -> String {
        match self.first.zip(self.last) {
            Some((first, last)) => format!(", from {} to {}", first.utc_date(), last.utc_date()),
            None => String::new(),
        }
    }
}

/// How many files of mirrors go, in words. Empty if there are none.
fn mirrors(reader: &Reader, found: &Found) -> Result<String> {
    let files = reader.files_of(found)?;
    let count = counted(files.len() as u64, "file");
    let mut folders: Vec<_> = files.iter().map(|(folder, _)| folder.display()).collect();
    folders.dedup_by_key(|folder| folder.to_string());
    let folders: Vec<_> = folders.iter().map(ToString::to_string).collect();
    Ok(match files.len() {
        0 => String::new(),
        _ => format!("and {count} in {}", folders.join(", ")),
    })
}

/// Shows what is to be forgotten, and asks on the terminal.
fn is_confirmed(shown: &Shown, mirrors: &str) -> Result<bool> {
    let mut lines = shown.lines(SHOWN);
    lines.push(shown.total());
    lines.extend(Some(mirrors.to_owned()).filter(|mirrors| !mirrors.is_empty()));
    let text = lines.join("\n");
    let mut stderr = io::stderr();
    write!(stderr, "{}\nErase this for good? [y/N] ", neutralise(&text))
        .and_then(|()| stderr.flush())
        .context("could not ask on the terminal")?;
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.context("could not read the answer from the terminal")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// What became of the files of mirrors.
#[derive(Default)]
struct Removed {
    files: u64,
    left: u64,
}

/// Removes files of mirrors, and the folders that are empty then. Names each file that stays.
fn remove(files: &[(PathBuf, String)], tell: &impl Fn(&str)) -> Removed {
    let mut removed = Removed::default();
    for (folder, name) in files {
        let path = folder.join(name);
        match remove_file(folder, Path::new(name)) {
            Ok(()) => removed.files += 1,
            Err(error) => {
                removed.left += 1;
                tell(&format!("could not remove {}: {error:#}", path.display()));
            }
        }
    }
    removed
}

fn remove_file(folder: &Path, name: &Path) -> Result<()> {
    let is_inside = |part| matches!(part, Component::Normal(_));
    if !name.components().all(is_inside) {
        bail!("it is not in the folder of the mirror");
    }
    if !folder.is_dir() {
        bail!("the folder is not there; if it was moved, remove the file there");
    }
    match fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    // The name of a folder may tell something as well. One that is not empty stays.
    let parents = name.ancestors().skip(1);
    for parent in parents.filter(|parent| !parent.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
    }
    Ok(())
}

impl Removed {
    /// The outcome in lines. It names nobody, since it may end up in a log.
    fn outcome(&self, shown: &Shown) -> (Exit, String) {
        let mut lines = vec![format!("forgotten: {}{}", shown.count(), shown.range())];
        if self.files > 0 {
            lines.push(format!(
                "removed: {} of mirrors",
                counted(self.files, "file")
            ));
        }
        lines.push(UNTOUCHED.to_owned());
        let lines = lines.join("\n");
        if self.left == 0 {
            return (Exit::Done, lines);
        }
        let left = counted(self.left, "file");
        (
            Exit::Failed,
            format!("{lines}\n{left} of mirrors could not be removed: remove what is named above"),
        )
    }
}
