//! Conversations that could not be fetched: the next run tries them first, and they hold nothing else up.

use serde_json::json;

use super::{Nights, quiet, truth};
use crate::support::clock;
use crate::support::fake::{Action, BoostFault, Conversation, Recorded, Rule, When, World};

fn failures(nights: &Nights) -> Vec<String> {
    nights.sql("SELECT conversation_id, attempts FROM failures ORDER BY 1")
}

/// Makes the messages of these conversations fail.
fn refuse(nights: &Nights, ids: Vec<String>, code: u16) {
    let rule = Rule::test(move |request| {
        let id = request.param("conversationId");
        id.is_some_and(|id| ids.iter().any(|bad| bad == id))
    });
    nights
        .fake
        .world()
        .faults
        .push(rule.answer(Action::Status(code)));
}

#[test]
fn failed_conversations_are_tried_first_until_they_are_had() {
    let nights = Nights::new(World::with_conversations(30, |_| 2));
    let lost = truth(&nights.fake.world()).into_keys().nth(11).unwrap();
    refuse(&nights, vec![lost.clone()], 400);
    nights
        .bot("")
        .run()
        .ends(3, &[&lost, "1 conversation could not be fetched"]);
    assert_eq!(failures(&nights), [format!("{lost}|1")]);
    let error = nights.sql("SELECT error FROM failures");
    assert!(error[0].contains("400"), "{error:?}");
    assert_eq!(nights.archived().len(), 29);
    nights.bot("").run().ends(3, &[&lost]);
    assert_eq!(failures(&nights), [format!("{lost}|2")]);
    // It is the first of the conversations, while the lists are read at the same time.
    let single = |request: &&Recorded| request.target.contains("/conversations/");
    let requests = nights.fake.requests();
    let first = requests.iter().find(single).unwrap();
    assert!(first.target.contains(&lost));
    nights.fake.world().faults.clear();
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    assert!(failures(&nights).is_empty());
    quiet(nights.bot(""));
    let requests = nights.fake.requests();
    assert!(
        requests
            .iter()
            .all(|request| !request.target.contains(&lost))
    );
    let complete = nights.sql("SELECT saw_all, complete, failed FROM runs");
    assert_eq!(complete, ["1|0|1", "1|0|1", "1|1|0", "1|1|0"]);
}

#[test]
fn only_failed_tries_just_them() {
    let nights = Nights::new(World::with_conversations(30, |_| 2));
    let bad: Vec<_> = truth(&nights.fake.world())
        .into_keys()
        .step_by(10)
        .collect();
    refuse(&nights, bad.clone(), 400);
    nights.bot("").run().ends(3, &["3 conversations"]);
    nights
        .bot("--only-failed")
        .run()
        .ends(3, &["3 conversations"]);
    // One of them is had by now, and one is gone.
    nights.fake.world().faults.clear();
    refuse(&nights, vec![bad[0].clone()], 400);
    nights.fake.world().delete_conversation(&bad[1]);
    let new = Conversation::new("new", clock());
    nights.fake.world().conversations.push(new);
    let until = nights.sql("SELECT complete_until FROM selections");
    nights
        .bot("--only-failed")
        .run()
        .ends(3, &["1 conversation could", "is gone"]);
    assert_eq!(failures(&nights), [format!("{}|3", bad[0])]);
    assert!(!nights.archived().contains_key("new"));
    let asked = nights.fake.requests();
    let is_asked = |id: &String| {
        asked
            .iter()
            .any(|request| request.target.contains(id.as_str()))
    };
    assert!(
        asked
            .iter()
            .all(|request| bad.iter().any(|id| request.target.contains(id.as_str())))
    );
    assert!(bad.iter().all(is_asked));
    nights.fake.world().faults.clear();
    quiet(nights.bot("--only-failed"));
    assert!(failures(&nights).is_empty());
    // These runs say nothing of what is new.
    assert_eq!(nights.sql("SELECT complete_until FROM selections"), until);
    quiet(nights.bot(""));
    assert!(nights.archived().contains_key("new"));
    // There is nothing left to try.
    quiet(nights.bot("--only-failed"));
    assert_eq!(nights.fake.asked(), 0);
}

