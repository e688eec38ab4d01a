//! `markdown`: read by a parser, so that no text can be more than text.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::json;

use crate::support::fake::{Fake, World};
use crate::support::{bot_with, botpress, convexport};

#[test]
fn a_transcript_has_headings_and_quotations() {
    let message = |id: u8, direction: &str, text: &str| {
        json!({"id": id.to_string(), "createdAt": format!("2026-11-01T10:0{id}:00Z"), "userId": "u",
            "type": "text", "direction": direction, "payload": {"text": text}})
        .to_string()
    };
    let messages = [
        message(
            1,
            "outgoing",
            "# Hi\n\n- one\n  *two*, see https://x.example/a_b(c).",
        ),
        message(2, "incoming", ""),
    ];
    let fake = Fake::start(bot_with(&[&messages[0], &messages[1]]));
    let expected = "\
# talk · webchat · 2 messages

**Bot** · 2026-11-01 10:01:00 +00:00

> \\# Hi
>
> \\- one\\
> \\*two\\*, see <https://x.example/a_b(c)>.

**User** · 2026-11-01 10:02:00 +00:00

>
";
    assert_eq!(botpress(&fake, "-f markdown").stdout(), expected);
    let date = botpress(&fake, "-f markdown --time-format %d._*%Y*").stdout();
    assert!(date.contains("**Bot** · 01.\\_\\*2026\\*\n"), "{date}");
}

#[test]
fn pictures_and_options_are_links() {
    let fake = Fake::start(World::with_conversations(20, |_| 20));
    let out = botpress(&fake, "-f markdown").stdout();
    let Page { links, .. } = read(&out);
    assert!(
        links.iter().any(|link| link.contains(".png?sig=")),
        "{links:?}"
    );
    assert!(
        links
            .iter()
            .any(|link| link == "https://example.com/plans?a=1&b=2")
    );
    let shown = botpress(&fake, "").stdout();
    assert_eq!(links.len(), shown.matches("https://").count());
}

/// What a reader of the page sees.
#[derive(Debug, Default, PartialEq)]
struct Page {
    headings: Vec<String>,
    turns: Vec<String>,
    /// The lines of each that are not empty.
    quotations: Vec<Vec<String>>,
    links: Vec<String>,
}

/// Reads a page; anything but headings, turns and quotations fails.
fn read(markdown: &str) -> Page {
    let mut options = Options::all();
    // They would show other quotes than were written.
    options.remove(Options::ENABLE_SMART_PUNCTUATION);
    options.remove(Options::ENABLE_OLD_FOOTNOTES);
    let (mut page, mut text, mut quoted) = (Page::default(), String::new(), false);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Heading { id: None, .. } | Tag::Paragraph) => text.clear(),
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong | TagEnd::Link) => {}
            Event::Start(Tag::BlockQuote(None)) if !quoted => {
                quoted = true;
                page.quotations.push(Vec::new());
            }
            Event::End(TagEnd::BlockQuote(None)) => quoted = false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                let known = ["https://", "http://", "mailto:"];
                assert!(
                    known.iter().any(|scheme| dest_url.starts_with(scheme)),
                    "{dest_url}"
                );
                page.links.push(dest_url.into_string());
            }
            Event::Text(part) => text.push_str(&part),
            Event::HardBreak if quoted => text.push('\n'),
            Event::End(TagEnd::Heading(_)) => page.headings.push(std::mem::take(&mut text)),
            Event::End(TagEnd::Paragraph) if quoted => {
                let lines = text.split('\n').map(str::to_owned);
                page.quotations.last_mut().unwrap().extend(lines);
            }
            Event::End(TagEnd::Paragraph) => page.turns.push(std::mem::take(&mut text)),
            other => panic!("{other:?} in {markdown}"),
        }
    }
    page
}

/// What a saved answer of boost.ai shows whose user said these, under an id that is hostile as well.
fn shown(texts: &[String]) -> Page {
    let messages: Vec<_> = (0..)
        .zip(texts)
        .map(|(id, text)| json!({"id": id, "time": "2026-11-01T10:00:00Z", "type": "question", "question": {"input": text}}))
        .collect();
    let id = texts.first().map_or("", String::as_str);
    let answer = json!([{"type": "query_info"}, {"type": "conversation", "id": id, "messages": messages},
        {"type": "post_query_info", "conversations": 1}]);
    read(
        &convexport("boost --input - -f markdown")
            .stdin(&answer.to_string())
            .stdout(),
    )
}

fn lines(text: &str) -> Vec<String> {
    let ends = [
        '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    let lines = text.split(ends).map(|line| line.trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

fn assert_is_text(texts: &[String]) {
    let page = shown(texts);
    for (shown, said) in page.quotations.iter().zip(texts) {
        assert_eq!(*shown, lines(said));
    }
    assert_eq!(page.quotations.len(), texts.len());
    assert_eq!(page.headings.len(), 1);
    assert_eq!(
        page.turns,
        vec!["User · 2026-11-01 10:00:00 +00:00"; texts.len()]
    );
}

#[test]
fn no_text_breaks_the_layout() {
    let texts = [
        "# heading",
        "heading\n===",
        "heading\n---",
        "---",
        "***",
        "```\ncode\n```",
        "~~~",
        "    indented\n\n\tindented",
        "> deeper\n\nout",
        "- list\n+ list\n* list\n1. list\n2) list\n- [ ] task",
        "<script>alert(1)</script>",
        "<!-- comment",
        "<b>bold</b> &amp; &lt;i&gt; &#35;",
        "[link](javascript:alert(1)) ![image](https://x/y.png) <javascript:alert(1)> [ref][a] [a]",
        "[a]: javascript:alert(1) \"title\"",
        "[^1]\n\n[^1]: footnote",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "a | b\n:-: | -",
        "term\n: definition",
        "$x$ $$y$$ `code` *a* **b** _c_ __d__ ~~e~~ ^f^ ==g== {#id .class}",
        "ends with \\\nand \\\\",
        "https://x/`a`|b<c> and https://x/\"onmouseover=\"x (https://x/(a)) https:// http://x.",
        "[!NOTE]\nnot a note",
        "+++\ntoml\n+++",
        "::: block",
        "**User** · 2026-11-01 10:00:00 +00:00\n\n# 1000002 · 5 messages",
    ];
    assert_is_text(&texts.map(str::to_owned));
}

const BITS: &[&str] = &[
    "#",
    "-",
    "=",
    "*",
    "_",
    "`",
    "~",
    "|",
    ">",
    "<",
    "[",
    "]",
    "(",
    ")",
    "!",
    "\\",
    "&",
    ";",
    "$",
    "{",
    "}",
    ":",
    "+",
    "^",
    "\"",
    "'",
    "/",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "    ",
    "\t",
    "1.",
    "2)",
    "a",
    "é",
    "\u{a0}",
    "\0",
    "https://x/",
    "http://a_b",
    "mailto:a@b",
    "<b>",
    "</b>",
    "&amp;",
    "[^1]:",
    "---",
    "```",
    "|-|",
    "script",
    "<!--",
    "]]>",
    "<?",
];

/// Bits of Markdown in any order.
fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(BITS), 0..30).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_said_is_text(texts in prop::collection::vec(prop_oneof![hostile(), any::<String>()], 40)) {
        assert_is_text(&texts);
    }
}
