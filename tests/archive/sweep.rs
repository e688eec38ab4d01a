//! Runs that look further back, and lists that mislead.

use serde_json::{Value, json};

use super::{Nights, list, put, quiet, said, truth};
use crate::support::clock;
use crate::support::fake::{Action, Conversation, DAY, Message, Recorded, Rule, World, utc};

const HOUR: i64 = DAY / 24;

/// Conversations `c0`, `c1` and so on, the newest first, all older than a month, with a message each.
fn old(count: i64) -> World {
    (0..count).fold(World::new(), |world, number| {
        let (id, at) = (format!("c{number}"), clock() - 40 * DAY - number * HOUR);
        let raw = said(&format!("m{number}"), &id, at, "words");
        let mut known = Conversation::new(&id, at).message(&raw);
        known.message_count = Some(1);
        world.conversation(known)
    })
}

fn kinds(nights: &Nights) -> Vec<String> {
    nights.sql("SELECT kind FROM runs ORDER BY id")
}

/// The requests for the list of conversations.
fn lists(nights: &Nights) -> Vec<Recorded> {
    let mut all = nights.fake.requests();
    all.retain(|request| request.path == "/v1/chat/conversations");
    all
}

#[test]
fn a_sweep_brings_an_edit_of_an_old_message() {
    let nights = Nights::new(old(2));
    quiet(nights.bot(""));
    {
        let mut world = nights.fake.world();
        let at = world.get_mut("c1").created_at;
        world.say("c1", at + 20 * DAY, true, "a later message");
    }
    quiet(nights.bot("--sweep"));
    {
        let mut world = nights.fake.world();
        let at = world.get_mut("c1").created_at;
        world.edit_message("m1", &said("m1", "c1", at, "other words"));
        world.get_mut("c1").updated_at += 1000;
    }
    quiet(nights.bot(""));
    assert!(
        !nights.render("").contains("other words"),
        "only a sweep looks so far back"
    );
    quiet(nights.bot("--sweep"));
    assert!(nights.render("").contains("other words"));
}

