//! The flags of `convexport tap`, which every Singer tap has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueHint};

use super::asked::asked;
use super::examples;
use super::help::Help;
use super::settings::{Memory, Settings};
use super::tap_args;
use super::tap_config::Config;
use crate::format::Format;
use crate::format::singer::Catalog;
use crate::model::Vendor;

const CONFIG: &str = "\
Config:
  {\"source\": \"botpress\", \"bot_id\": \"ID\", \"start_date\": \"2026-01-01\"}
  {\"source\": \"boost\", \"site\": \"NAME\", \"start_date\": \"2026-01-01\"}

Its keys are `source`, `start_date`, `token`, `client_secret`, and the flags of `convexport botpress` or `boost` with `_` \
for `-`. The access token can come from BP_TOKEN or BOOST_TOKEN instead.";

/// Flags of `convexport tap`.
#[derive(Debug, Args)]
#[command(after_long_help = CONFIG, after_help = "--help shows a config.", examples(examples::TAP))]
pub struct TapArgs {
    /// What to export, as JSON
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "discover")]
    pub config: Option<PathBuf>,

    /// Which streams and properties; everything without it
    #[arg(short = 'p', long, visible_alias = "properties", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub catalog: Option<PathBuf>,

    /// The value of the last STATE of the run before; everything from `start_date` on without it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,

    /// Print the catalog of everything there is, and do nothing else
    #[arg(short, long)]
    pub discover: bool,
}

impl TapArgs {
    /// The export that the config asks for, and the keys of the config that mean nothing.
    ///
    /// # Errors
    /// A usage error that names the key which is wrong; else when a file cannot be read.
    pub fn resolve(&self) -> Result<(Settings, Vec<String>)> {
        let path = self.config.as_deref().unwrap_or(Path::new(""));
        let (mut settings, unknown) = self
            .resolve_config(path)
            .with_context(|| format!("could not use the config {}", path.display()))?;
        if let Some(path) = &self.catalog {
            let read = fs::read(path).map_err(anyhow::Error::from);
            settings.format.catalog = read
                .and_then(|text| Catalog::parse(&text))
                .with_context(|| format!("could not use the catalog {}", path.display()))?;
        }
        let redact = settings.redact.as_ref();
        if !redact.map_or(settings.selection.keep_raw, |redact| redact.keeps_raw) {
            settings.format.catalog = settings.format.catalog.without_raw();
        }
        let files = [&self.config, &self.catalog, &self.state];
        settings
            .paths
            .inputs
            .extend(files.into_iter().flatten().cloned());
        Ok((settings, unknown))
    }

    fn resolve_config(&self, path: &Path) -> Result<(Settings, Vec<String>)> {
        let mut config = Config::parse(&fs::read(path)?)?;
        let memory = Memory::Singer {
            state: self.state.clone(),
        };
        let settings = match config.source()? {
            Vendor::Botpress => {
                let args = tap_args::botpress(&mut config)?;
                args.resolve_as(Format::Singer, memory, asked("botpress", &args))?
            }
            Vendor::Boost => {
                let args = tap_args::boost(&mut config)?;
                args.resolve_as(Format::Singer, memory, asked("boost", &args))?
            }
        };
        Ok((settings, config.unknown()))
    }
}
