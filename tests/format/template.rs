//! `--template`: transcripts as people want them, and what is wrong with a template found in time.

use std::fs;

use serde_json::json;

use crate::support::fake::{Fake, World};
use crate::support::{Convexport, boost, bot_with, botpress, convexport};

/// A conversation of an export.
fn talk(id: &str, messages: &serde_json::Value) -> String {
    let talk = json!({
        "source": "botpress", "id": id, "created_at": "2026-11-01T10:00:00.000000Z", "updated_at": null,
        "channel": "webchat", "tags": {"city": "Oslo", "deep": {"n": 7}}, "messages": messages,
        "raw": {"a": {"b": "vendor's"}}});
    format!("{talk}\n")
}

fn messages() -> serde_json::Value {
    json!([
        {"id": "1", "created_at": "2026-11-01T10:00:05.000000Z", "role": "bot", "user_id": null, "author": null,
         "type": "choice", "text": "Pick <one>", "options": [{"label": "A", "value": "a"}, {"label": "B", "value": null}],
         "attachments": [], "raw": {"payload": {"mood": "good"}}},
        {"id": "2", "created_at": null, "role": "user", "user_id": "u", "author": "Ada", "type": "text", "text": "A",
         "options": [], "attachments": [{"type": "image", "url": "https://x/i.png", "title": null}], "raw": {}}])
}

/// `convexport render - --template FILE` of such an export, with this template.
fn by(template: &str, folder: &tempfile::TempDir) -> Convexport {
    fs::write(folder.path().join("t.jinja"), template).unwrap();
    convexport("render - --timezone utc --template t.jinja").within(folder.path())
}

fn rendered(template: &str, jsonl: &str) -> String {
    by(template, &tempfile::tempdir().unwrap())
        .stdin(jsonl)
        .stdout()
}

#[test]
fn a_conversation_is_shown_as_the_template_has_it() {
    let template = "\
# {{ conversation.id }} ({{ conversation.channel }}, {{ conversation.time }})
{% for message in conversation.messages %}
  {% if message.role == 'user' %}
> {{ message.author or message.label }}: {{ message.words }}{{ message.created_at }}
  {% else %}
{{ message.label }} at {{ message.time }}: {{ message.text }} [{% for option in message.options %}{{ option.label }}={{ option.value }};{% endfor %}]
  {% endif %}
{% endfor %}

";
    let expected = "\
# x (webchat, 2026-11-01 10:00:00 +00:00)
Bot at 2026-11-01 10:00:05 +00:00: Pick <one> [A=a;B=;]
> Ada: A
image: https://x/i.png

";
    let shown = rendered(
        template,
        &(talk("x", &messages()) + &talk("y", &messages())),
    );
    assert_eq!(
        shown,
        format!("{expected}{}", expected.replace("# x", "# y"))
    );
    let folder = tempfile::tempdir().unwrap();
    let timed = by("{{ conversation.time }}\n", &folder)
        .args("--time-format %H:%M --timezone Asia/Kolkata");
    let run = timed.stdin(&talk("x", &json!([]))).run();
    run.ends(2, &["--timezone"]);
}

#[test]
fn every_field_of_the_export_has_its_name() {
    let template = "\
{{ conversation.source }} {{ conversation.created_at }} {{ conversation.updated_at }}|{{ conversation.users }}|{{ conversation.states }}|
{{- conversation.tags.city }} {{ conversation.tags.deep.n + 1 }} {{ conversation.tags.nothing.at.all }}|{{ conversation.raw.a.b }}|
{%- for key in conversation.tags %}{{ key }} {% endfor %}|
{%- for message in conversation.messages %}{{ message.id }} {{ message.type }} {{ message.user_id }} {{ message.raw.payload.mood }}
{%- for attachment in message.attachments %} {{ attachment.type }} {{ attachment.url }} {{ attachment.title }}{% endfor %};{% endfor %}
";
    assert_eq!(
        rendered(template, &talk("x", &messages())),
        "botpress 2026-11-01T10:00:00.000000Z |||Oslo 8 |vendor's|city deep |1 choice  good;2 text u  image https://x/i.png ;"
    );
}

#[test]
fn a_bad_template_is_found_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(2, |_| 1).with_boost(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let refused = |template: &str, parts: &[&str]| {
        fs::write(folder.path().join("t.jinja"), template).unwrap();
        for run in [
            botpress(&fake, "--template t.jinja -o out.txt"),
            boost(&fake, "--since 2000-01-01 --template t.jinja -d out"),
            convexport("render - --template t.jinja -o out.txt"),
        ] {
            run.within(folder.path()).run().ends(2, parts);
        }
    };
    refused(
        "a\n\n{% for message in conversation.messages %}\n",
        &["t.jinja, line", "syntax error", "end"],
    );
    refused("a\n{{ conversation. }}", &["t.jinja, line 2: syntax error"]);
    refused(
        "\n\n{{ conversation.chanel }}",
        &["t.jinja, line 3", "undefined", "conversation.chanel"],
    );
    refused("{{ conversion.id }}", &["t.jinja, line 1", "conversion"]);
    refused(
        "{% for m in conversation.messages %}\n{% if m.role == 'agent' %}\n{{ m.txet }}{% endif %}{% endfor %}",
        &["t.jinja, line 3", "m.txet"],
    );
    refused(
        "{% for m in conversation.messages %}{{ m.options[0].lable }}{% endfor %}",
        &["lable"],
    );
    refused("{% if conversation.user %}{% endif %}", &["undefined"]);
    refused("{{ conversation.id | uper }}", &["line 1", "uper"]);
    refused("{% include 't.jinja' %}", &["line 1", "include"]);
    refused("{% extends '/etc/passwd' %}", &["line 1", "extends"]);
    assert_eq!(fake.requests().len(), 0);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["t.jinja"]);
    let missing = convexport("render - --template nowhere")
        .within(folder.path())
        .run();
    missing.ends(1, &["could not read the template nowhere"]);
    by("x", &folder)
        .args("-f json")
        .run()
        .ends(2, &["--template is for text and markdown"]);
}

