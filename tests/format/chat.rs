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
            "Here's all kinds of content:\n{\"some\":\"json\"}\n\
             - Action buttons\n- Boost.AI\n- Api arrays\n- Named api arrays\n- JSON",
        ),
        ("user", "Action buttons"),
        ("assistant", "Action button reply\n- More buttons"),
    ];
    assert_eq!(turns(&lines[0]), expected);
}

/// A bot in whose only conversation these messages are said: by whom, of which type, with which payload.
fn media_bot(said: &[(bool, &str, Value)]) -> Fake {
    let mut world = World::new().conversation(Conversation::new("talk", REFERENCE - DAY));
    for (second, (from_user, kind, payload)) in (0..).zip(said) {
        let at = REFERENCE - DAY + second * 1000;
        world.say_as("talk", at, *from_user, kind, &payload.to_string());
    }
    Fake::start(world)
}

/// The turns of the only conversation, with these flags.
fn turns_of(fake: &Fake, args: &str) -> Vec<(String, String)> {
    let out = botpress(fake, "-f chat").args(args).stdout();
    let lines = records(&out);
    assert_eq!(lines.len(), 1, "{out}");
    turns(&lines[0])
        .into_iter()
        .map(|(role, content)| (role.to_owned(), content.to_owned()))
        .collect()
}

fn owned(turns: &[(&str, &str)]) -> Vec<(String, String)> {
    turns
        .iter()
        .map(|(role, content)| ((*role).to_owned(), (*content).to_owned()))
        .collect()
}

/// An address that only its receiver should have.
const SIGNED: &str = "https://cdn.example/p.png?sig=s3cr3t";

#[test]
fn media_are_left_out_and_their_words_stay() {
    let fake = media_bot(&[
        (true, "text", json!({"text": "Where is it?"})),
        // Alone between two messages of the bot, it makes no turn of its own and none of theirs.
        (false, "text", json!({"text": "Here:"})),
        (true, "image", json!({"imageUrl": SIGNED})),
        (
            false,
            "image",
            json!({"imageUrl": SIGNED, "title": "A photo of your parcel"}),
        ),
        (false, "video", json!({"videoUrl": SIGNED})),
        (
            true,
            "file",
            json!({"fileUrl": SIGNED, "title": "Receipt: March"}),
        ),
        (true, "sticker", json!({"stickerUrl": SIGNED})),
        (true, "audio", json!({"audioUrl": SIGNED, "title": SIGNED})),
        (false, "text", json!({"text": "Thanks."})),
    ]);
    let expected = [
        ("user", "Where is it?"),
        ("assistant", "Here:\nA photo of your parcel"),
        ("user", "Receipt: March"),
        ("assistant", "Thanks."),
    ];
    assert_eq!(turns_of(&fake, ""), owned(&expected));
    assert_eq!(turns_of(&fake, "--chat-media skip"), owned(&expected));
    let described = [
        ("user", "Where is it?"),
        ("assistant", "Here:"),
        ("user", "[image]"),
        ("assistant", "[image: A photo of your parcel]\n[video]"),
        ("user", "[file: Receipt: March]\n[sticker]\n[audio]"),
        ("assistant", "Thanks."),
    ];
    assert_eq!(turns_of(&fake, "--chat-media describe"), owned(&described));
}

