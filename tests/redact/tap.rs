//! The redaction of a tap, whose flags are in its config.

use serde_json::json;

use super::{bot, check_clean, folder};
use crate::run::tap::{stream, tap_with};
use crate::support::fake::Fake;

#[test]
fn a_tap_is_redacted_with_a_key_that_stays() {
    let fake = Fake::start(bot());
    let folder = folder();
    let run = |config| tap_with(&fake, "botpress", folder.path(), &config, "");
    let lines =
        run(json!({"redact": true, "redact_key_file": "key", "with_users": true, "region": "NO"}))
            .stdout();
    check_clean("the tap", &lines);
    let messages = stream(&lines, "messages");
    let text = messages[0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("[PERSON-") && text.contains("ring [PHONE-"),
        "{text}"
    );
    assert!(!lines.contains("\"raw\""), "{lines}");
    let some = run(json!({"redact": ["email"], "redact_key_file": "key"})).stdout();
    assert!(some.contains("NORDMANN") && some.contains("[EMAIL-"));
    for (config, part) in [
        (json!({"redact": true}), "redact_key_file"),
        (
            json!({"redact": true, "redact_key_file": "key", "redact_ids": true}),
            "redact_ids",
        ),
        (
            json!({"redact": ["mail"], "redact_key_file": "key"}),
            "`mail` is no class",
        ),
        (json!({"keep": "email"}), "--keep goes with --redact"),
    ] {
        run(config).run().ends(2, &[part]);
    }
}
