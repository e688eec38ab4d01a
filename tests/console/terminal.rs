//! What a terminal shows, and that only a terminal gets it. util-linux's `script` gives the binary one of its own.

#![cfg(target_os = "linux")]

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::support::fake::{Fake, World};
use crate::support::{Convexport, bot_with, botpress, convexport};

const TEXT: &str = "Words that are \u{1b}[31mtoo many for a narrow\u{9b}0m terminal";

/// A folder with an export of one conversation.
fn export() -> TempDir {
    let message = |role: &str, text: &str| {
        json!({"id": "m", "created_at": "2026-11-01T10:00:00.000000Z", "role": role, "user_id": null, "author": null,
               "type": "text", "text": text, "options": [], "attachments": []})
    };
    let talk = json!({
        "source": "boost", "id": "7", "created_at": null, "updated_at": null, "channel": null, "tags": {},
        "messages": [message("user", TEXT), message("bot", "Yes\n=== no ===\nat once\nBot: no")]});
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), format!("{talk}\n")).unwrap();
    folder
}

fn render(folder: &TempDir) -> Convexport {
    convexport("render a.jsonl").within(folder.path())
}

/// What a terminal of this width shows; lines end as in a file.
fn shown(command: Convexport, columns: usize) -> String {
    let size = format!("stty cols {columns} rows 50;");
    command.screen(&size, " 2>/dev/null").replace("\r\n", "\n")
}

const USER: &str = "\u{1b}[1m\u{1b}[32mUser\u{1b}[0m";

const BOT: &str = "\u{1b}[1m\u{1b}[36mBot\u{1b}[0m";

const TIME: &str = "\u{1b}[2mat 2026-11-01 10:00:00 +00:00\u{1b}[0m";

#[test]
fn a_terminal_shows_who_speaks_in_colours_and_wraps() {
    let folder = export();
    let expected = format!(
        "\u{1b}[1m=== 2 messages · 7 ===\u{1b}[0m\n\n\
         {USER}: Words that are\n  \\u001b[31mtoo many for a\n  narrow\\u009b0m terminal\n{TIME}\n\n\
         {BOT}: Yes\n  === no ===\n  at once\n  Bot: no\n{TIME}\n"
    );
    assert_eq!(shown(render(&folder), 30), expected);
    let wide = shown(render(&folder), 200);
    assert!(
        wide.contains("Words that are \\u001b[31mtoo many for a narrow\\u009b0m terminal\n"),
        "{wide}"
    );
}

#[test]
fn the_heading_and_takeovers_stand_out_and_wrap() {
    let message = |role: &str| {
        json!({"id": "m", "created_at": null, "role": role, "user_id": null, "author": "Kari Nordmann", "type": "text",
               "text": "--- Hi ---", "options": [], "attachments": []})
    };
    let talk = json!({
        "source": "botpress", "id": "7", "created_at": null, "updated_at": null, "channel": "webchat",
        "title": "Tags: a parcel that has not arrived", "tags": {"topic": "returns"},
        "handover": {"side": "customer", "conversation_id": "8", "agent": null, "ended": "closed"},
        "messages": [message("agent"), message("bot")]});
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), format!("{talk}\n")).unwrap();
    let expected = "\u{1b}[1m=== webchat · 2 messages · 7\n  ===\u{1b}[0m\n\
         \u{1b}[1mTitle: Tags: a parcel that has\n  not arrived\u{1b}[0m\n\
         \u{1b}[2mHandover to ticket 8 · ended:\n  closed\u{1b}[0m\n\
         \u{1b}[2mTags: topic=returns\u{1b}[0m\n\n\
         \u{1b}[33m--- Kari Nordmann (agent)\n  takes over ---\u{1b}[0m\n\n\
         \u{1b}[1m\u{1b}[33mAgent\u{1b}[0m (Kari Nordmann): --- Hi\n  ---\n\
         \u{1b}[2mat an unknown time\u{1b}[0m\n\n\
         \u{1b}[33m--- The bot is back ---\u{1b}[0m\n\n\
         \u{1b}[1m\u{1b}[36mBot\u{1b}[0m (Kari Nordmann): --- Hi\n  ---\n\
         \u{1b}[2mat an unknown time\u{1b}[0m\n";
    assert_eq!(shown(render(&folder), 30), expected);
}

