//! Why a connection failed, in words that say what to check.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// Why there is no connection or no answer, or why the connection broke.
#[derive(Debug)]
pub struct ConnectionError {
    kind: Kind,
    host: Option<String>,
    /// What the library says, for `-v`.
    detail: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// No machine has this name.
    UnknownHost,
    /// The server's certificate is not one that this machine trusts.
    Certificate,
    /// Nothing answers at the address.
    Refused,
    /// The proxy does not let the request through.
    Proxy,
    /// There is no connection for another reason.
    NoConnection,
    /// The connection was there, and broke.
    Broken,
    /// No bytes came in time.
    Silent(Duration),
}

impl ConnectionError {
    /// The error of a request that failed.
    pub fn of(error: reqwest::Error) -> Self {
        let host = error.url().and_then(|url| url.host_str());
        let host = host.map(str::to_owned);
        let is_connect = error.is_connect();
        Self::from_causes(error.without_url(), is_connect, host)
    }

    /// The error of another client of the same family, which tells the same causes. `is_connect` tells whether there was no
    /// connection yet.
    pub fn from_causes(
        error: impl Error + Send + Sync + 'static,
        is_connect: bool,
        host: Option<String>,
    ) -> Self {
        Self {
            kind: Kind::of(&error, is_connect),
            host,
            detail: format!("{:#}", anyhow::Error::from(error)),
        }
    }

    /// The error of a connection that stayed silent for this long.
    pub fn silent(limit: Duration) -> Self {
        Self {
            kind: Kind::Silent(limit),
            host: None,
            detail: String::new(),
        }
    }

    /// Whether another try may succeed. A name or a certificate that is wrong stays wrong.
    pub fn is_transient(&self) -> bool {
        !matches!(self.kind, Kind::UnknownHost | Kind::Certificate)
    }

    /// What the user can check.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self.kind {
            Kind::UnknownHost => "check the site's or server's name, and the network",
            Kind::Certificate => {
                "check the site's or server's name; if a proxy reads along here, give its certificate in SSL_CERT_FILE"
            }
            Kind::Refused | Kind::NoConnection => {
                "check the network, and HTTPS_PROXY if there is a proxy"
            }
            Kind::Proxy => "check HTTPS_PROXY",
            Kind::Broken | Kind::Silent(_) => return None,
        })
    }

    /// What the library says. It is empty when that is nothing more.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.as_deref().unwrap_or("the server");
        match &self.kind {
            Kind::UnknownHost => write!(f, "there is no server {host}"),
            Kind::Certificate => write!(f, "the certificate of {host} is not trusted here"),
            Kind::Refused => write!(f, "{host} refuses the connection"),
            Kind::Proxy => write!(f, "the proxy does not connect to {host}"),
            Kind::NoConnection => write!(f, "there is no connection to {host}"),
            Kind::Broken => f.write_str("the connection broke"),
            Kind::Silent(limit) => {
                write!(f, "no bytes came for {} s (--timeout)", limit.as_secs_f64())
            }
        }
    }
}

impl Kind {
    fn of(error: &dyn Error, is_connect: bool) -> Self {
        let causes = || std::iter::successors(error.source(), |cause| (*cause).source());
        // The library's own types for these are private, so their text has to tell.
        let says = |words: &str| causes().any(|cause| cause.to_string().contains(words));
        if says("peer certificate") {
            Self::Certificate
        } else if says("tunnel error") || says("proxy") {
            Self::Proxy
        } else if says("dns ") && !says("Temporary failure") {
            Self::UnknownHost
        } else if causes().any(is_refused) {
            Self::Refused
        } else if is_connect {
            Self::NoConnection
        } else {
            Self::Broken
        }
    }
}

fn is_refused(cause: &(dyn Error + 'static)) -> bool {
    let io = cause.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
