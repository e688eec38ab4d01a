//! IP and MAC addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::digits::{Run, stands_alone};
use crate::redact::class::Class;
use crate::redact::span::Span;

/// What stands before a number of a version, which may look like an IPv4 address.
const VERSIONS: &[&str] = &[
    "v", "version", "versjon", "versión", "versão", "build", "release",
];

/// Finds the IPv4 addresses of a run.
pub fn find_v4(run: &Run, spans: &mut Vec<Span>) {
    for from in 0..run.groups.len().saturating_sub(3) {
        let place = run.place(from, from + 4);
        let dotted = (from..from + 3).all(|group| run.gap(group) == ".");
        let goes_on = |group: usize| run.groups.len() > group + 1 && run.gap(group) == ".";
        if !dotted || goes_on(from + 3) || from > 0 && run.gap(from - 1) == "." {
            continue;
        }
        let Ok(address) = run.text[place.0..place.1].parse::<Ipv4Addr>() else {
            continue;
        };
        if run.stands_alone(place) && !is_own(address.into()) && !is_version(run.text, place.0) {
            spans.push(Span::new(place, Class::Ip, "IP", address.to_string()));
        }
    }
}

/// Finds the IPv6 and MAC addresses of a text that has a colon or a dash.
pub fn find_hex(text: &str, spans: &mut Vec<Span>) {
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-' | b'.');
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b':', b'-', &bytes[at..]) {
        let found = at + found;
        let start = bytes[at..found].iter().rposition(|byte| !is_part(*byte));
        let start = start.map_or(at, |before| at + before + 1);
        let end = bytes[found..].iter().position(|byte| !is_part(*byte));
        let end = end.map_or(bytes.len(), |length| found + length);
        at = end;
        let token = text[start..end].trim_end_matches([':', '-', '.']);
        let token = token.strip_prefix(['-', '.']).unwrap_or(token);
        let start = start + text[start..end].find(token).unwrap_or(0);
        let place = (start, start + token.len());
        if stands_alone(text, place)
            && let Some((label, value)) = address(token)
        {
            spans.push(Span::new(place, Class::Ip, label, value));
        }
    }
}

fn address(token: &str) -> Option<(&'static str, String)> {
    if token.len() == 17 {
        let mut pairs = token.split([':', '-']);
        if pairs.clone().count() == 6 && pairs.all(|pair| pair.len() == 2) && !token.contains('.') {
            return Some(("MAC", token.to_ascii_lowercase().replace('-', ":")));
        }
    }
    let colons = token.bytes().filter(|byte| *byte == b':').count();
    if colons < 2 || token.len() < 6 {
        return None;
    }
    let address: Ipv6Addr = token.parse().ok()?;
    (!is_own(address.into())).then(|| ("IP", address.to_string()))
}

/// Whether it is the address of every machine itself, which tells nothing.
fn is_own(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

fn is_version(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end();
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next();
    let word = word.unwrap_or_default().to_lowercase();
    VERSIONS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::digits::runs;
    use super::{find_hex, find_v4};

    fn found(text: &str) -> Vec<String> {
        let mut spans = Vec::new();
        for run in runs(text) {
            find_v4(&run, &mut spans);
        }
        find_hex(text, &mut spans);
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn addresses_of_machines_are_found() {
        assert_eq!(found("from 192.0.2.17, yes"), ["192.0.2.17"]);
        assert_eq!(
            found("2001:DB8::17 and [fe80::1]"),
            ["2001:db8::17", "fe80::1"]
        );
        assert_eq!(found("00-1B-44-11-3A-B7"), ["00:1b:44:11:3a:b7"]);
        assert_eq!(found("mac: 00:1b:44:11:3a:b7."), ["00:1b:44:11:3a:b7"]);
        for other in [
            "at 12:30:45",
            "version 1.2.3.4",
            "1.2.3.4.5",
            "a::b",
            "Note: that",
            "127.0.0.1",
            "256.1.1.1",
        ] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}
