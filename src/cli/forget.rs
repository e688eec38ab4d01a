//! The flags of `convexport forget`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, ValueHint};

use super::boost_target;
use super::examples;
use super::help::Help;
use super::ids;
use crate::archive::{Query, Wanted};
use crate::model::Vendor;
use crate::usage::usage;

const WHAT_GOES: &str = "\
What one of --user, --conversation and --match names goes, whole: its messages, the other side of its handover, its file \
in a mirror (-d), and every row that names it. No later run or import brings it back, nor what is written in it later. A \
new conversation of the same user does come in. Exports made before, backups, and what the vendor has are not touched.";

/// Flags of `convexport forget`.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("what").required(true).multiple(true).args(["user", "conversation", "words"])),
    override_usage = "convexport forget [OPTIONS] <ARCHIVE>",
    after_help = WHAT_GOES,
    after_long_help = WHAT_GOES,
    examples(examples::FORGET)
)]
pub struct ForgetArgs {
    /// The archive
    #[arg(value_name = "ARCHIVE", value_hint = ValueHint::FilePath)]
    pub archive: PathBuf,

    /// Every conversation that this user took part in (repeatable)
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub user: Vec<String>,

    /// This conversation (repeatable; `@FILE` and `-` read ids)
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub conversation: Vec<String>,

    /// Every conversation with a message that `search` finds by TEXT (repeatable)
    #[arg(long = "match", value_name = "TEXT")]
    pub words: Vec<String>,

    /// Only conversations of this Botpress bot (repeatable)
    #[arg(long, value_name = "ID")]
    pub bot_id: Vec<String>,

    /// Only conversations of this boost.ai site (repeatable)
    #[arg(long, value_name = "NAME|URL")]
    pub site: Vec<String>,

    /// Show what would go, and change nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl ForgetArgs {
    /// What to forget.
    ///
    /// # Errors
    /// A usage error for a text without a word and for an impossible site; else when a list of ids cannot be read.
    pub fn wanted(&self) -> Result<Wanted> {
        let mut matches = Vec::new();
        for words in &self.words {
            let query = Query::parse(words);
            if query.is_empty() {
                bail!(usage!(
                    "there is no word to search for in --match `{words}`"
                ));
            }
            matches.push((words.clone(), query));
        }
        let conversations = ids::read(&self.conversation, None)?;
        Ok(Wanted {
            users: self.user.clone(),
            conversations: conversations.map(|ids| ids.ids).unwrap_or_default(),
            matches,
            accounts: self.accounts()?,
        })
    }

    /// The bots and sites. An empty name is the account of imports that name none.
    fn accounts(&self) -> Result<Vec<(Vendor, String)>> {
        let bots = self.bot_id.iter().map(|id| (Vendor::Botpress, id.clone()));
        let mut accounts: Vec<_> = bots.collect();
        for site in &self.site {
            let account = match site.trim() {
                "" => String::new(),
                site => boost_target::account(site)?,
            };
            accounts.push((Vendor::Boost, account));
        }
        Ok(accounts)
    }
}
