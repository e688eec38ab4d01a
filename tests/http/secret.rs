//! No secret comes out anywhere: in no output, log, error, archive or summary, whatever the vendor answers.

use std::fs;
use std::path::Path;

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Convexport, boost, botpress, side_by_side};

/// So much of a secret is enough to recognise it, also where it was cut off.
const TELLING: usize = 12;

const CLIENT: &str = "client-of-the-tests";

/// A run's options and what it may leave behind: every kind of file that the program writes, and both kinds of log.
const RUNS: &[&str] = &[
    "-v -f jsonl --summary summary.json",
    "-v --log-format json -d all -f json --summary summary.json --archive a.db",
    "-v -o all.jsonl --summary summary.json --archive a.db",
    "-f text --summary -",
];

/// Runs the command in every way; none may show one of the secrets. The exit code is the same each time.
fn keeps(secrets: &[&str], code: i32, command: impl Fn(&str) -> Convexport) {
    for options in RUNS {
        let folder = tempfile::tempdir().unwrap();
        let run = command(options).within(folder.path()).run();
        run.ends(code, &[]);
        let mut all = vec![
            ("stdout".to_owned(), run.stdout.into_bytes()),
            ("stderr".to_owned(), run.stderr.into_bytes()),
        ];
        files(folder.path(), &mut all);
        for (place, bytes) in &all {
            let text = String::from_utf8_lossy(bytes);
            for secret in secrets {
                let told = text.contains(&secret[..TELLING]);
                assert!(!told, "{secret} is in {place} of `{options}`: {text}");
            }
        }
        let written: usize = all.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(written > 0, "nothing to look at");
    }
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// Answers that repeat what was sent: as an error object, as plain text that is cut off within it, as a page, and as an
/// address to go to.
fn echoes(code: u16, secret: &str) -> Vec<Action> {
    let with = |headers: Vec<(String, String)>, body: String| Action::StatusWith {
        code,
        headers,
        body,
    };
    let padding = "x".repeat(500 - TELLING - 1);
    let address = format!("http://127.0.0.1:9/?token={secret}");
    let mut all = vec![
        with(
            vec![],
            format!(r#"{{"type":"Refused","message":"not for {secret}"}}"#),
        ),
        with(
            vec![],
            format!(r#"{{"error":"Bearer {secret}","error_description":"{secret}"}}"#),
        ),
        with(vec![], format!("{padding}{secret}")),
        with(
            vec![("Location".to_owned(), address)],
            format!("<html>{secret}</html>"),
        ),
    ];
    if code >= 500 {
        // Each is asked for again after a pause, and tells that.
        all.truncate(1);
    }
    all
}

#[test]
fn a_run_that_goes_well_tells_no_token() {
    let fake = Fake::start(World::with_conversations(6, |_| 3).with_boost(6, |_| 3));
    let (token, other) = tokens(&fake);
    keeps(&[&token], 0, |options| {
        botpress(&fake, options).args("--with-users")
    });
    keeps(&[&other], 0, |options| {
        boost(&fake, options).args("--since 2026-01-01T00:00:00Z")
    });
}

#[test]
fn a_botpress_answer_that_repeats_the_token_does_not_tell_it() {
    let refusals = [(401, 4), (403, 4), (302, 1), (500, 5)];
    side_by_side(refusals, |(status, code)| {
        every_echo("/conversations", status, code);
    });
    // Of single conversations the summary and the state tell what went wrong.
    every_echo("/messages", 403, 3);
}

fn every_echo(on: &str, status: u16, code: i32) {
    let token = World::new().token;
    for echo in echoes(status, &token) {
        let world = World::with_conversations(3, |_| 1).rule(Rule::on(on).answer(echo));
        let fake = Fake::start(world);
        keeps(&[&token], code, |options| {
            botpress(&fake, options).args("--retries 1")
        });
    }
}

#[test]
fn an_answer_of_another_shape_does_not_tell_the_token() {
    let token = World::new().token;
    let echo = Action::Body(format!("\"{token}\""));
    let fake = Fake::start(World::new().rule(Rule::on("/conversations").answer(echo)));
    keeps(&[&token], 1, |options| botpress(&fake, options));
}

#[test]
fn a_boost_answer_that_repeats_the_token_does_not_tell_it() {
    let token = World::new().boost.token;
    let mut answers = Vec::new();
    for (status, code) in [(401, 4), (403, 4), (302, 1), (503, 5)] {
        answers.extend(echoes(status, &token).into_iter().map(|echo| (echo, code)));
    }
    let error = format!(r#"[{{"type":"error","message":"not for {token}"}}]"#);
    answers.push((Action::Body(error), 3));
    side_by_side(answers, |(echo, code)| {
        let world = World::new().with_boost(3, |_| 1);
        let fake = Fake::start(world.rule(Rule::on("/export").answer(echo)));
        keeps(&[&token], code, |options| {
            // Both ways of reading a stream have their turn.
            let windows = if options.contains("--archive") {
                ""
            } else {
                "--until 2026-11-21T00:00:00Z --parallel-windows 2"
            };
            let range = "--since 2026-01-01T00:00:00Z --retries 1";
            boost(&fake, options).args(range).args(windows)
        });
    });
}

#[test]
fn client_credentials_are_told_by_nobody() {
    let secret = World::new().boost.client_secret;
    // What goes over the wire in the place of the two: `CLIENT:` and the secret in Base64.
    let coded = "Y2xpZW50LW9mLXRoZS10ZXN0czp0aGlzLWlzLW5vdC1hLXJlYWwtc2VjcmV0";
    let issued = "issued_not_a_real_token_";
    let run = |fake: &Fake, code| {
        let url = format!("{}/oauth/token", fake.url());
        keeps(&[&secret, coded, issued], code, |options| {
            // So that each run is given the first token.
            fake.world().boost.issued.clear();
            boost(fake, options)
                .without_env("BOOST_TOKEN")
                .env("BOOST_CLIENT_ID", CLIENT)
                .env("BOOST_CLIENT_SECRET", &secret)
                .args("--since 2026-01-01T00:00:00Z --retries 1 --token-url")
                .arg(&url)
        });
    };
    let site = || {
        let mut world = World::new().with_boost(3, |_| 1);
        world.boost.client_id = CLIENT.to_owned();
        world
    };
    run(&Fake::start(site()), 0);
    for repeated in [&*secret, coded] {
        for echo in echoes(401, repeated) {
            run(
                &Fake::start(site().rule(Rule::on("/oauth").answer(echo))),
                4,
            );
        }
    }
    for echo in echoes(403, &format!("{issued}1")) {
        run(
            &Fake::start(site().rule(Rule::on("/export").answer(echo))),
            4,
        );
    }
}

fn tokens(fake: &Fake) -> (String, String) {
    let world = fake.world();
    (world.token.clone(), world.boost.token.clone())
}

#[test]
fn a_secret_is_hidden_however_an_answer_writes_it() {
    let secret = "Zm9v/bGFu+Z2x5=c2Vj&cmV0";
    for written in [
        "Zm9v%2FbGFu%2BZ2x5%3Dc2Vj%26cmV0",
        "Zm9v%2fbGFu%2bZ2x5%3dc2Vj%26cmV0",
        r"Zm9v\/bGFu+Z2x5=c2Vj&cmV0",
        "Zm9v/bGFu+Z2x5=c2Vj&amp;cmV0",
        // In base64.
        "Wm05di9iR0Z1K1oyeDU9YzJWaiZjbVYw",
    ] {
        let body = format!("not for {written}.");
        let answer = Action::StatusWith {
            code: 400,
            headers: vec![],
            body,
        };
        let fake = Fake::start(World::new().rule(Rule::on("/conversations").answer(answer)));
        let run = botpress(&fake, "").env("BP_TOKEN", secret).run();
        run.ends(1, &["not for ***."]);
    }
}
