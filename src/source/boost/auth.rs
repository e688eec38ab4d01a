//! The bearer token: given, or fetched with OAuth 2.0 client credentials (one form post; RFC 6749, section 4.4).

use anyhow::{Result, bail};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::cli::{BoostTarget, NetworkArgs};
use crate::http::{self, ApiError, Call, Client, Secret};
use crate::usage;

const SCOPE: &str = "export:v3";

/// Where tokens come from.
#[derive(Debug)]
pub enum Auth {
    /// A token of the user's.
    Token(Secret),
    /// A client that is given one for each request.
    Client {
        /// The client's id.
        id: String,
        /// Its secret.
        secret: Secret,
        /// The token endpoint.
        url: Url,
    },
}

impl Auth {
    /// Client credentials when there is a client id, else the token.
    ///
    /// # Errors
    /// A usage error when something is missing.
    pub fn new(target: &BoostTarget, network: &NetworkArgs) -> Result<Self> {
        let Some(id) = target.client_id.as_deref().filter(|id| !id.is_empty()) else {
            let token = Secret::find(
                "access token",
                network.token.as_ref(),
                "BOOST_TOKEN",
                network.token_file.as_deref(),
                "--token-file",
            )?;
            return Ok(Self::Token(token));
        };
        if network.token_file.is_some() {
            bail!(usage!(
                "--token-file and --client-id (BOOST_CLIENT_ID) are two ways to authenticate: give one"
            ));
        }
        let Some(url) = &target.token_url else {
            bail!(usage!(
                "--client-id needs --token-url URL, the OAuth 2.0 token endpoint of your boost.ai site"
            ));
        };
        let file = target.client_secret_file.as_deref();
        Ok(Self::Client {
            id: id.to_owned(),
            secret: Secret::find(
                "client secret",
                target.client_secret.as_ref(),
                "BOOST_CLIENT_SECRET",
                file,
                "--client-secret-file",
            )?,
            url: http::base_url(url)?,
        })
    }

    /// The value of the `Authorization` header.
    pub async fn bearer(&self, client: &Client) -> Result<HeaderValue, ApiError> {
        #[derive(Deserialize)]
        struct Wire {
            access_token: Secret,
        }
        let (id, secret, url) = match self {
            Self::Token(token) => return Ok(token.bearer()),
            Self::Client { id, secret, url } => (id, secret, url),
        };
        let call = Call {
            purpose: format!("get a token for client {id}"),
            url: url.clone(),
            advice,
        };
        let form = Serializer::new(String::new())
            .extend_pairs([("grant_type", "client_credentials"), ("scope", SCOPE)])
            .finish();
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        client.sent().note(secret.reveal());
        let wire: Wire = client
            .json(&call, |http| {
                http.post(url.clone())
                    .basic_auth(encoded(id), Some(encoded(secret.reveal())))
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.clone())
            })
            .await?;
        Ok(wire.access_token.bearer())
    }
}

fn advice(status: StatusCode) -> Option<&'static str> {
    matches!(status.as_u16(), 400 | 401 | 403).then_some(
        "check --client-id, the client secret, and that the client may have the scope export:v3",
    )
}