#[test]
fn colours_come_as_the_environment_has_it() {
    let folder = export();
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR", "0")] {
        let plain = shown(render(&folder).env(name, value), 30);
        assert!(
            !plain.contains('\u{1b}') && plain.contains("User: Words that are\n  \\u001b[31m"),
            "{name}: {plain}"
        );
    }
    let forced = render(&folder).env("CLICOLOR_FORCE", "1").stdout();
    let line =
        format!("{USER}: Words that are \\u001b[31mtoo many for a narrow\\u009b0m terminal\n");
    assert!(
        forced.contains(&line),
        "coloured for a pager, still harmless, and not wrapped: {forced:?}"
    );
    let none = render(&folder)
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .stdout();
    assert!(none.contains(TEXT) && !none.contains("\u{1b}[1m"));
}

#[test]
fn pipes_and_files_get_what_was_said() {
    let folder = export();
    let piped = render(&folder).stdout();
    assert!(piped.contains(&format!("User: {TEXT}\n")) && !piped.contains("\u{1b}[1m"));
    for command in ["-o out.txt", "-d all --name {id}"] {
        render(&folder)
            .args(command)
            .env("CLICOLOR_FORCE", "1")
            .screen("stty cols 30;", "");
    }
    for file in ["out.txt", "all/7.txt"] {
        assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), piped);
    }
    let through = render(&folder)
        .screen("stty cols 30;", " 2>/dev/null | cat")
        .replace("\r\n", "\n");
    assert_eq!(through, piped);
}

#[test]
fn other_forms_are_only_made_harmless() {
    let folder = export();
    fs::write(
        folder.path().join("t"),
        "{% for m in conversation.messages %}User: {{ m.text }}\n{% endfor %}",
    )
    .unwrap();
    for form in ["-f jsonl", "--template t", "-o /dev/stdout"] {
        let screen = shown(render(&folder).args(form), 30);
        assert!(!screen.contains('\u{1b}'), "{form}: {screen}");
        assert!(
            screen.contains("\\u001b[31mtoo many for a narrow"),
            "{form}: {screen}"
        );
    }
}

/// util-linux's `script` gives the binary a terminal of its own.
#[cfg(target_os = "linux")]
mod on_a_terminal {
    use super::{Fake, World, bot_with, botpress};
    use crate::support::fake::{Action, Rule};
    use crate::support::{boost, records, side_by_side};

    fn screen(fake: &Fake, args: &str, redirect: &str) -> String {
        botpress(fake, args).screen("", redirect)
    }

    #[test]
    fn messages_cannot_write_to_it() {
        let message = "{\"id\":\"m\",\"createdAt\":\"2026-11-01T10:00:00Z\",\"type\":\"text\",\"direction\":\"incoming\",\
                       \"payload\":{\"text\":\"a\\u001b[31mb\\u202ec\"}}";
        let fake = Fake::start(bot_with(&[message]));
        let screen = screen(&fake, "", " 2>/dev/null");
        assert!(screen.contains(": a\\u001b[31mb\\u202ec\r\n"), "{screen}");
    }

    #[test]
    fn progress_and_a_last_line_are_shown() {
        let limited = Rule::on("/messages").nth(3).answer(Action::retry_after(2));
        let fake = Fake::start(World::with_conversations(30, |_| 2).rule(limited));
        let shown = screen(&fake, "-f jsonl", " >/dev/null");
        assert!(
            shown.contains("Wrote 30 conversations (60 messages, "),
            "{shown}"
        );
        // Counted down, so that it depends on the machine which of them are seen.
        let waits = ["3 s", "2 s", "1 s"].map(|span| format!("rate limited, waiting {span}"));
        assert!(waits.iter().any(|wait| shown.contains(wait)), "{shown}");
        let shared = screen(&fake, "-f jsonl", "");
        let lines: Vec<_> = shared.lines().collect();
        assert!(
            lines[..30]
                .iter()
                .all(|line| line.starts_with("{\"source\"")),
            "no bar between the data: {shared}"
        );
        let quiet = screen(&fake, "-f jsonl -q", " >/dev/null");
        assert_eq!(quiet, "");
        let paged = screen(&fake, "-f jsonl", " | tail -n 1");
        assert!(
            paged.starts_with("{\"source\"") && paged.lines().count() == 1,
            "nothing on a terminal that another program may use: {paged}"
        );
        let plain = screen(&fake, "-f jsonl --no-progress", " >/dev/null");
        assert!(
            plain.starts_with("Wrote 30 conversations (60 messages, ")
                && plain.lines().count() == 1,
            "{plain}"
        );
    }

