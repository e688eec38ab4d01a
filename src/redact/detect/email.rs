//! E-mail addresses.

use crate::redact::class::Class;
use crate::redact::span::Span;

/// Finds the addresses of a text that has an `@`.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        if let Some(place) = place(text, at) {
            let value = text[place.0..place.1].to_lowercase();
            spans.push(Span::new(place, Class::Email, "EMAIL", value));
        }
    }
}

/// The place of the address around an `@`.
fn place(text: &str, at: usize) -> Option<(usize, usize)> {
    let local = text[..at]
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_local(*c))
        .last();
    let mut start = local?.0;
    // In an address of the web it is the value of a parameter, or the last part of a path.
    if text[start..at].contains(['/', '?', '&']) {
        let last = text[start..at].rfind(['/', '?', '&', '=']);
        start += last.map_or(0, |last| last + 1);
    }
    // A dot or a quotation mark before an address belongs to the sentence.
    let extra = text[start..at]
        .find(|c: char| !matches!(c, '.' | '\'' | '-' | '/' | '=' | '&' | '*' | '`'))?;
    start += extra;
    let domain: usize = text[at + 1..]
        .chars()
        .take_while(|c| c.is_alphanumeric() && is_spaced(*c) || matches!(c, '.' | '-'))
        .map(char::len_utf8)
        .sum();
    let domain = text[at + 1..at + 1 + domain].trim_end_matches(['.', '-']);
    let (host, top) = domain.rsplit_once('.')?;
    let is_top = top.chars().count() >= 2
        && top
            .chars()
            .all(|c| c.is_alphabetic() || top.starts_with("xn--"));
    let is_host = !host.is_empty() && !host.starts_with(['.', '-']) && !domain.contains("..");
    (is_top && is_host).then_some((start, at + 1 + domain.len()))
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() && is_spaced(c) || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

/// Whether the script of a letter has blanks between words. In others the words around an address touch it.
fn is_spaced(c: char) -> bool {
    u32::from(c) < 0x2e80
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
    fn addresses_are_found_without_what_is_around_them() {
        assert_eq!(
            found("write to Ola.Nordmann+x@Example.co.uk."),
            ["ola.nordmann+x@example.co.uk"]
        );
        assert_eq!(found("<a@b.no>, 'c@d.no'"), ["a@b.no", "c@d.no"]);
        assert_eq!(found("連絡先はtaro@example.jpです"), ["taro@example.jp"]);
        assert_eq!(found("jürgen@müller.de"), ["jürgen@müller.de"]);
        assert_eq!(found("https://x.no/?page=2&mail=a@b.no&x=1"), ["a@b.no"]);
        assert_eq!(found("bounce+a=b.no@x.no"), ["bounce+a=b.no@x.no"]);
        for other in ["@me", "a@b", "5 @ 3.50", "a@b..no", "x@1.5"] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}
