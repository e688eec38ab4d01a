//! Addresses that open something by themselves: with credentials, or with a signature or a token in their query.

use memchr::memmem;
use url::Url;

use crate::redact::class::Class;
use crate::redact::span::Span;

/// Names of parameters that give access. A parameter counts when its name is one of them, or ends with one after a `-`, `_`
/// or `.`.
const SECRETS: &[&str] = &[
    "accesstoken",
    "apikey",
    "assertion",
    "auth",
    "authorization",
    "authtoken",
    "code",
    "credential",
    "hmac",
    "idtoken",
    "jwt",
    "key",
    "keypairid",
    "magic",
    "nonce",
    "otp",
    "passwd",
    "password",
    "policy",
    "pwd",
    "refreshtoken",
    "secret",
    "session",
    "sessionid",
    "sid",
    "sig",
    "sign",
    "signature",
    "ticket",
    "token",
];

/// Finds the addresses of a text that has a `://`.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    let mut from = 0;
    while let Some(found) = memmem::find(&text.as_bytes()[from..], b"://") {
        let middle = from + found;
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let scheme = text[from..middle]
            .chars()
            .rev()
            .take_while(|c| is_scheme(*c))
            .count();
        let start = middle - scheme;
        let ends =
            |c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^「」（）".contains(c);
        let length = text[middle..].find(ends).unwrap_or(text.len() - middle);
        let address = text[start..middle + length]
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        from = middle + length.max(3);
        if let Ok(url) = Url::parse(address)
            && gives_access(&url)
        {
            let place = (start, start + address.len());
            spans.push(Span::new(place, Class::Url, "URL", address));
        }
    }
}

fn gives_access(url: &Url) -> bool {
    let fragment = url.fragment().unwrap_or_default();
    let fragment = url::form_urlencoded::parse(fragment.as_bytes());
    !url.username().is_empty()
        || url.password().is_some()
        || url
            .query_pairs()
            .chain(fragment)
            .any(|(name, value)| value.len() >= 4 && is_secret(&name))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or_default();
    let whole: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    SECRETS.contains(&last) || SECRETS.contains(&whole.as_str())
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<String> {
        let mut spans = Vec::new();
        find(text, &mut spans);
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn only_addresses_that_give_access_are_found() {
        assert_eq!(
            found("see https://ola:pass@example.com/x."),
            ["https://ola:pass@example.com/x"]
        );
        let signed = "https://b.s3.amazonaws.com/a.pdf?X-Amz-Date=1&X-Amz-Signature=abcdef";
        assert_eq!(found(signed), [signed]);
        assert_eq!(
            found("(https://a.no/r#access_token=12345)"),
            ["https://a.no/r#access_token=12345"]
        );
        for other in [
            "https://example.com/a?page=2&sort=key",
            "a://",
            "http:// x",
            "https://shop.example/?utm_source=mail",
        ] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}
