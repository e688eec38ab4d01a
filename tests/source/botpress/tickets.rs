//! `--tickets`: what becomes of the tickets of human agents, which repeat what is in the customers' conversations.

use std::collections::BTreeMap;

use serde_json::Value;

use super::handover::{Talk, any_talk, authors};
use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, convexport, long_tests, records};

/// Talks of any course, and who said what. The customer's conversation of every tenth is not there.
fn talks(count: usize, seed: u64) -> (World, Vec<(Talk, bool)>) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::new();
    let mut talks = Vec::new();
    for number in 0..count {
        let mut talk = any_talk(number, &mut random);
        let is_whole = number % 10 > 0;
        let customer = talk.customer.clone();
        let tickets = std::mem::take(&mut talk.tickets);
        // A ticket may stand before its customer's conversation in the list, or after it.
        if is_whole && random.bool() {
            world.conversations.push(customer);
            world.conversations.extend(tickets.clone());
        } else {
            world.conversations.extend(tickets.clone());
            world.conversations.extend(is_whole.then_some(customer));
        }
        talk.tickets = tickets;
        talks.push((talk, is_whole));
    }
    (world, talks)
}

/// What each conversation says, in its order: the role and the words.
fn said(jsonl: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = records(jsonl).into_iter();
    all.map(|one| {
        let messages = one["messages"].as_array().unwrap().iter();
        let messages = messages.map(|message| (text(&message["role"]), text(&message["text"])));
        (text(&one["id"]), messages.collect())
    })
    .collect()
}

#[test]
fn merged_talks_have_every_word_once() {
    let (world, talks) = talks(if long_tests() { 1000 } else { 150 }, 4);
    let tickets: usize = talks.iter().map(|(talk, _)| talk.tickets.len()).sum();
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(
        &fake,
        "--tickets merge -f jsonl --no-raw --summary summary.json",
    );
    let found = said(&run.within(folder.path()).stdout());
    let mut lone_tickets = 0;
    for (talk, is_whole) in &talks {
        if !is_whole {
            // Nobody has these words besides, so the tickets stay.
            for ticket in &talk.tickets {
                assert_eq!(found[&ticket.id].len(), ticket.messages.len());
                lone_tickets += 1;
            }
            continue;
        }
        let mut expected: Vec<_> = talk
            .said
            .iter()
            .map(|(words, role)| ((*role).to_owned(), words.clone()))
            .collect();
        let mut talked = found[&talk.customer.id].clone();
        expected.sort();
        talked.sort();
        assert_eq!(talked, expected, "{}", talk.customer.id);
        assert!(
            talk.tickets
                .iter()
                .all(|ticket| !found.contains_key(&ticket.id))
        );
    }
    let summary = crate::support::summary(folder.path());
    assert_eq!(summary["counts"]["left_out"], tickets - lone_tickets);
    assert_eq!(summary["counts"]["conversations"], found.len());
}

/// A talk with one session, and the ids of both conversations.
fn one_talk() -> (World, String, String) {
    let mut talk = Talk::new(1, "hitl");
    talk.session(&[0], 1);
    let ticket = talk.tickets.remove(0);
    let ids = (talk.customer.id.clone(), ticket.id.clone());
    let world = World::new().conversation(ticket);
    (world.conversation(talk.customer), ids.0, ids.1)
}

#[test]
fn a_merged_talk_is_in_order() {
    let (world, customer, _) = one_talk();
    let fake = Fake::start(world);
    let run = botpress(&fake, "--tickets merge -f jsonl");
    let found = said(&run.stdout());
    assert_eq!(found.keys().collect::<Vec<_>>(), [&customer]);
    let roles: Vec<_> = found[&customer]
        .iter()
        .map(|(role, _)| role.as_str())
        .collect();
    // The plugin tells of the handover, the customer writes, the agent joins and writes, the customer writes, the agent
    // makes a note, and the plugin ends the talk on both sides.
    let expected = ["bot", "user", "bot", "agent", "user", "agent", "bot", "bot"];
    assert_eq!(roles, expected);
}

#[test]
fn tickets_can_be_left_out() {
    let (world, customer, ticket) = one_talk();
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "--tickets skip -f jsonl -v --summary summary.json");
    let run = run.within(folder.path()).run();
    run.ends(0, &[&format!("conversation {ticket} is left out")]);
    assert_eq!(said(&run.stdout).keys().collect::<Vec<_>>(), [&customer]);
    assert_eq!(
        crate::support::summary(folder.path())["counts"]["left_out"],
        1
    );
}

#[test]
fn an_archive_and_a_file_give_the_same() {
    let (world, ..) = one_talk();
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let within = |run: crate::support::Convexport| run.within(folder.path());
    let live = within(botpress(&fake, "--tickets merge -f jsonl")).stdout();
    within(botpress(&fake, "--archive a.db")).stdout();
    within(botpress(&fake, "-o a.jsonl")).stdout();
    for input in ["a.db", "a.jsonl"] {
        let again = convexport("render --tickets merge -f jsonl").arg(input);
        assert_eq!(within(again).stdout(), live, "{input}");
    }
    // The archive itself keeps both sides.
    within(botpress(&fake, "--archive a.db --tickets merge"))
        .run()
        .ends(2, &["--tickets", "render a.db"]);
}

#[test]
fn without_records_nobody_can_tell_what_is_a_copy() {
    let (world, customer, ticket) = one_talk();
    let fake = Fake::start(world);
    let bare = botpress(&fake, "-f jsonl --no-raw").stdout();
    let run = convexport("render - --tickets merge -f jsonl")
        .stdin(&bare)
        .run();
    run.ends(0, &["1 ticket", "records"]);
    let both = [&customer, &ticket];
    assert_eq!(said(&run.stdout).keys().collect::<Vec<_>>(), both);
}

#[test]
fn a_merged_talk_has_the_name_of_each_agent() {
    let mut talk = Talk::new(5, "desk");
    talk.session(&[0], 1);
    talk.bot_says();
    talk.session(&[1], 1);
    let id = talk.customer.id.clone();
    let mut world = World::new().conversation(talk.customer);
    world.conversations.append(&mut talk.tickets);
    let fake = Fake::start(world);
    let merged = botpress(&fake, "--tickets merge -f jsonl").stdout();
    assert_eq!(
        authors(&merged, &id),
        [
            "agent Kari Nordmann",
            "agent Ola Hansen",
            "bot null",
            "user null"
        ]
    );
}

#[test]
fn a_stopped_merge_keeps_what_came() {
    let (world, _, ticket) = one_talk();
    let rule = Rule::on("/messages").nth(2).answer(Action::Status(401));
    let fake = Fake::start(world.rule(rule));
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "--tickets merge --concurrency 1 -o a.jsonl");
    run.within(folder.path())
        .run()
        .ends(4, &["a.jsonl.partial"]);
    let partial = std::fs::read_to_string(folder.path().join("a.jsonl.partial")).unwrap();
    // The list begins with the ticket, since it is newer.
    assert_eq!(said(&partial).keys().collect::<Vec<_>>(), [&ticket]);
}
