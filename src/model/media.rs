//! What becomes of the files that messages point to: how one can be missing, and until when one can be downloaded.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::time::{Span, Timestamp};

/// Why a file that a message points to is not there.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Missing {
    /// Its server says that it does not exist, or no longer (404, 410).
    #[serde(rename = "gone")]
    Gone,
    /// Its server does not hand it out (401, 403 and the like).
    #[serde(rename = "refused")]
    Refused,
    /// It is larger than the limit.
    #[serde(rename = "too large")]
    TooLarge,
    /// Its server does not hand it out, and its address was only good for a time that is over.
    #[serde(rename = "expired")]
    Expired,
    /// There was no whole answer, even after retries.
    #[serde(rename = "not reachable")]
    Unreachable,
    /// Its address is none that a program should ask: no https, or a machine of a private network.
    #[serde(rename = "not allowed")]
    NotAllowed,
    /// The run had already downloaded as much as it may.
    #[serde(rename = "left for later")]
    LeftForLater,
}

impl Missing {
    /// All reasons, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Gone,
        Self::Expired,
        Self::Refused,
        Self::TooLarge,
        Self::NotAllowed,
        Self::Unreachable,
        Self::LeftForLater,
    ];

    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::TooLarge => "too large",
            Self::Expired => "expired",
            Self::Unreachable => "not reachable",
            Self::NotAllowed => "not allowed",
            Self::LeftForLater => "left for later",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A downloaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// Its path in the folder of the media, with `/`.
    pub file: String,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// What it is, by its content.
    pub media_type: String,
}

/// A path as a relative address. Each part is percent-encoded, so that no name in it means anything in an address.
#[must_use]
pub fn path_link(path: &str) -> String {
    let mut link = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => link.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => link.push(byte.into()),
            byte => _ = write!(link, "%{byte:02X}"),
        }
    }
    link
}

/// How long the files of a channel can be downloaded (vendors/botpress.md, "More of the API").
const CHANNELS: [(&str, Span); 3] = [
    ("messenger", Span::hours(24)),
    ("twilio", Span::hours(24)),
    ("whatsapp", Span::days(30)),
];

/// When an address stops to work, as far as it says so itself, or the channel is known for it.
#[must_use]
pub fn expires_at(
    address: &str,
    channel: Option<&str>,
    sent_at: Option<Timestamp>,
) -> Option<Timestamp> {
    let span = CHANNELS.iter().find(|(name, _)| Some(*name) == channel);
    let by_channel = sent_at
        .zip(span)
        .map(|(sent_at, (_, span))| sent_at.plus(*span));
    let signed = Url::parse(address)
        .ok()
        .and_then(|address| signed_until(&address));
    by_channel.into_iter().chain(signed).min()
}

/// Until when a signed address works: as S3 and Google sign (`X-Amz-Date` and `X-Amz-Expires`), `CloudFront` and older
/// S3 (`Expires`), Azure (`se`) and Facebook's servers (`oe`).
fn signed_until(address: &Url) -> Option<Timestamp> {
    let value = |name: &str| {
        let mut pairs = address.query_pairs();
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.into_owned())
    };
    let seconds = |text: String, radix| i64::from_str_radix(&text, radix).ok();
    let epoch: Timestamp = "1970-01-01T00:00:00Z".parse().ok()?;
    let after = |seconds: i64| epoch.plus(Span::seconds(seconds));
    for vendor in ["amz", "goog"] {
        let signed_at = value(&format!("x-{vendor}-date")).and_then(|text| basic_time(&text));
        let valid = value(&format!("x-{vendor}-expires")).and_then(|text| seconds(text, 10));
        if let (Some(signed_at), Some(valid)) = (signed_at, valid) {
            return Some(signed_at.plus(Span::seconds(valid)));
        }
    }
    if let Some(at) = value("expires").and_then(|text| seconds(text, 10)) {
        return Some(after(at));
    }
    if let Some(at) = value("oe").and_then(|text| seconds(text, 16)) {
        return Some(after(at));
    }
    value("se").and_then(|text| text.parse().ok())
}

/// Reads `20261129T090000Z`.
fn basic_time(text: &str) -> Option<Timestamp> {
    let digits = |from: usize, to: usize| text.get(from..to);
    let time = format!(
        "{}-{}-{}T{}:{}:{}Z",
        digits(0, 4)?,
        digits(4, 6)?,
        digits(6, 8)?,
        digits(9, 11)?,
        digits(11, 13)?,
        digits(13, 15)?
    );
    time.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(address: &str, channel: Option<&str>) -> Option<String> {
        let sent_at = "2026-11-01T12:00:00Z".parse().ok();
        expires_at(address, channel, sent_at).map(|time| time.in_json(str::to_owned))
    }

    #[test]
    fn an_address_expires_by_its_signature_or_its_channel() {
        for (address, time) in [
            (
                "https://a/b?X-Amz-Date=20261101T120000Z&X-Amz-Expires=300",
                "12:05:00",
            ),
            (
                "https://a/b?X-Goog-Date=20261101T120000Z&X-Goog-Expires=60",
                "12:01:00",
            ),
            // 1793534460 is 2026-11-01T12:01:00Z, and 0x6ae737d0 is 2026-11-01T13:00:00Z.
            ("https://a/b?Expires=1793534460&Signature=x", "12:01:00"),
            ("https://a/b?oe=6AE737D0&_nc_sid=x", "13:00:00"),
            ("https://a/b?se=2026-11-01T12%3A30%3A00Z&sig=x", "12:30:00"),
        ] {
            let expected = format!("2026-11-01T{time}.000000Z");
            assert_eq!(until(address, None), Some(expected), "{address}");
        }
        assert_eq!(until("https://a/b?x=1", None), None);
        assert_eq!(until("data:,x", None), None);
        let day = until("https://a/b", Some("messenger")).unwrap();
        assert_eq!(day, "2026-11-02T12:00:00.000000Z");
        let month = until("https://a/b", Some("whatsapp")).unwrap();
        assert_eq!(month, "2026-12-01T12:00:00.000000Z");
        assert_eq!(until("https://a/b", Some("webchat")), None);
    }

    #[test]
    fn names_are_those_of_the_json() {
        for reason in Missing::ALL {
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{}\"", reason.name()));
            assert_eq!(Missing::of_name(reason.name()), Some(reason));
        }
    }
}
