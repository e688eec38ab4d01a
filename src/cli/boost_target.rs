//! The flags that say which boost.ai site, and how to authenticate there.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum, ValueHint};
use serde::Serialize;
use url::Url;

use super::network::NetworkArgs;
use super::secret::Place;
use crate::http::{self, Secret};
use crate::source::boost::{self, Api, Credentials, Target, Version};
use crate::usage::usage;

/// Where a site has its token endpoint, as clients use it (vendors/boost-v4.md).
const TOKEN_PATH: &str = "api/oauth2/v1/token";

/// Which site, and how to authenticate there.
#[derive(Debug, Default, Args, Serialize)]
pub struct BoostTarget {
    /// The site: the NAME of `https://NAME.boost.ai`, or its URL
    #[arg(
        long,
        value_name = "NAME|URL",
        env = "BOOST_SITE",
        hide_env_values = true,
        help_heading = None::<&str>
    )]
    pub site: Option<String>,

    /// The version of the site's Export API; `auto` is v3, or v4 if the site does not answer v3
    ///
    /// Support of v4 follows a client's use of it, and was not tried against the live service: docs/boost.md says what is
    /// known, and how to report what differs.
    #[arg(
        long,
        value_name = "VERSION",
        value_enum,
        default_value_t,
        hide_short_help = true,
        help_heading = "Network"
    )]
    #[serde(skip)]
    pub api: ApiChoice,

    /// Fetch the access token with OAuth 2.0 client credentials
    #[arg(
        long,
        value_name = "ID",
        env = "BOOST_CLIENT_ID",
        hide_env_values = true,
        hide_short_help = true,
        help_heading = "Network"
    )]
    #[serde(skip)]
    pub client_id: Option<String>,

    /// Read the client's secret from a file (`-` is stdin) instead of `BOOST_CLIENT_SECRET`
    #[arg(
        long,
        value_name = "FILE", value_hint = ValueHint::FilePath,
        hide_short_help = true,
        help_heading = "Network"
    )]
    #[serde(skip)]
    pub client_secret_file: Option<PathBuf>,

    /// The client's secret, if a tap's config has it.
    #[arg(skip)]
    #[serde(skip)]
    pub client_secret: Option<Secret>,

    /// The OAuth 2.0 token endpoint [default: `api/oauth2/v1/token` on the site, which the vendor's document does not name]
    #[arg(
        long,
        value_name = "URL",
        hide_short_help = true,
        help_heading = "Network"
    )]
    #[serde(skip)]
    pub token_url: Option<String>,
}

/// The versions to choose from.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ApiChoice {
    /// v3, or v4 if the site does not answer v3.
    #[default]
    Auto,
    /// The version that the vendor documents.
    V3,
    /// The newer version.
    V4,
}

impl From<ApiChoice> for Version {
    fn from(choice: ApiChoice) -> Self {
        match choice {
            ApiChoice::Auto => Self::Prefer(Api::V3),
            ApiChoice::V3 => Self::Only(Api::V3),
            ApiChoice::V4 => Self::Only(Api::V4),
        }
    }
}

impl BoostTarget {
    /// Which site, and how to authenticate there.
    ///
    /// # Errors
    /// A usage error for a missing or impossible site, token or client.
    pub fn resolve(&self, network: &NetworkArgs) -> Result<Target> {
        let site = self.site.as_deref().unwrap_or_default().trim();
        if site.is_empty() {
            bail!(usage!(
                "no site: give --site NAME (of https://NAME.boost.ai) or URL, or set BOOST_SITE"
            ));
        }
        let site = url(site)?;
        let credentials = self.credentials(&site, network)?;
        Ok(Target {
            site,
            credentials,
            version: self.api.into(),
        })
    }

    /// A client when there is a client id, else the token.
    fn credentials(&self, site: &Url, network: &NetworkArgs) -> Result<Credentials> {
        let Some(id) = self.client_id.as_deref().filter(|id| !id.is_empty()) else {
            let token = Place {
                what: "access token",
                given: network.token.as_ref(),
                variable: "BOOST_TOKEN",
                file: network.token_file.as_deref(),
                flag: "--token-file",
            };
            return Ok(Credentials::Token(token.find()?));
        };
        if network.token_file.is_some() {
            bail!(usage!(
                "--token-file and --client-id (BOOST_CLIENT_ID) are two ways to authenticate: give one"
            ));
        }
        let token_url = match &self.token_url {
            Some(url) => http::base_url(url)?,
            None => site.join(TOKEN_PATH)?,
        };
        let secret = Place {
            what: "client secret",
            given: self.client_secret.as_ref(),
            variable: "BOOST_CLIENT_SECRET",
            file: self.client_secret_file.as_deref(),
            flag: "--client-secret-file",
        };
        Ok(Credentials::Client {
            id: id.to_owned(),
            secret: secret.find()?,
            token_url,
        })
    }
}

/// The account of a site in an archive.
///
/// # Errors
/// A usage error for an impossible site.
pub fn account(site: &str) -> Result<String> {
    Ok(boost::account(&url(site)?))
}

fn url(site: &str) -> Result<Url> {
    Ok(http::base_url(&address(site)?)?)
}

/// `NAME` is `https://NAME.boost.ai`, a host is reached over https, a URL is itself.
fn address(site: &str) -> Result<String> {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    match site {
        url if url.contains("://") => Ok(url.to_owned()),
        odd if !odd.chars().all(letters) => {
            bail!(usage!("`{odd}` is no site: give its NAME or URL"))
        }
        host if host.contains('.') => Ok(format!("https://{host}")),
        name => Ok(format!("https://{name}.boost.ai")),
    }
}
