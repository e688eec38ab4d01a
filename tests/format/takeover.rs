//! Where transcripts say that an agent takes over, and that the bot is back.

use serde_json::{Value, json};

use crate::support::convexport;

/// A saved conversation of these speakers: `user`, `bot`, `system`, or `agent` with a name behind it.
fn talk(speakers: &str, handover: &Value) -> String {
    let message = |speaker: &str| {
        let (role, name) = speaker.split_once(':').unwrap_or((speaker, ""));
        let author = (!name.is_empty()).then_some(name);
        json!({"id": "m", "created_at": null, "role": role, "user_id": null, "author": author, "type": "text", "text": "Hi",
            "options": [], "attachments": []})
    };
    let messages: Vec<_> = speakers.split(' ').map(message).collect();
    let talk = json!({"source": "boost", "account": null, "id": "1", "created_at": null, "updated_at": null, "channel": null,
        "title": null, "tags": {}, "handover": handover, "messages": messages});
    format!("{talk}\n")
}

/// The speakers again, with the lines between them: `>NAME` where an agent takes over, `<` where the bot is back.
fn shown(speakers: &str, handover: &Value) -> String {
    let text = convexport("render -")
        .stdin(&talk(speakers, handover))
        .stdout();
    let short = |line: &str| {
        let short = line.to_lowercase();
        let short = short.replace("--- the bot is back ---", "<");
        let short = short.replace("--- an agent takes over ---", ">");
        let short = short.replace(" (agent) takes over ---", "");
        short
            .replace("--- ", ">")
            .replace(" (", ":")
            .replace("): hi", "")
            .replace(": hi", "")
    };
    let own = |line: &&str| line.starts_with("--- ") || line.ends_with(": Hi");
    let lines: Vec<_> = text.lines().filter(own).map(short).collect();
    lines.join(" ")
}

#[test]
fn lines_say_who_talks_from_there_on() {
    for (speakers, expected) in [
        ("user bot user", "user bot user"),
        // The plugin announces the agent, and says good-bye.
        (
            "user bot agent:kari user agent:kari bot user bot",
            "user bot >kari agent:kari user agent:kari < bot user bot",
        ),
        ("agent:kari user", ">kari agent:kari user"),
        ("user agent user agent", "user > agent user agent"),
        // Passed on, with what the plugin says between them.
        (
            "agent:kari bot bot agent:ola user agent:ola bot",
            ">kari agent:kari bot bot >ola agent:ola user agent:ola < bot",
        ),
        (
            "agent:kari agent:ola agent:kari",
            ">kari agent:kari >ola agent:ola >kari agent:kari",
        ),
        // Who it was before the name was known, nobody can tell.
        (
            "agent agent:kari agent agent:kari agent:ola",
            "> agent agent:kari agent agent:kari >ola agent:ola",
        ),
        // Two sessions.
        (
            "agent:kari bot user bot agent:kari bot bot",
            ">kari agent:kari < bot user bot >kari agent:kari < bot bot",
        ),
        // A word of the platform changes nothing.
        (
            "agent:kari system bot system agent:kari system user system bot",
            ">kari agent:kari system bot system agent:kari system user system < bot",
        ),
    ] {
        assert_eq!(shown(speakers, &Value::Null), expected, "{speakers}");
    }
}

#[test]
fn in_a_ticket_nobody_takes_over() {
    let side =
        |side: &str| json!({"side": side, "conversation_id": null, "agent": null, "ended": null});
    let speakers = "bot user agent:kari bot";
    assert_eq!(shown(speakers, &side("ticket")), speakers);
    assert_eq!(
        shown(speakers, &side("customer")),
        "bot user >kari agent:kari < bot"
    );
}

#[test]
fn every_transcript_has_these_lines() {
    let talk = talk("bot agent:_K_ agent bot", &Value::Null);
    let shown = |args: &str| convexport("render -").args(args).stdin(&talk).stdout();
    let markdown = shown("-f markdown");
    let lines: Vec<_> = markdown
        .lines()
        .filter(|line| line.starts_with('*'))
        .collect();
    let expected = [
        "**Bot** · an unknown time",
        "*\\_K\\_ (agent) takes over*",
        "**Agent (\\_K\\_)** · an unknown time",
        "**Agent** · an unknown time",
        "*The bot is back*",
        "**Bot** · an unknown time",
    ];
    assert_eq!(lines, expected);
    let page = shown("-f html");
    let lines: Vec<_> = page
        .split("<d")
        .filter_map(|part| part.strip_prefix("d class=l>"))
        .collect();
    let expected = ["_K_ (agent) takes over", "The bot is back"];
    assert_eq!(lines, expected);
    let folder = tempfile::tempdir().unwrap();
    let template =
        "{% for message in conversation.messages %}{{ message.takeover or '-' }}\n{% endfor %}";
    std::fs::write(folder.path().join("t"), template).unwrap();
    let by_template = convexport("render - --template t").within(folder.path());
    assert_eq!(
        by_template.stdin(&talk).stdout(),
        "-\n_K_ (agent) takes over\n-\nThe bot is back\n"
    );
}
