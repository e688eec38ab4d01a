//! The archive forgets nothing: what the vendor drops stays, what it changes is taken.

use super::{Nights, list, put, quiet, said, truth};
use crate::support::fake::{Action, Conversation, DAY, Fake, Message, Rule, World};
use crate::support::{boost, botpress, clock, convexport, records};

const HOUR: i64 = DAY / 24;

/// A bot with a conversation `talk` that has m0, m1 and m2, one a day.
fn three() -> World {
    let begun = clock() - 5 * DAY;
    let talk = (0..3).fold(Conversation::new("talk", begun), |talk, number| {
        let id = format!("m{number}");
        talk.message(&said(&id, "talk", begun + number * DAY, "words"))
    });
    World::new().conversation(talk)
}

fn say(nights: &Nights, id: &str, at: i64) {
    let message = Message::from_raw(&said(id, "talk", at, "words"));
    nights.fake.world().get_mut("talk").add(message);
}

fn drop_message(nights: &Nights, id: &str) {
    let mut world = nights.fake.world();
    let messages = &mut world.get_mut("talk").messages;
    messages.retain(|message| message.id != id);
}

/// Makes a sweep look at the whole conversation.
fn touch(nights: &Nights) {
    nights.fake.world().get_mut("talk").updated_at += 1000;
}

/// The runs that brought each message and that saw it last.
fn runs(nights: &Nights) -> Vec<String> {
    nights.sql("SELECT message_id, first_run, last_run FROM messages ORDER BY seq")
}

#[test]
fn a_message_that_the_vendor_drops_stays() {
    let nights = Nights::new(three());
    quiet(nights.bot(""));
    drop_message(&nights, "m0");
    say(&nights, "m9", clock());
    quiet(nights.bot(""));
    let all = list(&["m0", "m1", "m2", "m9"]);
    assert_eq!(nights.archived()["talk"], all);
    // The second run asked for the new messages alone. The third sees all, and that m0 is not among them.
    quiet(nights.bot("--conversation talk"));
    assert_eq!(nights.archived()["talk"], all);
    assert_eq!(runs(&nights), ["m0|1|1", "m1|1|-", "m2|1|-", "m9|2|-"]);
    // It is not seen any later by a run that asks for all again.
    quiet(nights.bot("--conversation talk"));
    assert_eq!(runs(&nights)[0], "m0|1|1");
    // A message that the vendor returns again is marked no more.
    let m0 = Message::from_raw(&said("m0", "talk", clock() - 5 * DAY, "words"));
    nights.fake.world().get_mut("talk").messages.insert(0, m0);
    quiet(nights.bot("--conversation talk"));
    assert_eq!(nights.archived()["talk"], all);
    assert_eq!(runs(&nights)[0], "m0|1|-");
}

#[test]
fn a_site_that_drops_a_message_loses_nothing_either() {
    let nights = Nights::new(World::new());
    let at = clock() - 5 * HOUR;
    put(
        &nights.fake,
        7,
        &[
            (1, at, "question"),
            (2, at + 1000, "answer"),
            (3, at + 2000, "question"),
        ],
    );
    quiet(nights.site(""));
    put(
        &nights.fake,
        7,
        &[
            (2, at + 1000, "answer"),
            (3, at + 2000, "question"),
            (9, at + HOUR, "question"),
        ],
    );
    quiet(nights.site(""));
    assert_eq!(nights.archived()["7"], list(&["1", "2", "3", "9"]));
    assert_eq!(runs(&nights), ["1|1|1", "2|1|-", "3|1|-", "9|2|-"]);
}

#[test]
fn an_edited_message_takes_the_new_text() {
    let nights = Nights::new(three());
    let at = clock() - HOUR / 2;
    say(&nights, "m3", at);
    quiet(nights.bot(""));
    let texts = || nights.sql("SELECT text FROM messages WHERE message_id = 'm3'");
    for (text, sweep) in [
        ("other words", ""),
        ("words", "--sweep"),
        ("third", "--sweep"),
    ] {
        let edited = said("m3", "talk", at, text);
        nights.fake.world().edit_message("m3", &edited);
        say(&nights, &format!("after {text}"), clock());
        touch(&nights);
        quiet(nights.bot(sweep));
        assert_eq!(texts(), [text]);
    }
}

/// What is as it was when it came whole may still differ from what is stored.
#[test]
fn an_edit_that_is_taken_back_is_taken() {
    let nights = Nights::new(three());
    let at = clock() - HOUR / 2;
    say(&nights, "m3", at);
    quiet(nights.bot(""));
    // The edit comes with a new message, so the conversation is fetched in part.
    let edited = said("m3", "talk", at, "other words");
    nights.fake.world().edit_message("m3", &edited);
    say(&nights, "m4", clock());
    quiet(nights.bot(""));
    let texts = || nights.sql("SELECT text FROM messages WHERE message_id = 'm3'");
    assert_eq!(texts(), ["other words"]);
    // Now the vendor has exactly what it had at first.
    let back = said("m3", "talk", at, "words");
    nights.fake.world().edit_message("m3", &back);
    drop_message(&nights, "m4");
    quiet(nights.bot("--conversation talk"));
    assert_eq!(texts(), ["words"]);
    assert_eq!(runs(&nights)[4], "m4|2|2");
}