    #[test]
    fn the_last_line_says_what_was_written_and_where_to() {
        let fake = Fake::start(
            World::with_conversations(1200, |i| usize::from(i < 1100)).with_boost(3, |_| 2),
        );
        let folder = tempfile::tempdir().unwrap();
        let last = |command: crate::support::Convexport| {
            let shown = command.within(folder.path()).screen("", "");
            let line = shown
                .trim_end()
                .rsplit(['\n', '\r'])
                .next()
                .unwrap()
                .to_owned();
            let line = line.rsplit("\u{1b}[2K").next().unwrap().to_owned();
            // The time depends on the machine.
            let (line, time) = line.split_once(" in ").unwrap_or((&line, "0 s"));
            assert!(time.ends_with('s') || time.contains(" s; "), "{time}");
            line.to_owned()
        };
        let bytes = |name: &str| folder.path().join(name).metadata().unwrap().len();
        let file = last(botpress(&fake, "-o all.jsonl --limit 5"));
        let size = bytes("all.jsonl");
        assert!((1000..9950).contains(&size));
        let size = format!("{}.{} KB", (size + 50) / 1000, (size + 50) / 100 % 10);
        let wrote = format!("Wrote 5 conversations (0 messages, {size}) to all.jsonl");
        assert_eq!(file, wrote);
        assert_eq!(
            last(botpress(&fake, "-d all --limit 1")),
            "Wrote 1 conversation (0 messages) to all"
        );
        assert_eq!(
            last(botpress(&fake, "--archive bot.db")),
            "Wrote 1,200 conversations (1,100 messages) to bot.db"
        );
        assert_eq!(
            last(botpress(&fake, "--archive bot.db")),
            "Nothing new; bot.db is up to date (1,200 conversations)"
        );
        assert_eq!(
            last(botpress(&fake, "--archive bot.db --limit 1")),
            "Nothing new for bot.db (1,200 conversations)"
        );
        let both = last(boost(
            &fake,
            "--since 2000-01-01 --archive site.db -o new.jsonl",
        ));
        let new = std::fs::read_to_string(folder.path().join("new.jsonl")).unwrap();
        let messages = |record: &serde_json::Value| record["messages"].as_array().unwrap().len();
        let messages: usize = records(&new).iter().map(messages).sum();
        assert_eq!(
            both,
            format!("Wrote 3 conversations ({messages} messages) to site.db and new.jsonl")
        );
    }

    /// The text of each drawing of the progress line.
    fn drawn(shown: &str) -> Vec<&str> {
        let lines = shown.split(['\n', '\r']);
        let lines = lines.flat_map(|line| line.split("\u{1b}[2K"));
        lines
            .filter(|line| line.starts_with(|c: char| ('⠀'..='⣿').contains(&c)))
            .collect()
    }

    #[test]
    fn the_list_tells_a_total_and_no_line_is_wider_than_the_terminal() {
        // The line is drawn five times in a second.
        let late = Action::Delay(std::time::Duration::from_secs(2));
        let late = Rule::on("conversationId=").nth(25).answer(late);
        let fake = Fake::start(World::with_conversations(30, |_| 1).rule(late));
        let folder = tempfile::tempdir().unwrap();
        let ids: Vec<_> = fake
            .world()
            .conversations
            .iter()
            .map(|talk| talk.id.clone())
            .collect();
        std::fs::write(folder.path().join("ids"), ids.join("\n")).unwrap();
        let screen = botpress(&fake, "-f jsonl --conversation @ids")
            .within(folder.path())
            .screen("stty cols 44 rows 20;", " >/dev/null");
        let lines = drawn(&screen);
        assert!(
            lines
                .iter()
                .all(|line| line.trim_end().chars().count() < 44),
            "{lines:?}"
        );
        assert!(lines.iter().any(|line| line.contains(" / 30")), "{lines:?}");
    }

    #[test]
    fn long_waits_are_said() {
        let late = Rule::on("/messages")
            .nth(3)
            .answer(Action::Delay(std::time::Duration::from_secs(8)));
        let failed = Rule::on("/messages").nth(3).answer(Action::StatusWith {
            code: 503,
            headers: vec![("Retry-After".to_owned(), "8".to_owned())],
            body: String::new(),
        });
        let cases = [(late, "no answer for "), (failed, "retry 1 of 5 in ")];
        side_by_side(cases, |(rule, said)| {
            let fake = Fake::start(World::with_conversations(5, |_| 2).rule(rule));
            let shown = screen(&fake, "-f jsonl", " >/dev/null");
            let waits: Vec<_> = drawn(&shown)
                .into_iter()
                .filter(|line| line.contains(said))
                .collect();
            assert!(!waits.is_empty(), "{shown}");
            // Nobody is told of a wait as short as this.
            let early = ["no answer for 4 s", "in 8 s", "in 7 s", "in 6 s"];
            assert!(
                !waits
                    .iter()
                    .any(|line| early.iter().any(|early| line.contains(early))),
                "{waits:?}"
            );
        });
    }
}
