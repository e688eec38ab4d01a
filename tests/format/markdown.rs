//! `markdown`: read by a parser, so that no text can be more than text.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::json;

use crate::support::fake::{Conversation, Fake, World};
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
# Conversation on webchat, 19 November 2026

2026-11-19 12:00 · webchat · 2 messages · talk

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

/// Words stay readable in the source too, and no address is less than it was.
#[test]
fn long_addresses_are_references() {
    let addresses = [
        "https://files.example/a.png?sig=a%2Bb&n=1",
        "https://files.example/b.png?sig=[1]: <https://x.example>&lt;",
        "https://files.example/c.png?back\\slash\nnew line",
        "https://files.example/short.png",
        "javascript:alert(1)//https://files.example/?",
    ];
    let picture = |(number, address): (usize, &&str)| {
        let title = (number > 0).then(|| format!("Picture [{number}] of https://x.example/"));
        json!({"id": number.to_string(), "createdAt": format!("2026-11-01T10:0{number}:00Z"), "type": "image",
            "direction": "outgoing", "payload": {"imageUrl": address, "title": title}})
        .to_string()
    };
    let pictures: Vec<_> = addresses.iter().enumerate().map(picture).collect();
    let pictures: Vec<_> = pictures.iter().map(String::as_str).collect();
    let mut world = bot_with(&pictures);
    let again = bot_with(&pictures[..1]).conversations.remove(0);
    world.conversations.push(Conversation {
        id: "again".to_owned(),
        created_at: again.created_at - 1,
        ..again
    });
    let out = botpress(&Fake::start(world), "-f markdown").stdout();
    let Page {
        links, quotations, ..
    } = read(&out);
    let expected = [
        addresses[0],
        "https://files.example/b.png?sig=[1]:%20%3Chttps://x.example%3E&lt;",
        "https://files.example/c.png?back\\slash%0Anew%20line",
        // The title of the short one is text, like that of the one that is no page.
        "https://x.example/",
        addresses[3],
        "https://x.example/",
        "https://files.example/",
        addresses[0],
    ];
    assert_eq!(links, expected, "{out}");
    let named = |number: usize| vec![format!("Picture [{number}] of https://x.example/")];
    assert_eq!(
        quotations[..3],
        [vec!["image".to_owned()], named(1), named(2)]
    );
    assert!(
        out.contains("\n> [image][1]\n")
            && out.contains("\n\n[1]: <https://files.example/a.png?sig=a%2Bb&n=1>\n")
    );
    assert!(
        out.ends_with("\n\n> [image][4]\n\n[4]: <https://files.example/a.png?sig=a%2Bb&n=1>\n"),
        "{out}"
    );
}

#[test]
fn a_heading_is_of_words_and_what_is_below_it_is_text() {
    let bad = "  # x\n=== `a` *b* _c_ [d](https://e.example) <f> 1_000=7\\";
    let message = |role: &str| {
        json!({"id": "m", "created_at": null, "role": role, "user_id": role, "author": bad, "type": "text", "text": "Hi",
            "options": [], "attachments": []})
    };
    let talk = json!({"source": "botpress", "account": null, "id": bad, "created_at": "2026-11-01T10:00:00.000000Z",
        "updated_at": null, "channel": bad, "title": bad, "tags": {bad: [bad]},
        "handover": {"side": "customer", "conversation_id": bad, "agent": bad, "ended": bad},
        "messages": [message("user"), message("agent")]});
    let out = convexport("render - -f markdown")
        .stdin(&format!("{talk}\n"))
        .stdout();
    let Page {
        headings,
        details,
        turns,
        ..
    } = read(&out);
    let good = "# x === `a` *b* _c_ [d](https://e.example) <f> 1_000=7\\";
    assert_eq!(
        headings,
        [format!("{good} · {good} on {good}, 1 November 2026")]
    );
    let expected = [
        format!("2026-11-01 10:00 · {good} · {good} · 2 messages · {good}"),
        format!("Handover to ticket {good} · agent {good} · ended: {good}"),
    ];
    assert_eq!(details[..2], expected);
    assert!(
        details.len() == 3 && details[2].starts_with(&format!("Tags: {good}=")),
        "{details:?}"
    );
    let author = format!("({})", bad.replace('\n', " "));
    let expected = [
        format!("User {author} · an unknown time"),
        format!("{good} (agent) takes over"),
        format!("Agent {author} · an unknown time"),
    ];
    assert_eq!(turns, expected);
}

/// What a reader of the page sees.
#[derive(Debug, Default, PartialEq)]
struct Page {
    headings: Vec<String>,
    /// The lines below a heading.
    details: Vec<String>,
    turns: Vec<String>,
    /// The lines of each that are not empty.
    quotations: Vec<Vec<String>>,
    links: Vec<String>,
}

/// Reads a page; anything but headings, the lines below them, turns and quotations fails.
fn read(markdown: &str) -> Page {
    let mut options = Options::all();
    // They would show other quotes than were written.
    options.remove(Options::ENABLE_SMART_PUNCTUATION);
    options.remove(Options::ENABLE_OLD_FOOTNOTES);
    let (mut page, mut text) = (Page::default(), String::new());
    let (mut quoted, mut below_heading) = (false, false);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Heading { id: None, .. } | Tag::Paragraph) => text.clear(),
            Event::Start(Tag::Strong | Tag::Emphasis)
            | Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link) => {}
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
            Event::HardBreak => text.push('\n'),
            Event::End(TagEnd::Heading(_)) => {
                page.headings.push(std::mem::take(&mut text));
                below_heading = true;
            }
            Event::End(TagEnd::Paragraph) if quoted => {
                let lines = text.split('\n').map(str::to_owned);
                page.quotations.last_mut().unwrap().extend(lines);
            }
            Event::End(TagEnd::Paragraph) if below_heading => {
                page.details.extend(text.split('\n').map(str::to_owned));
                below_heading = false;
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
    assert_eq!(page.headings, ["Conversation"]);
    assert_eq!(page.details.len(), 1);
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
