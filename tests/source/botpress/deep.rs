//! Payloads that are nested deeper than most parsers go. Their words are shown, and their records are kept.

use crate::format::html::without_script;
use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress, convexport};

const TOO_DEEP: &str = "(Some of this message is nested too deep to be shown.)";

/// A bot whose only message has this payload.
fn bot(kind: &str, payload: &str) -> World {
    bot_with(&[&format!(
        r#"{{"id":"m","createdAt":"2026-11-01T10:00:00Z","conversationId":"talk","userId":"u","type":"{kind}",
        "direction":"outgoing","payload":{payload},"tags":{{}}}}"#
    )])
}

/// A list within a list, this many times.
fn lists(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

/// A text within this many blocs. Each is three levels of JSON.
fn blocs(count: usize) -> String {
    let open = r#"{"items":[{"type":"bloc","payload":"#.repeat(count);
    let text = r#"{"items":[{"type":"text","payload":{"text":"Down here"}}]}"#;
    format!("{open}{text}{}", "}]}".repeat(count))
}

fn shown(kind: &str, payload: &str) -> String {
    let fake = Fake::start(bot(kind, payload));
    let out = botpress(&fake, "").stdout();
    let (_, turn) = out.split_once("===\n\n").unwrap();
    turn.replace("\nat 2026-11-01 10:00:00 +00:00\n", "")
}

#[test]
fn the_words_of_a_deep_payload_are_shown() {
    for levels in [100, 126, 127, 200, 1000, 100_000] {
        let payload = format!(r#"{{"data":{},"text":"Up here"}}"#, lists(levels));
        assert_eq!(shown("text", &payload), "Bot: Up here", "{levels}");
    }
    assert_eq!(shown("bloc", &blocs(66)), "Bot: Down here");
}

#[test]
fn what_is_out_of_reach_is_said() {
    assert_eq!(shown("bloc", &blocs(1000)), format!("Bot: {TOO_DEEP}"));
    let first = r#"{"items":[{"type":"text","payload":{"text":"Up here"}},"#;
    let payload = format!(r#"{first}{{"type":"bloc","payload":{}}}]}}"#, blocs(1000));
    assert_eq!(
        shown("bloc", &payload),
        format!("Bot: Up here\n  {TOO_DEEP}")
    );
    assert_eq!(shown("custom", &lists(1000)), format!("Bot: {TOO_DEEP}"));
    // What is too deep here has no words.
    let payload = format!(r#"{{"imageUrl":"https://x/i","data":{}}}"#, lists(1000));
    assert!(shown("image", &payload).ends_with("https://x/i"));
}

#[test]
fn every_format_has_the_words_and_the_record() {
    let payload = format!(r#"{{"data":{},"text":"Up here"}}"#, lists(200));
    let fake = Fake::start(bot("text", &payload));
    let folder = tempfile::tempdir().unwrap();
    let template = "{% for m in conversation.messages %}{{ m.words }} / {{ m.raw.payload.text }}{% endfor %}\n";
    std::fs::write(folder.path().join("t.jinja"), template).unwrap();
    let out = botpress(&fake, "-f jsonl").stdout();
    assert!(out.contains(&payload), "{out}");
    let archived = botpress(&fake, "--archive a.db").within(folder.path());
    archived.stdout();
    let render = |args: &str| {
        let run = convexport("render a.db").args(args).within(folder.path());
        let archived = run.stdout();
        let run = convexport("render -").args(args).within(folder.path());
        let saved = run.stdin(&out).stdout();
        if args == "-f html" {
            // A page says when it was made.
            assert_eq!(without_script(&archived), without_script(&saved));
        } else {
            assert_eq!(archived, saved, "{args}");
        }
        saved
    };
    assert_eq!(render("-f jsonl"), out);
    for format in ["text", "markdown", "html", "csv", "messages", "json"] {
        let shown = render(&format!("-f {format}"));
        assert!(shown.contains("Up here"), "{format}: {shown}");
    }
    assert_eq!(render("--template t.jinja"), "Up here / Up here");
    convexport("verify a.db").within(folder.path()).stdout();
}

/// A tag of any depth costs neither the other tags nor the way back.
#[test]
fn a_deep_tag_costs_itself_alone() {
    for levels in [90, 126, 127, 200] {
        let tags = format!(r#"{{"topic":"returns","odd":{}}}"#, lists(levels));
        let list = format!(
            r#"{{"conversations":[{{"id":"talk","createdAt":"2026-11-01T10:00:00Z","tags":{tags}}}],"meta":{{}}}}"#
        );
        let rule = Rule::path("/v1/chat/conversations").answer(Action::Body(list));
        let fake = Fake::start(bot("text", "{}").rule(rule));
        let folder = tempfile::tempdir().unwrap();
        let out = botpress(&fake, "-f jsonl").stdout();
        assert!(
            out.contains(r#""topic":"returns""#) && out.contains(&tags),
            "{out}"
        );
        let read = convexport("render - -f jsonl").stdin(&out).stdout();
        assert_eq!(read, out, "{levels}");
        botpress(&fake, "--archive a.db")
            .within(folder.path())
            .stdout();
        convexport("verify a.db").within(folder.path()).stdout();
    }
}
