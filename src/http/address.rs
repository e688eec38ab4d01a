//! Checks addresses that a token is sent to, and values of headers.

use std::net::IpAddr;

use reqwest::header::HeaderValue;
use url::Url;

use crate::usage::{UsageError, usage};

/// Reads a base address. Refuses an address to which the token would be sent without encryption.
///
/// # Errors
/// When it is not an http(s) address, or plain http to another machine.
pub fn base_url(text: &str) -> Result<Url, UsageError> {
    let url = Url::parse(text).map_err(|error| usage!("`{text}` is not an address: {error}"))?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(usage!(
            "the address of {} has a user, a query or a fragment in it: give it without",
            url.host_str().unwrap_or("the API")
        ));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err(usage!(
            "`{text}` would send the token in the clear: use https (plain http only to this machine itself)"
        )),
        other => Err(usage!("`{text}`: expected https://, not {other}:")),
    }
}

/// Makes the value of a header.
///
/// # Errors
/// When the text cannot be sent in a header.
pub fn header(name: &str, text: &str) -> Result<HeaderValue, UsageError> {
    HeaderValue::from_str(text)
        .map_err(|_| usage!("the {name} has characters that a header cannot carry"))
}