fn gone(nights: &Nights) -> Vec<String> {
    nights.sql(
        "SELECT conversation_id, gone_run IS NOT NULL FROM conversations ORDER BY conversation_id",
    )
}

#[test]
fn a_deleted_conversation_stays_and_is_marked() {
    let world = three().conversation(Conversation::new("other", clock() - 6 * DAY));
    let nights = Nights::new(world);
    quiet(nights.bot(""));
    let before = nights.archived();
    let deleted = nights.fake.world().find("talk").unwrap().clone();
    // It is deleted between the list and the call for it.
    say(&nights, "m3", clock());
    let vanish = Rule::on("/conversations/talk").answer(Action::Vanish);
    nights.fake.world().faults.push(vanish);
    nights.bot("").run().ends(0, &["conversation talk is gone"]);
    assert_eq!(nights.archived(), before);
    assert_eq!(gone(&nights), ["other|0", "talk|1"]);
    // It comes back.
    nights.fake.world().faults.clear();
    nights.fake.world().conversations.push(deleted);
    quiet(nights.bot("--sweep"));
    assert_eq!(gone(&nights), ["other|0", "talk|0"]);
    assert_eq!(nights.archived(), before);
    // It is deleted long before the run: only the list shows that.
    let deleted = nights.fake.world().find("talk").unwrap().clone();
    nights.fake.world().delete_conversation("talk");
    quiet(nights.bot("--sweep"));
    assert_eq!(gone(&nights), ["other|0", "talk|1"]);
    assert_eq!(nights.archived(), before);
    // It comes back with a new message.
    nights.fake.world().conversations.push(deleted);
    say(&nights, "m4", clock());
    quiet(nights.bot(""));
    assert_eq!(gone(&nights), ["other|0", "talk|0"]);
    assert_eq!(nights.archived()["talk"], list(&["m0", "m1", "m2", "m4"]));
}

#[test]
fn one_archive_holds_several_bots_and_sites() {
    let folder = tempfile::tempdir().unwrap();
    let at = clock() - 5 * HOUR;
    // Both sites count from 1, and both bots have a `talk`.
    let fakes: Vec<_> = (0..2)
        .map(|number| {
            let mut world = three();
            world.bot_id = format!("bot-{number}");
            let fake = Fake::start(world);
            put(&fake, 1, &[(10 + number, at, "question")]);
            fake
        })
        .collect();
    for fake in &fakes {
        let one = botpress(fake, "--archive a.db").within(folder.path());
        assert_eq!(one.stdout(), "");
        let other = boost(fake, "--archive a.db --since 2026-01-01").within(folder.path());
        assert_eq!(other.stdout(), "");
    }
    let jsonl = convexport("render a.db -f jsonl")
        .within(folder.path())
        .stdout();
    let found: Vec<_> = records(&jsonl)
        .iter()
        .map(|record| {
            let text = |key: &str| record[key].as_str().unwrap().to_owned();
            (
                text("source"),
                text("account"),
                text("id"),
                record["messages"][0]["id"].clone(),
            )
        })
        .collect();
    // Two sites at 127.0.0.1 differ by their port.
    let site = |number: usize| fakes[number].url().replace("http://", "");
    let expected = [
        ("botpress", "bot-0".to_owned(), "talk", "m0"),
        ("boost", site(0), "1", "10"),
        ("botpress", "bot-1".to_owned(), "talk", "m0"),
        ("boost", site(1), "1", "11"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(source, account, id, message)| {
            (source.to_owned(), account, id.to_owned(), message.into())
        })
        .collect();
    assert_eq!(found, expected);
    // A new message of one bot is no message of the other.
    let m9 = Message::from_raw(&said("m9", "talk", clock(), "words"));
    fakes[1].world().get_mut("talk").add(m9);
    let run = botpress(&fakes[1], "--archive a.db").within(folder.path());
    assert_eq!(run.stdout(), "");
    let jsonl = convexport("render a.db -f jsonl")
        .within(folder.path())
        .stdout();
    let count = |record: &serde_json::Value| record["messages"].as_array().unwrap().len();
    let counts: Vec<_> = records(&jsonl).iter().map(count).collect();
    assert_eq!(counts, [3, 1, 4, 1]);
}

#[test]
fn what_the_vendor_has_is_what_a_first_run_brings() {
    let nights = Nights::new(World::with_conversations(45, |i| i % 7));
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    let runs =
        nights.sql("SELECT kind, saw_all, complete, added, conversations, messages FROM runs");
    // 45 conversations are six rounds of 0 to 6 messages, and 0, 1 and 2: 6 * 21 + 3.
    assert_eq!(runs, ["sweep|1|1|45|45|129"]);
}