#[test]
fn a_conversation_that_does_not_fit_is_named_and_the_next_is_written() {
    // Only one that has a message without a time divides by nothing.
    let template = "{{ conversation.id }} {% for m in conversation.messages %}{{ 1 // (m.text | length) }}{% endfor +%}\n";
    let message = |text: &str| {
        json!([{"id": "1", "created_at": null, "role": "bot", "user_id": null, "author": null, "type": "text",
                "text": text, "options": [], "attachments": []}])
    };
    let jsonl = talk("a", &message("x")) + &talk("b", &message("")) + &talk("c", &message("x"));
    let folder = tempfile::tempdir().unwrap();
    let run = by(template, &folder).stdin(&jsonl).run();
    run.ends(
        3,
        &[
            "could not write conversation b by the template t.jinja, line 1",
            "1 of 3",
        ],
    );
    assert_eq!(run.stdout, "a 1\nc 1\n");
    let run = by(template, &folder)
        .args("-d out --summary s.json")
        .stdin(&jsonl)
        .run();
    run.ends(3, &["conversation b"]);
    let mut names: Vec<_> = fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["2026-11-01_a.txt", "2026-11-01_c.txt"]);
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("s.json")).unwrap()).unwrap();
    assert_eq!(summary["failed"][0]["id"], "b");
    by(template, &folder)
        .args("-o out.txt")
        .stdin(&jsonl)
        .run()
        .ends(3, &["out.txt.partial"]);
}

#[test]
fn the_documents_template_works_as_written() {
    // Some systems check text out with other ends of lines.
    let document = include_str!("../../docs/templates.md").replace("\r\n", "\n");
    let block = |mark: &str, before: &str| {
        let (_, rest) = document.split_once(before).unwrap();
        let (_, rest) = rest.split_once(&format!("```{mark}\n")).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let heading = "# Transcripts of your own";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("chat.jinja"), block("jinja", heading)).unwrap();
    let command = block("sh", heading);
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/boost-export.json"
    );
    let command = command.trim().strip_prefix("convexport ").unwrap();
    let shown = convexport(&command.replace("tests/fixtures/boost-export.json", fixture))
        .within(folder.path())
        .stdout();
    assert_eq!(shown, block("text", heading));
}

#[test]
fn records_and_states_are_there_by_any_name() {
    let jsonl = talk("1", &messages());
    let shown = |template: &str| rendered(template, &jsonl);
    assert_eq!(shown("{{ conversation['r' ~ 'aw'].a.b }}"), "vendor's");
    assert!(
        shown("{% for k, v in conversation|items %}{{ k }}={{ v }};{% endfor %}")
            .contains("vendor's")
    );
    assert_eq!(
        shown("{{ conversation.messages[0].raw.payload.mood }}"),
        "good"
    );
    assert_eq!(
        shown("{{ conversation.states.cart.items }}{% if conversation.states.cart %}x{% endif %}"),
        ""
    );
}

#[test]
fn a_template_that_never_ends_is_found() {
    let folder = tempfile::tempdir().unwrap();
    // As good as endless. What it does in each round costs little time for the fuel that it burns.
    let rounds = "{% if 0 %}{% endif %}".repeat(200);
    let endless = format!(
        "{{% for i in range(99999) %}}{{% for j in range(99999) %}}{rounds}{{% endfor %}}{{% endfor %}}"
    );
    by(&endless, &folder).run().ends(2, &["fuel"]);
    let later =
        format!("{{% if conversation.id == '1' %}}{endless}{{% endif %}}{{{{ conversation.id }}}}");
    let jsonl = talk("1", &messages()) + &talk("2", &messages());
    let run = by(&later, &folder).stdin(&jsonl).run();
    run.ends(
        3,
        &["could not write conversation 1 by the template", "fuel"],
    );
    assert_eq!(run.stdout, "2");
    assert!(
        !run.stderr.contains("stdout"),
        "the destination is not at fault"
    );
}

#[test]
fn vendors_are_exported_by_a_template_too() {
    let message = "{\"id\":\"m\",\"createdAt\":\"2026-11-01T10:00:00Z\",\"type\":\"text\",\"direction\":\"incoming\",\
                   \"payload\":{\"text\":\"Hi\"}}";
    let fake = Fake::start(bot_with(&[message]).state("talk", "cart", r#"{"items":[1,2]}"#));
    let folder = tempfile::tempdir().unwrap();
    let template = "{% for m in conversation.messages %}{{ m.label }}: {{ m.words }} ({{ m.raw.payload.text }})\n{% endfor %}\
                    {% if conversation.states %}{{ conversation.states.cart.items | length }} in the cart{% endif %}";
    fs::write(folder.path().join("t"), template).unwrap();
    let by_it = |args: &str| {
        botpress(&fake, "--template t")
            .args(args)
            .within(folder.path())
            .stdout()
    };
    assert_eq!(by_it(""), "User: Hi (Hi)\n");
    assert_eq!(by_it("--with-state cart"), "User: Hi (Hi)\n2 in the cart");
    by_it("-d all --name talk-{id}");
    let file = fs::read_to_string(folder.path().join("all/talk-talk.txt")).unwrap();
    assert_eq!(file, by_it(""));
}
