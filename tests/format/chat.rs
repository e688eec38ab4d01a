//! `chat`: what a language model is trained on.

use serde_json::{Value, json};

use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, bot_with, botpress, convexport, records};

/// A bot with one conversation of these turns: whether by the user, and the text.
fn bot(turns: &[(bool, &str)]) -> Fake {
    let mut world = World::new().conversation(Conversation::new("talk", REFERENCE - DAY));
    for (minute, (from_user, text)) in (0..).zip(turns) {
        world.say("talk", REFERENCE - DAY + minute * 60_000, *from_user, text);
    }
    Fake::start(world)
}

fn turns(line: &Value) -> Vec<(&str, &str)> {
    let turns = line["messages"].as_array().unwrap().iter();
    turns
        .map(|turn| {
            (
                turn["role"].as_str().unwrap(),
                turn["content"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_line_is_what_trainers_read() {
    let fake = bot(&[
        (false, "Hi!"),
        (false, "How can I help?"),
        (true, " Where is \"it\"?\n"),
        (true, ""),
        (true, "My parcel"),
        (false, "Here."),
        (true, "Thanks"),
    ]);
    let line = r#"{"messages":[{"role":"assistant","content":"Hi!\nHow can I help?"},{"role":"user","content":"Where is \"it\"?\nMy parcel"},{"role":"assistant","content":"Here."}],"metadata":{"source":"botpress","id":"talk"}}"#;
    assert_eq!(botpress(&fake, "-f chat").stdout(), format!("{line}\n"));
    let out = botpress(&fake, "-f chat --system")
        .arg("You help.")
        .stdout();
    assert_eq!(turns(&records(&out)[0])[0], ("system", "You help."));
    assert_eq!(out.matches("system").count(), 1);
}

#[test]
fn what_is_shown_besides_words_has_words() {
    let out = convexport("boost --input tests/fixtures/boost-export.json -f chat").stdout();
    let lines = records(&out);
    assert_eq!(
        lines[0]["metadata"],
        json!({"source": "boost", "id": "1000001"})
    );
    let expected = [
        ("assistant", "Hi!\nWhat can I help you with?"),
        ("user", "Show me all content."),
        (
            "assistant",
            "Here's all kinds of content:\nimage: <image URL>\nvideo: <video URL>\n{\"some\":\"json\"}\n\
             Action buttons / Boost.AI (https://www.frankenthalerfoundation.org) / Api arrays / Named api arrays / JSON",
        ),
        ("user", "Action buttons"),
        ("assistant", "Action button reply: More buttons"),
    ];
    assert_eq!(turns(&lines[0]), expected);
}

#[test]
fn what_the_platform_says_is_nobodys_turn() {
    let message = |minute: u8, direction: &str| {
        json!({"id": minute.to_string(), "createdAt": format!("2026-11-01T10:0{minute}:00Z"), "type": "text",
            "direction": direction, "payload": {"text": format!("{direction} {minute}")}})
        .to_string()
    };
    let said = [
        message(1, "incoming"),
        message(2, "neither"),
        message(3, "incoming"),
        message(4, "outgoing"),
    ];
    let fake = Fake::start(bot_with(&said.each_ref().map(String::as_str)));
    let lines = records(&botpress(&fake, "-f chat").stdout());
    let expected = [
        ("user", "incoming 1\nincoming 3"),
        ("assistant", "outgoing 4"),
    ];
    assert_eq!(turns(&lines[0]), expected);
}

#[test]
fn one_sided_conversations_are_left_out_and_counted() {
    for (said, reason) in [
        (&[][..], "nobody is answered in it"),
        (
            &[(true, "Hello?"), (true, "Anybody?")],
            "nobody is answered in it",
        ),
        (&[(false, "Hi!")], "no user speaks in it, or only last"),
        (
            &[(false, "Hi!"), (true, "No")],
            "no user speaks in it, or only last",
        ),
        (
            &[(true, " "), (false, "What?")],
            "no user speaks in it, or only last",
        ),
    ] {
        let run = botpress(&bot(said), "-f chat -v").run();
        run.ends(
            0,
            &[
                "conversation talk is left out: ",
                reason,
                "0 conversations, 0 messages, 1 left out in",
            ],
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn human_agents_are_the_assistant_or_left_out() {
    let fake = Fake::start(World::new().with_boost(40, |_| 9));
    let out = |args: &str| {
        let out = boost(&fake, "--since 2026-01-01 -f chat")
            .args(args)
            .stdout();
        records(&out)
    };
    let roles = |lines: &[Value]| {
        let roles = |line: &Value| {
            turns(line)
                .into_iter()
                .map(|(role, _)| role.to_owned())
                .collect()
        };
        lines.iter().map(roles).collect::<Vec<Vec<_>>>()
    };
    let (with, without) = (out(""), out("--agent-as skip"));
    assert_eq!(with, out("--agent-as assistant"));
    // To one of them only an agent replied.
    assert_eq!((with.len(), without.len()), (40, 39));
    for roles in roles(&with).iter().chain(&roles(&without)) {
        assert!(
            roles.windows(2).all(|pair| pair[0] != pair[1]),
            "they take turns: {roles:?}"
        );
        assert_eq!(roles.last().unwrap(), "assistant");
    }
    let count = |lines: &[Value]| roles(lines).iter().map(Vec::len).sum::<usize>();
    assert!(count(&without) < count(&with));
}
