//! The flags of an export from the config of a tap.

use std::str::FromStr;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use super::boost::BoostArgs;
use super::boost_target::{ApiChoice, BoostTarget};
use super::botpress::BotpressArgs;
use super::botpress_target::BotpressTarget;
use super::console::ConsoleArgs;
use super::network::NetworkArgs;
use super::output::OutputArgs;
use super::redact::{self, RedactArgs};
use super::run::RunArgs;
use super::select::SelectArgs;
use super::tap_config::Config;
use super::values::{from_1, mebibytes, seconds};
use crate::console::LogFormat;
use crate::time::{Span, When, Zone};
use crate::usage::usage;

/// The export of a bot.
///
/// # Errors
/// A usage error that names the key which is wrong.
pub fn botpress(config: &mut Config) -> Result<BotpressArgs> {
    Ok(BotpressArgs {
        target: BotpressTarget {
            bot_id: config.text("bot_id")?.or_else(|| variable("BP_BOT_ID")),
            base_url: config.text("base_url")?.or_else(|| variable("BP_API_URL")),
        },
        select: select(config)?,
        output: output(config)?,
        concurrency: config.parsed("concurrency", from_1)?,
        with_users: config.flag("with_users")?,
        with_state: config.texts("with_state")?,
        channel: config.text("channel")?,
        integration: config.text("integration")?,
        tag: config.pairs("tag", |value| value.as_str().map(str::to_owned))?,
        participant: config.texts("participant")?,
        page_size: config.parsed("page_size", from_1)?,
        network: network(config)?,
        run: run(config)?,
        console: console(config)?,
        ..BotpressArgs::default()
    })
}

/// The export of a site.
///
/// # Errors
/// A usage error that names the key which is wrong.
pub fn boost(config: &mut Config) -> Result<BoostArgs> {
    let actions = config.texts("action_id")?;
    let actions = actions.iter().map(|text| {
        let number = text.parse::<u64>();
        number.map_err(|_| usage!("`action_id`: {text} is no whole number").into())
    });
    Ok(BoostArgs {
        target: BoostTarget {
            site: config.text("site")?.or_else(|| variable("BOOST_SITE")),
            client_id: config
                .text("client_id")?
                .or_else(|| variable("BOOST_CLIENT_ID")),
            client_secret_file: config.text("client_secret_file")?.map(Into::into),
            client_secret: config.secret("client_secret", "client secret")?,
            token_url: config.text("token_url")?,
            api: config.parsed("api", api)?.unwrap_or_default(),
        },
        select: select(config)?,
        output: output(config)?,
        action_id: actions.collect::<Result<_>>()?,
        api_status: config.text("api_status")?,
        environment: config.text("environment")?,
        only_masked: config.flag("only_masked")?,
        filter: config.pairs("filter", |value| Some(value.clone()))?,
        max_element: config
            .parsed("max_element", mebibytes)?
            .unwrap_or(BoostArgs::default().max_element),
        parallel_windows: config.parsed("parallel_windows", from_1)?,
        first_byte_timeout: config.parsed("first_byte_timeout", seconds)?,
        network: network(config)?,
        run: run(config)?,
        console: console(config)?,
        ..BoostArgs::default()
    })
}

fn select(config: &mut Config) -> Result<SelectArgs> {
    let since = config.parsed("start_date", |text| {
        When::from_str(text).map_err(|error| format!("{error:#}"))
    })?;
    Ok(SelectArgs {
        since,
        ..SelectArgs::default()
    })
}

fn output(config: &mut Config) -> Result<OutputArgs> {
    let zone = config.parsed("timezone", parse::<Zone>)?;
    Ok(OutputArgs {
        // Without one a start means the same on every machine.
        timezone: zone.unwrap_or(Zone::UTC),
        no_raw: config.flag("no_raw")?,
        redact: redact(config)?,
        ..OutputArgs::default()
    })
}

fn redact(config: &mut Config) -> Result<RedactArgs> {
    let classes = match config.flag("redact") {
        Ok(true) => Some(vec![redact::ALL.to_owned()]),
        Ok(false) => None,
        Err(_) => Some(config.texts("redact")?),
    };
    let check =
        |class: &String| redact::class_or_all(class).map_err(|why| usage!("`redact`: {why}"));
    classes
        .iter()
        .flatten()
        .try_for_each(|class| check(class).map(drop))?;
    let keep = config.texts("keep")?;
    let keep = keep
        .iter()
        .map(|class| class.parse().map_err(|why| usage!("`keep`: {why}").into()));
    let regions = config.texts("region")?;
    let regions = regions
        .iter()
        .map(|text| redact::region(text).map_err(|why| usage!("`region`: {why}").into()));
    Ok(RedactArgs {
        redact: classes,
        keep: keep.collect::<Result<_>>()?,
        redact_list: config.text("redact_list")?.map(Into::into),
        redact_key_file: config.text("redact_key_file")?.map(Into::into),
        region: regions.collect::<Result<_>>()?,
        redact_raw: config.flag("redact_raw")?,
        redact_ids: config.flag("redact_ids")?,
    })
}

fn network(config: &mut Config) -> Result<NetworkArgs> {
    let defaults = NetworkArgs::default();
    let timeout: Option<Duration> = config.parsed("timeout", seconds)?;
    Ok(NetworkArgs {
        token_file: config.text("token_file")?.map(Into::into),
        token: config.secret("token", "access token")?,
        retries: config.parsed("retries", parse)?.unwrap_or(defaults.retries),
        timeout: timeout.unwrap_or(defaults.timeout),
    })
}

fn run(config: &mut Config) -> Result<RunArgs> {
    Ok(RunArgs {
        summary: config.text("summary")?.map(Into::into),
        max_duration: config.parsed("max_duration", parse::<Span>)?,
        fail_fast: config.flag("fail_fast")?,
    })
}

fn console(config: &mut Config) -> Result<ConsoleArgs> {
    let log_format = config.parsed("log_format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("expected text or json".to_owned()),
    })?;
    Ok(ConsoleArgs {
        quiet: config.flag("quiet")?,
        verbose: config.flag("verbose")?,
        no_progress: config.flag("no_progress")?,
        log_format: log_format.unwrap_or(LogFormat::Text),
    })
}

fn api(text: &str) -> Result<ApiChoice, String> {
    ApiChoice::from_str(text, false)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn parse<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}
