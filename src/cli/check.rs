//! The flags of `convexport check`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueHint};
use serde_json::Value;

use super::boost::BoostArgs;
use super::boost_target::BoostTarget;
use super::botpress::BotpressArgs;
use super::botpress_target::BotpressTarget;
use super::console::ConsoleArgs;
use super::examples;
use super::help::Help;
use super::network::{self, NetworkArgs};
use super::select::SelectArgs;
use super::settings::{Memory, Settings};
use crate::console;
use crate::format::Format;
use crate::time::{Span, Timestamp, When};

/// Flags of `convexport check`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, examples(examples::CHECK))]
pub struct CheckArgs {
    /// What to check at the vendor.
    #[command(subcommand)]
    pub vendor: Option<CheckVendor>,

    /// Say what this archive covers; needs no network
    #[arg(long, value_name = "FILE.db", value_hint = ValueHint::FilePath)]
    pub archive: Option<PathBuf>,

    /// Exit with 3 when the last complete run of this archive is older
    #[arg(long, value_name = "SPAN", requires = "archive")]
    pub max_age: Option<Span>,
}

/// Which vendor to check.
#[derive(Debug, Subcommand)]
pub enum CheckVendor {
    /// A Botpress Cloud bot
    Botpress(BotpressCheck),
    /// A boost.ai site
    Boost(BoostCheck),
}

/// Flags of `convexport check botpress`.
#[derive(Debug, Args)]
#[command(
    mut_arg("token_file", |arg| network::token_file(arg, "BP_TOKEN")),
    examples(examples::CHECK_BOTPRESS)
)]
pub struct BotpressCheck {
    /// Which bot.
    #[command(flatten)]
    pub target: BotpressTarget,

    /// Walk the whole list, and name what is missing in this archive; no messages are fetched
    #[arg(long, value_name = "FILE.db", value_hint = ValueHint::FilePath)]
    pub archive: Option<PathBuf>,

    /// How to reach it.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Flags of `convexport check boost`.
#[derive(Debug, Args)]
#[command(
    mut_arg("token_file", |arg| network::token_file(arg, "BOOST_TOKEN")),
    examples(examples::CHECK_BOOST)
)]
pub struct BoostCheck {
    /// Which site.
    #[command(flatten)]
    pub target: BoostTarget,

    /// Read the whole export, and name what is missing in this archive (the site has no list without messages)
    #[arg(long, value_name = "FILE.db", value_hint = ValueHint::FilePath)]
    pub archive: Option<PathBuf>,

    /// How to reach it.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

impl CheckVendor {
    /// The archive to compare with.
    pub fn archive(&self) -> Option<&PathBuf> {
        match self {
            Self::Botpress(check) => check.archive.as_ref(),
            Self::Boost(check) => check.archive.as_ref(),
        }
    }

    /// What to say meanwhile.
    pub fn console(&self) -> console::Options {
        match self {
            Self::Botpress(check) => check.console.options(),
            Self::Boost(check) => check.console.options(),
        }
    }

    /// The list of everything since a time, as an export. Without an archive to begin with, `since` is any time.
    ///
    /// # Errors
    /// A usage error for a missing or impossible bot, site or token.
    pub fn list(self, since: Timestamp) -> Result<Settings> {
        let select = SelectArgs {
            since: Some(When::Exact(since)),
            ..SelectArgs::default()
        };
        match self {
            Self::Botpress(check) => {
                let args = BotpressArgs {
                    target: check.target,
                    network: check.network,
                    select,
                    list: true,
                    ..BotpressArgs::default()
                };
                args.resolve_as(Format::List, Memory::None, Value::Null)
            }
            Self::Boost(check) => {
                let args = BoostArgs {
                    target: check.target,
                    network: check.network,
                    select,
                    ..BoostArgs::default()
                };
                args.resolve_as(Format::Jsonl, Memory::None, Value::Null)
            }
        }
    }
}
