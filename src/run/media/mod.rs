//! The files that messages point to, as a run deals with them: an export without an archive holds its conversations back
//! until their files are there ([`Window`]), and an archive is asked which files it lacks ([`Backlog`]).

mod backlog;
mod files;
mod placement;
mod tally;
mod window;

use anyhow::{Context as _, Result};

pub use backlog::Backlog;
pub use files::Files;
pub use placement::{Placement, base};
pub use tally::exit;
pub use window::Window;

use super::pump::Pump;
use crate::cli::{Download, Media};
use crate::http;
use crate::io::paths::relative;
use crate::media::{Fetcher, Store, VendorHost};
use crate::sink::Target;
use crate::source::boost::{Credentials, Origin};
use crate::source::{Context, Options};

/// Makes what downloads files into a folder.
///
/// # Errors
/// When the folder cannot be used.
pub fn fetcher(
    download: &Download,
    store: Store,
    vendor: Option<VendorHost>,
    context: &Context,
    pump: &Pump,
) -> Result<Fetcher> {
    let observer = context.observer.clone();
    Fetcher::new(
        &download.options,
        store,
        vendor,
        context.http,
        observer,
        pump.handle(),
    )
}

/// What becomes of the files of an export without an archive to this target.
///
/// # Errors
/// When the folder for them cannot be used.
pub fn files(
    media: &Media,
    target: &Target,
    vendor: Option<VendorHost>,
    context: &Context,
    pump: &Pump,
) -> Result<Files> {
    let download = match media {
        Media::None => return Ok(Files::None),
        Media::Kept(placing) => {
            return Ok(Placement::new(*placing, target).map_or(Files::None, Files::Placed));
        }
        Media::Download(download) => download,
    };
    let folder = download.folder.as_deref();
    let folder = folder.context("an export without an archive has a folder for media")?;
    let store = Store::open(folder)?;
    let prefix = match relative(&base(target), folder).as_str() {
        "" => String::new(),
        path => format!("{path}/"),
    };
    let fetcher = fetcher(download, store, vendor, context, pump)?;
    let window = Window::new(fetcher, download, prefix)?;
    Ok(Files::Downloaded(Box::new(window)))
}

/// The API that the messages come from, and the headers with its token. `None` for what was saved.
///
/// # Errors
/// When the bot's id cannot be sent.
pub fn vendor(source: &Options) -> Result<Option<VendorHost>> {
    let mut headers = reqwest::header::HeaderMap::new();
    let (base, token) = match source {
        Options::Botpress(options) => {
            let target = &options.target;
            headers.insert("x-bot-id", http::header("bot id", &target.bot)?);
            (&target.base_url, Some(&target.token))
        }
        Options::Boost(options) => match &options.origin {
            Origin::Saved(_) => return Ok(None),
            Origin::Site(request) => match &request.target.credentials {
                Credentials::Token(token) => (&request.target.site, Some(token)),
                // Its tokens are for the export alone.
                Credentials::Client { .. } => (&request.target.site, None),
            },
        },
        Options::Saved(_) => return Ok(None),
    };
    if let Some(token) = token {
        headers.insert(reqwest::header::AUTHORIZATION, token.bearer());
    }
    Ok(Some(VendorHost {
        base: base.clone(),
        headers,
    }))
}
