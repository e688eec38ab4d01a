//! Converts HTML fragments to plain text: the words, line breaks where a browser breaks lines, and the addresses of
//! links.
//!
//! html5gum parses the HTML. This file only decides how each tag looks in text.

use html5gum::{Token, Tokenizer};

use super::spacing::{evenly_spaced_len, is_blank};

/// The text that a reader would see. A link becomes `words (address)`, and a list item begins with `- `.
pub fn to_text(html: &str) -> String {
    simple(html).unwrap_or_else(|| full(html))
}

/// Converts a fragment that has only these tags and entities, as most fragments do, without a parser. Returns `None`
/// when it has others.
fn simple(html: &str) -> Option<String> {
    let mut page = Page::default();
    page.text.reserve(html.len());
    let mut rest = html;
    while let Some(at) = memchr::memchr3(b'<', b'&', 0, rest.as_bytes()) {
        page.words(&rest[..at]);
        rest = &rest[at..];
        let mut begins = |with| rest.strip_prefix(with).map(|tail| rest = tail).is_some();
        if begins("<p>") || begins("</p>") {
            page.new_line();
        } else if begins("<br>") {
            page.text.push('\n');
        } else if begins("<a href=\"") {
            let (address, tail) = rest.split_once('"')?;
            let odd = address.contains(['&', '\r', '\0']);
            rest = tail.strip_prefix('>').filter(|_| !odd)?;
            page.begin_link(Some(address.to_owned()));
        } else if begins("</a>") {
            page.close(b"a");
        } else if begins("&amp;") {
            page.words("&");
        } else {
            return None;
        }
    }
    page.words(rest);
    Some(page.end())
}

fn full(html: &str) -> String {
    let mut page = Page::default();
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::String(text) => page.words(&String::from_utf8_lossy(&text)),
            Token::StartTag(tag) => {
                page.open(&tag.name, |name: &[u8]| {
                    tag.attributes.get(name).map(|value| &value.value[..])
                });
            }
            Token::EndTag(tag) => page.close(&tag.name),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    page.end()
}

#[derive(Default)]
struct Page {
    text: String,
    /// Whether white space separates the text so far from the next words.
    blank: bool,
    /// The address of the current link, and where its words begin in `text`.
    link: Option<(String, usize)>,
    /// Whether the position is within `script` or `style`, whose text a reader does not see.
    hidden: bool,
    /// Whether the position is within `pre`, whose white space is kept.
    verbatim: bool,
}

impl Page {
    fn end(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }

    fn words(&mut self, text: &str) {
        if self.hidden {
            return;
        }
        if self.verbatim {
            self.text.push_str(text);
            return;
        }
        let mut rest = text;
        loop {
            let words = rest.trim_start_matches(is_blank);
            self.blank |= words.len() < rest.len();
            if words.is_empty() {
                return;
            }
            if self.blank && !self.at_line_start() {
                self.text.push(' ');
            }
            self.blank = false;
            let (words, tail) = words.split_at(evenly_spaced_len(words));
            self.text.push_str(words);
            rest = tail;
        }
    }

    fn open<'a>(&mut self, name: &[u8], attribute: impl Fn(&[u8]) -> Option<&'a [u8]>) {
        match name {
            b"br" => self.text.push('\n'),
            b"a" => {
                let address = attribute(b"href");
                self.begin_link(
                    address.map(|address| String::from_utf8_lossy(address).into_owned()),
                );
            }
            b"img" => {
                let alt =
                    attribute(b"alt").map(|value| String::from_utf8_lossy(value).into_owned());
                self.words(&alt.unwrap_or_default());
            }
            b"li" => {
                self.new_line();
                self.text.push_str("- ");
            }
            b"td" | b"th" => self.blank = true,
            b"script" | b"style" => self.hidden = true,
            name if is_block(name) => {
                self.new_line();
                self.verbatim = name == b"pre";
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"a" => self.end_link(),
            b"script" | b"style" => self.hidden = false,
            b"li" => self.new_line(),
            name if is_block(name) => {
                self.new_line();
                self.verbatim &= name != b"pre";
            }
            _ => {}
        }
    }

    fn begin_link(&mut self, address: Option<String>) {
        // The space before a link does not belong to its words.
        if std::mem::take(&mut self.blank) && !self.at_line_start() {
            self.text.push(' ');
        }
        self.link = address.map(|address| (address, self.text.len()));
    }

    fn end_link(&mut self) {
        let Some((address, start)) = self.link.take() else {
            return;
        };
        let words = self.text[start..].trim();
        if words.is_empty() {
            self.text.push_str(&address);
        } else if !address.is_empty() && words != address {
            self.text.extend([" (", &address, ")"]);
        }
    }

    fn new_line(&mut self) {
        self.blank = false;
        if !self.at_line_start() {
            self.text.push('\n');
        }
    }

    fn at_line_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with(['\n', ' '])
    }
}

