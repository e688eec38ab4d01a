//! Client credentials, and the token that they get.

use std::fs;

use super::{conversations, site, truth};
use crate::support::boost;
use crate::support::fake::{Action, BoostFault, Fake, Rule, When, World};

#[test]
fn client_credentials_get_a_token() {
    let fake = site(3);
    let (id, secret) = {
        let boost = &fake.world().boost;
        (boost.client_id.clone(), boost.client_secret.clone())
    };
    let token_url = format!("{}/oauth/token", fake.url());
    let run = |secret: &str| {
        boost(&fake, "--since 2026-01-01 -f jsonl -v --token-url")
            .arg(&token_url)
            .env("BOOST_CLIENT_ID", &id)
            .env("BOOST_CLIENT_SECRET", secret)
            .without_env("BOOST_TOKEN")
    };
    let good = run(&secret).run();
    assert_eq!((good.code, conversations(&good.stdout)), (0, truth(&fake)));
    assert!(!good.stderr.contains(&secret) && !good.stderr.contains("Bearer"));
    let asked = &fake.requests()[0];
    assert_eq!(asked.path, "/oauth/token");
    assert!(String::from_utf8_lossy(&asked.body).contains("scope=export%3Av3"));
    run("wrong-secret").run().ends(
        4,
        &["could not get a token for client", "401", "client secret"],
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, &secret).unwrap();
    let from_file = run("unused").arg("--client-secret-file").arg(&file).run();
    assert_eq!(from_file.code, 0, "{}", from_file.stderr);
    // Without an address, the usual one of a site.
    fake.forget();
    let usual = boost(&fake, "--since 2026-01-01 -f jsonl --client-id")
        .arg(&id)
        .env("BOOST_CLIENT_SECRET", &secret)
        .without_env("BOOST_TOKEN");
    assert_eq!(conversations(&usual.stdout()), truth(&fake));
    assert_eq!(fake.requests()[0].path, "/api/oauth2/v1/token");
    let no_secret = boost(&fake, "--since 7d --client-id c --token-url")
        .arg(&token_url)
        .run();
    no_secret.ends(
        2,
        &[
            "no client secret",
            "BOOST_CLIENT_SECRET",
            "--client-secret-file",
        ],
    );
}

#[test]
fn a_token_endpoints_own_words_are_shown() {
    let fake = Fake::start(World::new());
    let body = r#"{"error":"invalid_scope","error_description":"not for this client"}"#.to_owned();
    let answer = Action::StatusWith {
        code: 400,
        headers: Vec::new(),
        body,
    };
    fake.world().faults.push(Rule::on("/oauth").answer(answer));
    let url = format!("{}/oauth/token", fake.url());
    let run = boost(&fake, "--since 1d --client-id c --token-url")
        .arg(url)
        .env("BOOST_CLIENT_SECRET", "not-a-real-secret")
        .run();
    run.ends(1, &["invalid_scope: not for this client"]);
}

/// A token may expire while a rate limit is waited for.
#[test]
fn each_attempt_has_a_token_of_its_own() {
    let fake = site(3);
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::Status(429));
    let secret = fake.world().boost.client_secret.clone();
    let out = boost(
        &fake,
        "--since 2026-01-01 -f jsonl --client-id export-client --token-url",
    )
    .arg(format!("{}/oauth/token", fake.url()))
    .env("BOOST_CLIENT_SECRET", &secret)
    .stdout();
    assert_eq!(conversations(&out), truth(&fake));
    let paths: Vec<_> = fake
        .requests()
        .iter()
        .map(|request| request.path.clone())
        .collect();
    assert_eq!(
        paths,
        [
            "/oauth/token",
            "/api/export/v3",
            "/oauth/token",
            "/api/export/v3"
        ]
    );
}
