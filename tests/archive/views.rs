//! The views of an archive: the rows of `-f messages` and `-f conversations`, as SQL finds them.

use std::fs;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use super::{Nights, quiet};
use crate::source::saved::{lines, talk};
use crate::support::fake::World;
use crate::support::{convexport, records};

/// The rows of a view, with their columns in order.
fn rows(nights: &Nights, view: &str) -> (Vec<String>, Vec<Value>) {
    let database = Connection::open(nights.path("a.db")).unwrap();
    let mut select = database.prepare(&format!("SELECT * FROM {view}")).unwrap();
    let columns: Vec<_> = select.column_names().map(str::to_owned).collect();
    let value = |value: ValueRef| match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        text => text.as_str().unwrap().into(),
    };
    let row = |row: &rusqlite::Row| {
        let cells = columns.iter().enumerate();
        let cells = cells.map(|(at, name)| Ok((name.clone(), value(row.get_ref(at)?))));
        cells.collect::<rusqlite::Result<Value>>()
    };
    let rows = select
        .query_map([], row)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    (columns, rows)
}

/// The rows that a format has. SQLite has no other true than 1.
fn rendered(nights: &Nights, format: &str) -> (Vec<String>, Vec<Value>) {
    let out = convexport("render a.db -f")
        .args(format)
        .within(nights.folder.path())
        .stdout();
    let mut rows = records(&out);
    for value in rows
        .iter_mut()
        .flat_map(|row| row.as_object_mut().unwrap().values_mut())
    {
        if let Value::Bool(flag) = value {
            *value = i64::from(*flag).into();
        }
    }
    let first = out.lines().next().unwrap();
    let mut columns: Vec<_> = rows[0].as_object().unwrap().keys().cloned().collect();
    columns.sort_by_key(|name| first.find(&format!("\"{name}\":")));
    (columns, rows)
}

fn by_key(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_key(|row| {
        format!(
            "{} {} {:9}",
            row["source"], row["conversation_id"], row["seq"]
        )
    });
    rows
}

/// A conversation with everything that a metric has to cope with.
fn odd() -> Value {
    let mut odd = talk("odd", "2026-11-01T08:00:00Z");
    let message = |id: &str, time: &str, role: &str, user: Option<&str>, author: Option<&str>| {
        json!({"id": id, "created_at": (!time.is_empty()).then(|| format!("2026-11-01T{time}Z")), "role": role,
               "user_id": user, "author": author, "type": "text", "text": "x", "options": [], "attachments": [], "raw": {}})
    };
    odd["messages"] = json!([
        message("1", "08:00:59.999999", "user", None, Some("nobody")),
        message("2", "08:01:00.000001", "user", Some("u"), None),
        message("3", "", "system", Some("s"), None),
        message("4", "08:01:01.25", "agent", Some("a"), Some("Kari \"K\"\n")),
        message("5", "08:01:01", "agent", Some("a"), Some("Åse")),
        message("6", "08:01:02", "agent", Some("a"), Some("Kari \"K\"\n")),
        message("7", "08:01:03", "user", Some("v"), Some("Vera")),
        message("8", "08:01:04", "system", None, None),
    ]);
    odd["title"] = "A title".into();
    odd["tags"] = json!({"topic": "a \"b\""});
    let user = |id: &str, name: &str| json!({"id": id, "name": name, "tags": {}, "role": "user"});
    odd["users"] = json!([user("v", "Vera"), user("u", "Uwe"), user("a", "Kari")]);
    odd
}

#[test]
fn the_views_have_the_rows_of_the_formats() {
    let nights =
        Nights::new(World::with_conversations(30, |i| i % 9).with_boost(30, |i| 2 + i % 12));
    quiet(nights.bot("--with-users"));
    quiet(nights.site(""));
    // Half of the site's conversations as API v4 has them.
    nights.fake.world().boost.speak(&["v4"]);
    quiet(nights.site("--until 2026-10-20"));
    fs::write(nights.path("odd.jsonl"), lines(&[odd()])).unwrap();
    quiet(convexport("render odd.jsonl --archive a.db").within(nights.folder.path()));
    for (view, format) in [
        ("message_rows", "messages"),
        ("conversation_rows", "conversations"),
    ] {
        let (columns, found) = rows(&nights, view);
        let (expected_columns, expected) = rendered(&nights, format);
        assert_eq!(columns, expected_columns);
        assert!(found.len() > 50);
        let (found, expected) = (by_key(found), by_key(expected));
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected);
        }
    }
    let odd = nights.sql(
        "SELECT first_response_seconds || '', first_agent_seconds || '', duration_seconds || '', agents, last_role, user_id, user_name
         FROM conversation_rows WHERE conversation_id = 'odd'",
    );
    // A minute and a second begin between the two messages.
    assert_eq!(
        odd,
        [r#"1.250001|1.250001|4.000001|["Kari \"K\"\n","Åse"]|user|u|Uwe"#]
    );
}

/// What is not asked for costs nothing, and no message of a conversation has to be looked at for each of them.
#[test]
fn the_views_do_no_needless_work() {
    let nights = Nights::new(World::new());
    quiet(nights.bot(""));
    let plan = |query: &str| {
        nights
            .sql(&format!("EXPLAIN QUERY PLAN {query}"))
            .join("\n")
    };
    let few =
        plan("SELECT channel, sum(messages), count(*) FROM conversation_rows GROUP BY channel");
    assert!(!few.contains("SUBQUERY"), "{few}");
    for view in ["message_rows", "conversation_rows"] {
        let name = plan(&format!("SELECT user_name FROM {view}"));
        assert!(name.contains("USING INDEX messages_of_people"), "{name}");
    }
}
