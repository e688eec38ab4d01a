//! The bearer token: given by the user, or fetched with OAuth 2.0 client credentials (RFC 6749, section 4.4).

use std::sync::Arc;

use anyhow::Result;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::api::Api;
use super::options::Credentials;
use crate::http::{ApiError, Call, Client, Secret, SentSecrets};
use crate::source::context::Context;

/// Where the token comes from.
#[derive(Debug)]
pub enum Auth {
    /// A token that the user gives.
    Token(Secret),
    /// The token endpoint. It has its own HTTP client, since it has its own rate limit.
    Endpoint {
        /// The client's id.
        id: String,
        /// The client's secret.
        secret: Secret,
        /// The call that fetches a token.
        call: Call,
        /// The HTTP client for this call.
        client: Box<Client>,
    },
}

impl Auth {
    /// Prepares the authentication. No request is sent yet.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(
        credentials: Credentials,
        sent: Arc<SentSecrets>,
        context: &Context,
    ) -> Result<Self> {
        let (id, secret, url) = match credentials {
            Credentials::Token(token) => return Ok(Self::Token(token)),
            Credentials::Client {
                id,
                secret,
                token_url,
            } => (id, secret, token_url),
        };
        sent.note(secret.reveal());
        let client = Client::new(
            url.clone(),
            HeaderMap::new(),
            advice,
            context.http,
            sent,
            context.observer.clone(),
        )?;
        let call = Call {
            purpose: format!("get a token for client {id}"),
            url,
            advice,
        };
        Ok(Self::Endpoint {
            id,
            secret,
            call,
            client: Box::new(client),
        })
    }

    /// Returns the value of the `Authorization` header. With an endpoint, each call fetches a new token, which may export
    /// with this version of the API.
    pub async fn bearer(&self, api: Api) -> Result<HeaderValue, ApiError> {
        #[derive(Deserialize)]
        struct Wire {
            access_token: Secret,
        }
        let (id, secret, call, client) = match self {
            Self::Token(token) => return Ok(token.bearer()),
            Self::Endpoint {
                id,
                secret,
                call,
                client,
            } => (id, secret, call, client),
        };
        let form = Serializer::new(String::new())
            .extend_pairs([("grant_type", "client_credentials"), ("scope", api.scope())])
            .finish();
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let wire: Wire = client
            .json(call, |http| {
                http.post(call.url.clone())
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
        "check --client-id, the client secret, and that the client may have the scope export:v3, or export:v4 with --api v4",
    )
}