fn is_block(name: &[u8]) -> bool {
    const BLOCKS: &[&[u8]] = &[
        b"address",
        b"article",
        b"aside",
        b"blockquote",
        b"dd",
        b"div",
        b"dl",
        b"dt",
        b"figure",
        b"footer",
        b"form",
        b"h1",
        b"h2",
        b"h3",
        b"h4",
        b"h5",
        b"h6",
        b"header",
        b"hr",
        b"main",
        b"nav",
        b"ol",
        b"p",
        b"pre",
        b"section",
        b"table",
        b"tr",
        b"ul",
    ];
    BLOCKS.contains(&name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{full, simple, to_text};

    proptest! {
        #[test]
        fn simple_fragments_read_as_any_others(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..12),
        ) {
            let html = parts.concat();
            if let Some(text) = simple(&html) {
                prop_assert_eq!(text, full(&html));
            }
        }

        #[test]
        fn words_stand_a_single_space_apart(text in "[a-c \\t\\n\\r\\x0c\\x0b\u{a0}é]{0,60}") {
            let words = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(to_text(&text), words.trim_end());
        }
    }

    const PARTS: &[&str] = &[
        "<p>",
        "</p>",
        "<br>",
        "<a href=\"https://x\">",
        "<a href=\"",
        "\">",
        "</a>",
        "&amp;",
        "&amp",
        "amp;",
        "lt;",
        "#",
        "a",
        "word é",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\u{a0}",
        "\t",
        "\u{c}",
        "<",
        ">",
        "<b>",
        "\"",
        "'",
        "=",
        "/",
        "\0",
        "😀",
        "p>",
    ];

    #[test]
    fn usual_fragments_are_simple() {
        assert!(simple("<p>Hi &amp; <a href=\"https://x\">see</a>!</p>\n<p>a<br>b</p>").is_some());
    }

    #[test]
    fn fragments_read_as_in_a_browser() {
        for (html, text) in [
            ("<p>Hi!</p>", "Hi!"),
            ("<p>One</p><p>Two</p>\n<p>Three</p>", "One\nTwo\nThree"),
            ("plain words", "plain words"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("a<br><br>b", "a\n\nb"),
            (
                "Caf&eacute; &amp; bar&nbsp;&lt;b&gt; &#128512;",
                "Café & bar\u{a0}<b> 😀",
            ),
            (
                "<p>  many \n blanks <b>and</b> <i>tags</i>.</p>",
                "many blanks and tags.",
            ),
            (
                "See <a href=\"https://x/?a=1&amp;b=2\">our page</a>.",
                "See our page (https://x/?a=1&b=2).",
            ),
            ("<a href='https://x'>https://x</a>", "https://x"),
            ("<a href='https://x'><img src=i></a>!", "https://x!"),
            ("<a name=top>Top</a>", "Top"),
            (
                "<ul><li>One</li><li>Two <b>bold</b></li></ul>after",
                "- One\n- Two bold\nafter",
            ),
            ("<pre>a\n  b</pre>c", "a\n  b\nc"),
            ("x<script>alert(1)</script>y", "xy"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
            ("<p>unclosed <b>tags", "unclosed tags"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }
}
