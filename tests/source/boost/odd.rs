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

/// A saved answer with two conversations. One message of the first has this `content`.
fn saved(content: &str) -> String {
    let talk = |id: u32, content: &str| {
        format!(
            r#"{{"type":"conversation","id":{id},"messages":[
            {{"id":"before","type":"question","question":{{"input":"Hi"}}}},
            {{"id":"odd","type":"answer","content":{content}}},
            {{"id":"after","type":"answer","content":[{{"type":"text","text":"<p>Bye</p>"}}]}}]}}"#
        )
    };
    let fine = talk(2, "[]");
    format!(
        r#"[{{"type":"query_info"}},{},{fine},{{"type":"post_query_info","conversations":2}}]"#,
        talk(1, content)
    )
}

/// Each costs at most its own words, and one line that names the conversation.
#[test]
fn odd_content_costs_its_words_alone() {
    let unknown = "Media message of type unknown";
    for (content, words) in [
        ("[null]", ""),
        (
            r#"[null,{"type":"text","text":"<p>Yes</p>"},7,null]"#,
            "Yes\nMedia message of type unknown",
        ),
        (r#"["<p>Yes</p>"]"#, "Yes"),
        (r#""Yes""#, "Yes"),
        ("7", unknown),
        ("true", unknown),
        ("[[]]", unknown),
        (r#"[[{"type":"text","text":"Yes"}]]"#, unknown),
        ("[{}]", unknown),
        (r#"{"type":"text","text":"Yes"}"#, "Yes"),
        (r#"[{"text":"Yes"}]"#, "Yes"),
        (r#"[{"type":null,"text":"Yes"}]"#, "Yes"),
        (
            r#"[{"type":{},"url":"https://x/i"}]"#,
            "unknown: https://x/i",
        ),
        (
            r#"[{"type":"text","text":7}]"#,
            "Media message of type text",
        ),
        (
            r#"[{"type":"text","text":{"en":"Yes"}},{"type":"html","html":"<p>Yes</p>"}]"#,
            "Media message of type text\nYes",
        ),
        (
            r#"[{"type":"image","url":null}]"#,
            "Media message of type image",
        ),
        (
            r#"[{"type":"text","text":"Pick"},{"type":"link","buttons":"none"}]"#,
            "Pick",
        ),
        (r#"[{"type":"link"}]"#, ""),
    ] {
        let run = convexport("boost --input - -f jsonl")
            .stdin(&saved(content))
            .run();
        let warning = "convexport: warning: conversation 1 has content of an unexpected shape: what can be read of it \
                       is there, and the vendor's record (`raw`) has the rest\n";
        assert_eq!((run.code, run.stderr.as_str()), (0, warning), "{content}");
        let all = crate::support::records(&run.stdout);
        assert_eq!(all.len(), 2, "{content}");
        let messages = all[0]["messages"].as_array().unwrap();
        let texts: Vec<_> = messages.iter().map(|message| &message["text"]).collect();
        assert_eq!(texts, ["Hi", words, "Bye"], "{content}");
        let raw = format!(r#""type":"answer","content":{content}}}"#);
        assert!(run.stdout.contains(&raw), "{content}: {}", run.stdout);
    }
}

#[test]
fn one_odd_button_costs_no_other() {
    let content =
        r#"[{"type":"link","buttons":[{"id":1,"text":"A"},null,"B",{"id":3,"text":"C"}]}]"#;
    let run = convexport("boost --input - -f jsonl")
        .stdin(&saved(content))
        .run();
    run.ends(0, &["conversation 1 has content of an unexpected shape"]);
    let options = &crate::support::records(&run.stdout)[0]["messages"][1]["options"];
    let labels: Vec<_> = options
        .as_array()
        .unwrap()
        .iter()
        .map(|option| &option["label"])
        .collect();
    assert_eq!(labels, ["A", "C"]);
}

#[test]
fn an_odd_question_costs_its_words_alone() {
    for (question, words) in [(r#""Hi""#, "Hi"), ("7", ""), ("[]", "")] {
        let talk = format!(
            r#"[{{"type":"query_info"}},{{"type":"conversation","id":1,"messages":[
            {{"id":1,"type":"question","question":{question}}},{{"id":2,"type":"question","question":{{"input":"Bye"}}}}]}},
            {{"type":"post_query_info","conversations":1}}]"#
        );
        let run = convexport("boost --input - -f jsonl").stdin(&talk).run();
        run.ends(0, &["conversation 1 has content of an unexpected shape"]);
        let messages = crate::support::records(&run.stdout)[0]["messages"].clone();
        assert_eq!(
            (&messages[0]["text"], &messages[1]["text"]),
            (&words.into(), &"Bye".into())
        );
    }
}

/// What is documented, and what may come in future, is not odd.
#[test]
fn content_of_a_new_type_is_not_odd() {
    for content in [
        "null",
        "[]",
        r#"[{"type":"hologram","text":7,"url":[],"buttons":{}}]"#,
        r#"[{"type":"json","json":null}]"#,
        r#"[{"type":"text","text":""}]"#,
        r#"[{"type":"link","buttons":[]}]"#,
    ] {
        convexport("boost --input - -f jsonl")
            .stdin(&saved(content))
            .stdout();
    }
}

#[test]
fn the_summary_and_an_archive_know_of_odd_content() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        "-f jsonl --summary summary.json",
        "--archive a.db --summary summary.json",
    ] {
        let run = convexport("boost --input -")
            .args(args)
            .within(folder.path());
        run.stdin(&saved("[null]"))
            .run()
            .ends(0, &["conversation 1 has content"]);
        let summary = crate::support::summary(folder.path());
        assert_eq!(summary["odd_content"], serde_json::json!(["1"]));
        assert_eq!(summary["complete"], true);
    }
    // What brings nothing new is nothing to say again.
    let again = convexport("boost --input - --archive a.db").within(folder.path());
    again.stdin(&saved("[null]")).stdout();
}