#[test]
fn failed_conversations_of_a_site_are_asked_for_by_id() {
    let nights = Nights::new(World::new().with_boost(20, |_| 4));
    let fault = BoostFault::Malformed(3);
    nights.fake.world().boost.fault(When::First(2), fault);
    nights
        .site("")
        .run()
        .ends(3, &["could not read conversation 1000004"]);
    assert_eq!(failures(&nights), ["1000004|1"]);
    quiet(nights.site("--only-failed"));
    let bodies: Vec<_> = nights.fake.requests().iter().map(Recorded::json).collect();
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["conversation_ids"], json!([1_000_004]));
    assert_eq!(nights.archived().len(), 20);
    quiet(nights.site(""));
    assert_eq!(nights.fake.asked(), 1);
}

/// An answer without it does not tell that it is gone, when the filters may leave it out.
#[test]
fn a_failed_conversation_of_a_site_is_kept_for_a_run_that_can_have_it() {
    let nights = Nights::new(World::new().with_boost(20, |_| 4));
    let fault = BoostFault::Malformed(3);
    nights.fake.world().boost.fault(When::First(2), fault);
    nights
        .site("")
        .run()
        .ends(3, &["could not read conversation 1000004"]);
    nights.site("--environment test").run().ends(
        3,
        &["conversation 1000004 again: it is gone, or the filters of this run leave it out"],
    );
    assert_eq!(failures(&nights), ["1000004|2"]);
    quiet(nights.site(""));
    assert_eq!(nights.archived().len(), 20);
    assert!(failures(&nights).is_empty());
}

/// With the same filters as before, it is.
#[test]
fn a_failed_conversation_that_the_site_deleted_is_gone_for_its_filters() {
    let nights = Nights::new(World::new().with_boost(20, |_| 4));
    let fault = BoostFault::Malformed(3);
    nights.fake.world().boost.fault(When::First(2), fault);
    nights.site("--environment live").run().ends(3, &[]);
    nights
        .fake
        .world()
        .boost
        .conversations
        .retain(|known| known.id != "1000004");
    nights
        .site("--environment live")
        .run()
        .ends(0, &["1000004 is gone"]);
    assert!(failures(&nights).is_empty());
}

#[test]
fn a_site_that_will_not_give_a_failed_one_gives_the_others() {
    let nights = Nights::new(World::new().with_boost(20, |_| 4));
    {
        let site = &mut nights.fake.world().boost;
        site.fault(When::First(1), BoostFault::Malformed(3));
        site.fault(When::Nth(2), BoostFault::ErrorAfter(0));
    }
    nights
        .site("")
        .run()
        .ends(3, &["could not read conversation 1000004"]);
    let again = "could not read conversation 1000004 again: boost.ai reports an error";
    nights.site("").run().ends(3, &[again]);
    let last = nights.fake.requests().pop().unwrap();
    assert!(
        last.json()["conversation_ids"].is_null(),
        "the range was asked for"
    );
    quiet(nights.site(""));
    assert_eq!(nights.archived().len(), 20);
}

#[test]
fn conversations_that_fail_for_good_do_not_hold_up_the_others() {
    let nights = Nights::new(World::with_conversations(120, |_| 1));
    let bad = truth(&nights.fake.world()).into_keys().step_by(4).collect();
    refuse(&nights, bad, 500);
    nights
        .bot("--retries 0")
        .run()
        .ends(3, &["30 conversations"]);
    let new = Conversation::new("new", clock());
    nights.fake.world().conversations.push(new);
    nights
        .bot("--retries 0")
        .run()
        .ends(3, &["30 conversations"]);
    assert!(nights.archived().contains_key("new"));
    assert_eq!(nights.archived().len(), 91);
}

/// A record of the list without an id cannot be asked for again, so the next run looks at everything again.
#[test]
fn a_record_without_an_id_holds_nothing_else_up() {
    let nights = Nights::new(World::with_conversations(3, |_| 1));
    let items: Vec<_> = truth(&nights.fake.world())
        .keys()
        .map(|id| json!({"id": id, "createdAt": "2026-11-19T00:00:00Z"}))
        .chain([json!({"createdAt": "2026-11-19T00:00:00Z"})])
        .collect();
    let body = json!({"conversations": items, "meta": {}}).to_string();
    let odd = Rule::path("/v1/chat/conversations").answer(Action::Body(body));
    nights.fake.world().faults.push(odd);
    nights.bot("").run().ends(3, &["without an id"]);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    nights.bot("").run().ends(3, &["without an id"]);
    nights.fake.world().faults.clear();
    nights.bot("").run().ends(0, &[]);
    let complete = nights.sql("SELECT saw_all, complete FROM runs");
    assert_eq!(complete, ["0|0", "0|0", "1|1"]);
}