#[test]
fn options_are_what_the_user_saw() {
    let options = json!([
        {"label": "First option", "value": "opt_1"},
        {"label": "Second / third", "value": "opt_2"},
        {"label": "The shop", "value": "https://shop.example/?sig=s3cr3t"},
        {"value": "https://shop.example/"},
        {"label": "", "value": ""},
    ]);
    let card = json!({"title": "Parcel 12", "subtitle": "On its way", "imageUrl": SIGNED, "actions": [
        {"action": "url", "label": "Track it", "value": "https://track.example/12?sig=s3cr3t"},
        {"action": "postback", "label": "Lost", "value": "parcel_lost"},
    ]});
    let fake = media_bot(&[
        (
            false,
            "choice",
            json!({"text": "Pick one", "options": options}),
        ),
        (
            true,
            "quick_reply",
            json!({"text": "First option", "payload": "opt_1"}),
        ),
        (
            false,
            "dropdown",
            json!({"text": "And:\n", "options": options}),
        ),
        // Some channels send what the button stands for.
        (true, "text", json!({"text": "opt_2"})),
        (true, "image", json!({"imageUrl": SIGNED})),
        (false, "card", card),
        (false, "text", json!({"text": "Which?"})),
        (true, "text", json!({"text": "parcel_lost"})),
        (false, "text", json!({"text": "parcel_lost"})),
        // From here on nobody is offered this any more.
        (true, "text", json!({"text": "opt_1"})),
        (false, "text", json!({"text": "Bye"})),
    ]);
    let labels = "- First option\n- Second / third\n- The shop";
    let expected = [
        ("assistant", &*format!("Pick one\n{labels}")),
        ("user", "First option"),
        ("assistant", &*format!("And:\n{labels}")),
        ("user", "Second / third"),
        (
            "assistant",
            "Parcel 12 - On its way\n- Track it\n- Lost\nWhich?",
        ),
        ("user", "Lost"),
        ("assistant", "parcel_lost"),
        ("user", "opt_1"),
        ("assistant", "Bye"),
    ];
    assert_eq!(turns_of(&fake, ""), owned(&expected));
    let described = turns_of(&fake, "--chat-media describe");
    let card = "Parcel 12 - On its way\n[image]\n- Track it\n- Lost\nWhich?";
    assert_eq!(described[3].1, "Second / third\n[image]");
    assert_eq!(described[4].1, card);
}

#[test]
fn options_that_were_answered_explain_no_later_word() {
    let options = json!([{"label": "Track", "value": "1"}, {"label": "Cancel", "value": "2"}]);
    let fake = media_bot(&[
        (
            false,
            "choice",
            json!({"text": "Pick one", "options": options}),
        ),
        (false, "text", json!({"text": "I wait."})),
        (true, "text", json!({"text": "1"})),
        (false, "text", json!({"text": "How many parcels?"})),
        (true, "text", json!({"text": "2"})),
        (false, "text", json!({"text": "Found"})),
    ]);
    let turns = turns_of(&fake, "");
    assert_eq!((&*turns[1].1, &*turns[3].1), ("Track", "2"));
}

#[test]
fn messages_of_several_parts_have_no_addresses_either() {
    let card = |title: &str, image: &str| {
        json!({"title": title, "subtitle": "See https://shop.example/", "imageUrl": image, "actions": [
            {"action": "url", "label": "Open", "value": "https://shop.example/"},
            {"action": "url", "label": "Details", "value": "https://shop.example/details?sig=s3cr3t"},
            {"action": "say", "label": "Thanks", "value": "thanks"},
        ]})
    };
    let carousel = json!({"items": [card("One", SIGNED), card("Two", SIGNED)]});
    let bloc = json!({"items": [
        {"type": "text", "payload": {"text": "First\n\nSecond"}},
        {"type": "image", "payload": {"imageUrl": SIGNED}},
        {"type": "image", "payload": {"imageUrl": SIGNED, "title": "A photo"}},
        {"type": "location", "payload": {"latitude": 59.91, "longitude": 10.75, "title": "The shop"}},
        {"type": "file", "payload": {"fileUrl": SIGNED}},
    ]});
    let fake = media_bot(&[
        (
            true,
            "text",
            json!({"text": "Show me https://mine.example/?sig=mine"}),
        ),
        (false, "carousel", carousel),
        (
            true,
            "location",
            json!({"latitude": 1.5, "longitude": 2.5, "address": "Storgata 1"}),
        ),
        (false, "bloc", bloc),
    ]);
    let skipped = turns_of(&fake, "");
    let described = turns_of(&fake, "--chat-media describe");
    for turns in [&skipped, &described] {
        // What people write is theirs, links too.
        assert_eq!(turns[0].1, "Show me https://mine.example/?sig=mine");
        assert_eq!(turns[2].1, "Storgata 1 (1.5, 2.5)");
    }
    // The address in the words of a card stays, and none of an option or a picture.
    let card =
        |title: &str| format!("{title} - See https://shop.example/\nOpen / Details / Thanks");
    let cards = format!("{}\n\n{}", card("One"), card("Two"));
    assert_eq!(skipped[1].1, cards);
    assert_eq!(
        described[1].1,
        format!("{cards}\n[image: One]\n[image: Two]")
    );
    assert_eq!(
        skipped[3].1,
        "First\n\nSecond\nA photo\nThe shop (59.91, 10.75)"
    );
    let bloc = "First\n\nSecond\nThe shop (59.91, 10.75)\n[image]\n[image: A photo]\n[file]";
    assert_eq!(described[3].1, bloc);
}

