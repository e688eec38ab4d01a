//! A filter that matches nothing says so on stderr, and what there is instead.

use crate::support::fake::{Action, Conversation, DAY, Fake, REFERENCE, Rule, World};
use crate::support::{botpress, convexport, summary};

/// Forty-five conversations of four integrations. The newest begins at 2026-11-20T10:46:36.
fn bot() -> Fake {
    Fake::start(World::with_conversations(45, |_| 1))
}

/// What an export that finds nothing says, which may be no failure.
fn said(fake: &Fake, args: &str) -> String {
    let run = botpress(fake, "-f jsonl").args(args).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, ""),
        "{args}: {}",
        run.stderr
    );
    let line = run
        .stderr
        .strip_prefix("convexport: warning: ")
        .unwrap_or(&run.stderr);
    line.trim_end().to_owned()
}

/// When the newest conversation of a fake was created.
fn newest(fake: &Fake) -> String {
    let at = fake
        .world()
        .conversations
        .iter()
        .map(|known| known.created_at)
        .max();
    crate::support::fake::utc(at.unwrap())
}

#[test]
fn what_there_is_instead_is_named() {
    let fake = bot();
    for (args, expected) in [
        (
            "--integration whatsap",
            "0 of 45 conversations match --integration whatsap; the bot has slack, telegram, webchat, whatsapp",
        ),
        (
            "--channel chanel",
            "0 of 45 conversations match --channel chanel; the bot has the channels channel, dm",
        ),
        (
            "--tag topic=return",
            "0 of 45 conversations match --tag topic=return; the bot has the tag topic with billing, delivery, hello & \
             goodbye, returns",
        ),
        (
            "--tag topik=returns",
            "0 of 45 conversations match --tag topik=returns; the bot has no tag topik, but topic, webchat:ref",
        ),
        (
            "--tag webchat:ref=x",
            "0 of 45 conversations match --tag webchat:ref=x; the bot has the tag webchat:ref with 15 values",
        ),
        (
            "--participant nobody",
            "0 of 45 conversations match --participant nobody",
        ),
        (
            "--integration slack --channel channel",
            "0 of 45 conversations match --channel channel --integration slack; the bot has slack, telegram, webchat, \
             whatsapp; the channels channel, dm",
        ),
    ] {
        assert_eq!(said(&fake, args), expected);
        assert_eq!(said(&fake, &format!("{args} --list")), expected);
        assert_eq!(said(&fake, &format!("{args} -q")), "");
    }
}

#[test]
fn a_range_that_has_nothing_says_when_the_newest_began() {
    let fake = bot();
    let newest = newest(&fake);
    for (args, flags) in [
        ("--since 2026-12-01", "--since 2026-12-01T00:00:00Z"),
        ("--until 2020-01-01", "--until 2020-01-01T00:00:00Z"),
        (
            "--active-since 2026-12-01",
            "--active-since 2026-12-01T00:00:00Z",
        ),
    ] {
        let expected =
            format!("0 of 45 conversations match {flags}; the newest was created {newest}");
        assert_eq!(said(&fake, args), expected);
    }
    let both = said(&fake, "--active-since 2026-01-01 --integration whatsap");
    assert_eq!(
        both,
        format!(
            "0 of 45 conversations match --active-since 2026-01-01T00:00:00Z --integration whatsap; the bot has slack, \
             telegram, webchat, whatsapp; the newest was created {newest}"
        )
    );
}

#[test]
fn only_the_newest_are_looked_at() {
    let mut world = World::with_conversations(450, |_| 0);
    // The integration of long ago.
    "sms".clone_into(&mut world.conversations[0].integration);
    let fake = Fake::start(world);
    let expected = "no conversation matches --integration whatsap; the newest 200 have slack, telegram, webchat, whatsapp";
    assert_eq!(said(&fake, "--integration whatsap"), expected);
    // The filtered list, and ten pages of the other.
    assert_eq!(fake.asked(), 11);
    let one = Fake::start(World::with_conversations(1, |_| 0));
    assert!(said(&one, "--channel x").starts_with("0 of 1 conversation match"));
    let exact = Fake::start(World::with_conversations(200, |_| 0));
    assert!(said(&exact, "--integration x").starts_with("0 of 200 conversations match"));
}

#[test]
fn a_bot_without_conversations_says_so() {
    let fake = Fake::start(World::new());
    let expected = "no conversation matches --integration webchat: the bot has none";
    assert_eq!(said(&fake, "--integration webchat"), expected);
    assert_eq!(
        said(&fake, ""),
        "",
        "without a filter there is nothing to say"
    );
}

#[test]
fn what_was_found_is_not_explained() {
    let fake = bot();
    assert_ne!(
        botpress(&fake, "--integration whatsapp -f jsonl").stdout(),
        ""
    );
    // It is named already, and counts as found.
    botpress(&fake, "--conversation nowhere")
        .run()
        .ends(3, &["nowhere"]);
}

#[test]
fn a_list_that_cannot_be_read_costs_the_names_alone() {
    let unfiltered = Rule::test(|request| {
        request.path == "/v1/chat/conversations" && request.param("integrationName").is_none()
    });
    let fake = bot();
    fake.world()
        .faults
        .push(unfiltered.answer(Action::Status(403)));
    assert_eq!(
        said(&fake, "--integration whatsap"),
        "no conversation matches --integration whatsap"
    );
}

/// Names come from customers, and may be made to deceive.
#[test]
fn names_are_shown_harmless_and_short() {
    let mut talk = Conversation::new("talk", REFERENCE - DAY);
    talk.tags = vec![(
        "topic".to_owned(),
        format!("a\u{1b}[31m\nconvexport: error: b{}", "x".repeat(100)),
    )];
    let fake = Fake::start(World::new().conversation(talk));
    let line = said(&fake, "--tag topic=x");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(!line.contains('\u{1b}') && line.len() < 160, "{line}");
}

/// With an archive the first run with these filters says it, and later ones are quiet.
#[test]
fn an_archive_hears_it_once() {
    let fake = bot();
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        let run = botpress(&fake, "--archive a.db --summary summary.json").args(args);
        run.within(folder.path()).run()
    };
    run("--integration whatsap").ends(
        0,
        &["0 of 45 conversations match --integration whatsap; the bot has slack"],
    );
    assert_eq!(summary(folder.path())["complete"], true);
    assert_eq!(run("--integration whatsap").stderr, "");
    let other = run("--integration webchatt");
    other.ends(
        0,
        &[
            "this archive was begun with --integration whatsap",
            "match --integration webchatt",
        ],
    );
    assert_eq!(run("--integration webchatt").stderr, "");
    // A check finds nothing missing, and needs no explanation.
    let (token, id) = {
        let world = fake.world();
        (world.token.clone(), world.bot_id.clone())
    };
    let check = convexport("check botpress --archive a.db").within(folder.path());
    let check = check
        .env("BP_API_URL", &fake.url())
        .env("BP_TOKEN", &token)
        .env("BP_BOT_ID", &id);
    check.stdout();
}
