use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path};

use proptest::prelude::*;

use super::*;

#[test]
fn ids_are_safe_and_distinct() {
    assert_eq!(
        safe("712af378-8621-4948-885e-51660424c04a"),
        "712af378-8621-4948-885e-51660424c04a"
    );
    assert_eq!(
        safe("../../etc/passwd"),
        "______etc_passwd~3754d6cb3a38e118"
    );
    let ids = [
        "A", "a", "a/b", "a_b", "a\\b", "", ".", "..", "con:", "con", "con_", "é", "a b", "a.",
    ];
    let names: std::collections::HashSet<_> =
        ids.iter().map(|id| safe(id).to_lowercase()).collect();
    assert_eq!(names.len(), ids.len());
    assert!(safe(&"x".repeat(500)).len() < 100);
}

fn conversation(
    id: &str,
    channel: Option<&str>,
    created: Option<&str>,
    source: Vendor,
) -> Conversation {
    Conversation {
        source,
        account: None,
        id: id.to_owned(),
        created_at: created.map(|time| time.parse().unwrap()),
        updated_at: None,
        channel: channel.map(str::to_owned),
        title: None,
        tags: BTreeMap::new(),
        handover: None,
        messages: Vec::new(),
        users: None,
        states: None,
        reported_count: None,
        fetched_since: None,
        lacks_names: false,
        has_odd_content: false,
        raw: None,
    }
}

#[test]
fn fields_are_filled_in() {
    let talk = conversation(
        "x7",
        Some("web/Chat"),
        Some("2026-11-20T23:30:05.5Z"),
        Vendor::Boost,
    );
    let name = |template: &str| {
        template
            .parse::<NameTemplate>()
            .unwrap()
            .file_name(&talk, "json")
    };
    assert_eq!(name("{date}_{id}"), "2026-11-20_x7.json");
    assert_eq!(
        name("{source}/{year}/{month}/{day}/{time} {id}"),
        "boost/2026/11/20/233005 x7.json"
    );
    assert_eq!(name("{channel}_{id}.json"), "web-chat_x7.json");
    assert_eq!(
        NameTemplate::default().file_name(&talk, "txt"),
        "2026-11-20_x7.txt"
    );
    let undated = conversation("x7", None, None, Vendor::Boost);
    let name: NameTemplate = "{year}/{channel}/{id}".parse().unwrap();
    assert_eq!(name.file_name(&undated, "txt"), "undated/unknown/x7.txt");
}

#[test]
fn templates_that_lead_astray_are_refused() {
    for template in [
        "",
        "{date}",
        "{id}{id}",
        "{ID}",
        "{id",
        "id}",
        "{}{id}",
        "/{id}",
        "{id}/",
        "a//{id}",
        "../{id}",
        "./{id}",
        "{id}/..",
        "{id}.",
        "{id} ",
        "a\\{id}",
        "c:{id}",
        "{id}\n",
        "{channel}{id}",
        "{channel}-{id}",
        "{id}x{channel}",
        "{channel}{date}_{id}",
        "{id}{channel}",
    ] {
        assert!(template.parse::<NameTemplate>().is_err(), "{template}");
    }
    assert!(
        format!("{{id}}{}", "x".repeat(200))
            .parse::<NameTemplate>()
            .is_err()
    );
    for template in [
        "{id}",
        "{channel}/{id}",
        "{channel}_{id}",
        "{id} {channel}",
        "{channel}.{date}{id}",
    ] {
        assert!(template.parse::<NameTemplate>().is_ok(), "{template}");
    }
}

fn any_template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{channel}"),
        Just("{source}"),
        Just("{date}"),
        Just("{year}"),
        Just("{time}"),
        Just("/"),
        Just("_"),
        Just("-"),
        Just("."),
        Just(".."),
        Just("a"),
        Just(" "),
        Just("\\"),
        Just("CON"),
        Just("0"),
        Just("u"),
    ];
    let pieces = || proptest::collection::vec(piece.clone(), 0..4);
    (pieces(), pieces())
        .prop_map(|(before, after)| format!("{}{{id}}{}", before.concat(), after.concat()))
}

fn any_id() -> impl Strategy<Value = String> {
    prop_oneof![
        // So few characters that names would collide often.
        4 => "[a-]{1,3}",
        2 => "[a0_u-]{1,4}",
        1 => "(undated|boost|botpress|2026|con|[./\\\\]|_|-|a){0,4}",
        1 => any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn no_name_leads_out_of_the_folder_and_no_two_ids_share_one(
        template in any_template(),
        talks in proptest::collection::vec(
            (any_id(), proptest::option::of(any_id()), any::<bool>(), any::<bool>()), 2..40),
    ) {
        let Ok(template) = template.parse::<NameTemplate>() else {
            return Ok(());
        };
        let mut taken: HashMap<String, String> = HashMap::new();
        for (id, channel, dated, boost) in talks {
            let created = dated.then_some("2026-11-20T10:00:00Z");
            let source = if boost { Vendor::Boost } else { Vendor::Botpress };
            let name = template.file_name(&conversation(&id, channel.as_deref(), created, source), "json");
            let path = Path::new(&name);
            prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{name}");
            prop_assert!(!name.contains(['\\', ':']) && name.split('/').all(|part| part.len() <= LONGEST + 5 && !part.is_empty()));
            if let Some(earlier) = taken.insert(name.to_lowercase(), id.clone()) {
                prop_assert_eq!(earlier, id, "{}", name);
            }
        }
    }
}
