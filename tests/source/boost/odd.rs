//! Elements that are not what the API promises: each is named, and the next is read.

use super::faults::site_with;
use super::{conversations, truth};
use crate::support::fake::{BoostFault, When};
use crate::support::{boost, convexport};

#[test]
fn a_conversation_of_another_shape_is_named_and_the_next_is_read() {
    for (fault, why) in [
        (BoostFault::Malformed(3), "expected a sequence"),
        (BoostFault::NotJson(3), "key must be a string"),
    ] {
        let fake = site_with(When::Always, fault);
        let run = boost(&fake, "--since 2026-01-01 -f jsonl").run();
        let mut all = truth(&fake);
        let lost = all.remove(3);
        let named = format!("could not read conversation {lost}");
        run.ends(
            3,
            &[&named, why, "1 of 20 conversations could not be exported"],
        );
        assert_eq!(conversations(&run.stdout), all);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn a_conversation_without_an_id_is_named_by_its_number() {
    let answer = r#"[{"type":"query_info"},{"type":"conversation","messages":[]},
        {"type":"conversation","id":2,"messages":[{"id":[]}]},{"type":"post_query_info","conversations":2}]"#;
    let run = convexport("boost -f jsonl --input -").stdin(answer).run();
    run.ends(
        3,
        &[
            "could not read conversation number 1: missing field `id`",
            "could not read conversation 2: messages[0]: `id`: expected an id",
            "2 of 2",
        ],
    );
}

#[test]
fn unknown_elements_are_counted_and_said_with_v() {
    let fake = site_with(When::Always, BoostFault::UnknownBetween);
    let run = boost(&fake, "--since 2026-01-01 -f jsonl -v").run();
    run.ends(
        0,
        &[
            "elements of the unknown type `progress_info`",
            "elements of the unknown type ``",
        ],
    );
    assert_eq!(conversations(&run.stdout), truth(&fake));
    assert_eq!(boost(&fake, "--since 2026-01-01 -f jsonl").run().stderr, "");
}

#[test]
fn a_conversation_above_the_limit_is_refused_by_name() {
    let fake = site_with(
        When::Always,
        BoostFault::Huge {
            after: 2,
            bytes: 3 << 20,
        },
    );
    let run = boost(&fake, "--since 2026-01-01 -f jsonl --max-element 1").run();
    run.ends(
        3,
        &[
            "could not read conversation ",
            "more than the 1048576 of --max-element",
            "1 of 21",
        ],
    );
    assert_eq!(conversations(&run.stdout), truth(&fake));
    let raised = boost(&fake, "--since 2026-01-01 -f jsonl --max-element 4").run();
    assert_eq!((raised.code, conversations(&raised.stdout).len()), (0, 21));
}