#[test]
fn a_sweep_finds_what_no_new_message_tells() {
    let nights = Nights::new(old(30));
    quiet(nights.bot(""));
    {
        let mut world = nights.fake.world();
        world.get_mut("c3").tags = vec![("topic".to_owned(), "billing".to_owned())];
        world.get_mut("c4").updated_at += 1000;
        let at = world.get_mut("c5").created_at + 1000;
        let late = Message::from_raw(&said("late", "c5", at, "late"));
        world.get_mut("c5").add(late);
    }
    // It slipped through an earlier list.
    let slipped = Conversation::new("slipped", clock() - 50 * DAY);
    nights.fake.world().conversations.push(slipped);
    quiet(nights.bot("--sweep"));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    let tags = nights.sql("SELECT tags FROM conversation_rows WHERE conversation_id = 'c3'");
    assert_eq!(tags, [r#"{"topic":"billing"}"#]);
    let changed = "SELECT conversation_id FROM conversations WHERE changed_run = 2 ORDER BY 1";
    assert_eq!(nights.sql(changed), ["c3", "c4", "c5", "slipped"]);
    // Two pages, the new messages, and two requests for each of the four that differ; one of them is fetched whole.
    assert!(
        nights.fake.asked() <= 2 + 1 + 4 * 2 + 1,
        "{} requests",
        nights.fake.asked()
    );
}

#[test]
fn a_sweep_is_due_after_a_week_or_another_span() {
    let nights = Nights::new(old(3));
    let swept = |days: u32| {
        let at = format!("strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-{days} days')");
        nights.set(&format!("UPDATE selections SET swept_at = {at}"));
    };
    quiet(nights.bot(""));
    quiet(nights.bot(""));
    for (days, args) in [
        (6, ""),
        (8, ""),
        (6, "--sweep-every 5d"),
        (8, "--sweep-every 2w"),
    ] {
        swept(days);
        quiet(nights.bot(args));
    }
    let expected = ["sweep", "new", "new", "sweep", "sweep", "new"];
    assert_eq!(kinds(&nights), expected);
    // A run that is no sweep leaves the next one where it was.
    quiet(nights.bot(""));
    assert_eq!(kinds(&nights).last().unwrap(), "sweep");
}

#[test]
fn a_list_is_sorted_by_creation_and_walked_again_when_it_moves() {
    let nights = Nights::new(old(4).page_size(2));
    // The second page has only a conversation of the first: it hides two.
    let body = {
        let world = nights.fake.world();
        let c1 = world.find("c1").unwrap();
        let at = utc(c1.created_at);
        let record: Value = json!({"id": "c1", "createdAt": at, "updatedAt": at, "messageCount": 1,
            "channel": "channel", "integration": "webchat", "tags": {}});
        json!({"conversations": [record], "meta": {}}).to_string()
    };
    let moved = Rule::on("/conversations?")
        .nth(2)
        .answer(Action::Body(body));
    nights.fake.world().faults.push(moved);
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    let all = lists(&nights);
    let walks = all
        .iter()
        .filter(|request| request.param("nextToken").is_none());
    assert_eq!(walks.count(), 2);
    let sorted = |request: &Recorded| request.param("sortField") == Some("createdAt");
    assert!(all.iter().all(sorted));
}

/// A list that never stands still is no proof that a conversation is gone.
#[test]
fn a_list_that_keeps_moving_marks_nothing_as_gone() {
    let nights = Nights::new(old(4).page_size(2));
    quiet(nights.bot(""));
    let body = {
        let world = nights.fake.world();
        let at = utc(world.find("c1").unwrap().created_at);
        let record = json!({"id": "c1", "createdAt": at, "updatedAt": at, "messageCount": 1,
            "channel": "channel", "integration": "webchat", "tags": {}});
        json!({"conversations": [record], "meta": {}}).to_string()
    };
    let moved = Rule::on("nextToken").answer(Action::Body(body));
    nights.fake.world().faults.push(moved);
    nights.bot("--sweep").run().ends(0, &["moved each time"]);
    assert_eq!(
        nights.sql("SELECT count(gone_run) FROM conversations"),
        ["0"]
    );
}

#[test]
fn an_odd_message_is_named_and_the_lists_are_compared() {
    let nights = Nights::new(old(3));
    quiet(nights.bot(""));
    {
        let mut world = nights.fake.world();
        let stray = said("stray", "c1", clock(), "words").replace(r#""conversationId":"c1","#, "");
        world.get_mut("c1").add(Message::from_raw(&stray));
        let fine = said("fine", "c2", clock() - 1000, "words");
        world.get_mut("c2").add(Message::from_raw(&fine));
    }
    nights
        .bot("")
        .run()
        .ends(0, &["message stray", "the whole list is compared"]);
    let archived = nights.archived();
    assert_eq!(archived["c1"], list(&["m1", "stray"]));
    assert_eq!(archived["c2"], list(&["m2", "fine"]));
    assert_eq!(nights.sql("SELECT complete FROM runs"), ["1", "1"]);
}

/// Without the list of all messages, the counts of the conversations tell, and else everything is looked at.
#[test]
fn without_the_list_of_messages_counts_are_compared() {
    for counted in [true, false] {
        let refuse = Rule::test(|request| {
            request.path.ends_with("/messages") && request.param("conversationId").is_none()
        });
        let mut world = old(40).rule(refuse.answer(Action::Status(400)));
        for known in &mut world.conversations {
            known.message_count = known.message_count.filter(|_| counted);
        }
        let nights = Nights::new(world);
        quiet(nights.bot(""));
        quiet(nights.bot(""));
        let asked = nights.fake.asked();
        // Two pages, and the refusal. Where nothing is counted: two more for each of the forty.
        assert_eq!(asked <= 3, counted, "{asked} requests");
        let late = said("late", "c7", clock() - 30 * DAY, "words");
        nights
            .fake
            .world()
            .get_mut("c7")
            .add(Message::from_raw(&late));
        quiet(nights.bot(""));
        assert_eq!(nights.archived(), truth(&nights.fake.world()));
    }
}

/// A sweep of a site goes back from the sweep before it, however many runs came in between.
#[test]
fn a_sweep_of_a_site_goes_back_from_the_last_sweep() {
    let nights = Nights::new(World::new());
    let now = clock();
    put(&nights.fake, 1, &[(1, now - 20 * DAY, "question")]);
    quiet(nights.site(""));
    nights.set(
        "UPDATE selections SET swept_at = strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-9 days')",
    );
    put(
        &nights.fake,
        1,
        &[(1, now - 20 * DAY, "question"), (2, now, "answer")],
    );
    quiet(nights.site(""));
    assert_eq!(kinds(&nights), ["sweep", "sweep"]);
    assert_eq!(nights.archived()["1"], list(&["1", "2"]));
}