#[test]
fn media_of_boost_have_no_addresses() {
    let answer = json!([{"type": "query_info"}, {"type": "conversation", "id": 1, "messages": [
        {"id": 1, "type": "question", "question": {"input": "7"}},
        {"id": 2, "type": "answer", "content": [
            {"type": "text", "text": "<p>Look:</p>"},
            {"type": "image", "url": SIGNED},
            {"type": "video", "url": SIGNED},
            {"type": "map"},
            {"type": "link", "buttons": [
                {"id": "7", "button_type": "action", "text": "More"},
                {"id": "8", "button_type": "url", "text": "Shop", "url": SIGNED},
                {"id": "9", "button_type": "action", "text": "Secret", "hidden": true},
            ]},
        ]},
        {"id": 3, "type": "question", "question": {"input": "7"}},
        {"id": 4, "type": "answer", "button_clicked": {"id": "7", "text": "More"}, "content": [
            {"type": "text", "text": "<p>Here.</p>"}]},
    ]}, {"type": "post_query_info", "conversations": 1}]);
    let chat = |args: &str| {
        let run = convexport("boost --input - -f chat").args(args);
        let lines = records(&run.stdin(&answer.to_string()).stdout());
        owned(&turns(&lines[0]))
    };
    let expected = [
        ("user", "7"),
        ("assistant", "Look:\n- More\n- Shop"),
        // A number that somebody types is no button.
        ("user", "7\nMore"),
        ("assistant", "Here."),
    ];
    assert_eq!(chat(""), owned(&expected));
    let described = "Look:\n[image]\n[video]\n[map]\n- More\n- Shop";
    assert_eq!(chat("--chat-media describe")[1].1, described);
}

/// Everything that is said in a ticket is in the customer's conversation, and would be learned twice.
#[test]
fn a_ticket_is_left_out_and_counted() {
    let said = |id: &str, direction: &str, tags: Value| {
        json!({"id": id, "createdAt": "2026-11-01T10:00:00Z", "type": "text", "direction": direction,
            "payload": {"text": id}, "tags": tags})
        .to_string()
    };
    let ids = [
        "conv_01CUSTOMER0000000000000000",
        "conv_01TICKET000000000000000000",
    ];
    let [mut customer, mut ticket] = ids.map(|id| Conversation::new(id, REFERENCE - DAY));
    customer.tags = vec![("hitl#downstream".into(), ids[1].into())];
    ticket.tags = vec![("hitl#upstream".into(), ids[0].into())];
    let copied = json!({"hitl#upstream": "msg_01ASKED0000000000000000000"});
    let answered = json!({"hitl#downstream": "msg_01REPLIED00000000000000000"});
    let world = World::new()
        .conversation(
            customer
                .message(&said("asked", "incoming", json!({})))
                .message(&said("replied", "outgoing", answered)),
        )
        .conversation(
            ticket
                .message(&said("asked", "outgoing", copied))
                .message(&said("replied", "incoming", json!({}))),
        );
    let run = botpress(&Fake::start(world), "-f chat -v").run();
    let reason = format!(
        "conversation {} is left out: it is an agent's ticket",
        ids[1]
    );
    run.ends(
        0,
        &[
            &reason,
            "Wrote 1 conversation (2 messages, ",
            "; 1 left out",
        ],
    );
    let lines = records(&run.stdout);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["metadata"]["id"], ids[0]);
    assert_eq!(
        turns(&lines[0]),
        [("user", "asked"), ("assistant", "replied")]
    );
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
                "Wrote 0 conversations (0 messages) to stdout in ",
                "; 1 left out",
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

/// Words that somebody wrote stay, whatever they look like.
#[test]
fn the_words_for_media_are_not_looked_for_in_what_people_write() {
    let words = "Media message of type image\nis what I see";
    let fake = media_bot(&[
        (true, "text", json!({"text": words})),
        (false, "text", json!({"text": "I see"})),
    ]);
    for flags in ["", "--chat-media describe"] {
        assert_eq!(
            turns_of(&fake, flags),
            owned(&[("user", words), ("assistant", "I see")])
        );
    }
}
