//! Which version of the API is used.

use super::site;
use crate::source::boost::{conversations, truth};
use crate::support::fake::{BoostFault, Fake, Recorded, When, World};
use crate::support::{Convexport, boost, convexport};

const RANGE: &str = "--since 2026-01-01 -f jsonl";

/// A site with these versions of the API, and a token for these.
fn site_of(versions: &[&'static str], scopes: &[&'static str]) -> Fake {
    let fake = site(3);
    fake.world().boost.versions = versions.to_vec();
    fake.world().boost.scopes = scopes.to_vec();
    fake
}

/// The paths of the requests, without the names.
fn asked(fake: &Fake) -> Vec<String> {
    let lines = fake.requests();
    let posts = lines.iter().filter(|request| request.method == "POST");
    posts.map(|request| request.path.clone()).collect()
}

const V3: &str = "/api/export/v3";
const V4: &str = "/api/export/v4.json";
const TOKEN: &str = "/api/oauth2/v1/token";

#[test]
fn auto_is_v3_or_else_v4() {
    for (versions, scopes, expected) in [
        (&["v3", "v4"][..], &["v3", "v4"][..], &[V3][..]),
        (&["v3"], &["v3"], &[V3]),
        (&["v4"], &["v4"], &[V3, V4]),
        // A token for v4.
        (&["v3", "v4"], &["v4"], &[V3, V4]),
    ] {
        let fake = site_of(versions, scopes);
        let run = boost(&fake, RANGE).args("-v").run();
        assert_eq!(
            (run.code, conversations(&run.stdout)),
            (0, truth(&fake)),
            "{}",
            run.stderr
        );
        assert_eq!(asked(&fake), expected);
        let said = run.stderr.contains("so API v4 is used");
        assert_eq!(said, expected.len() == 2, "{}", run.stderr);
    }
    for status in [404, 410, 403] {
        let fake = site_of(&["v4"], &["v4"]);
        fake.world().boost.versions.push("v3");
        fake.world().boost.scopes.push("v3");
        fake.world()
            .boost
            .fault(When::Nth(1), BoostFault::Status(status));
        let run = boost(&fake, RANGE).args("-v").run();
        assert_eq!(conversations(&run.stdout), truth(&fake));
        assert!(
            run.stderr
                .contains(&format!("the site answers API v3 with {status}")),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_given_version_is_the_only_one() {
    let fake = site_of(&["v4"], &["v4"]);
    boost(&fake, RANGE).args("--api v3").run().ends(1, &["404"]);
    assert_eq!(asked(&fake), [V3]);
    let fake = site_of(&["v3"], &["v3"]);
    boost(&fake, RANGE)
        .args("--api v4")
        .run()
        .ends(1, &["404", "check --site"]);
    assert_eq!(asked(&fake), [V4]);
}

/// The error is the one that helps.
#[test]
fn when_neither_answers_the_error_is_the_telling_one() {
    for (versions, scopes, code, part) in [
        (&[][..], &[][..], 1, "404"),
        (&["v3"], &[], 4, "403"),
        (&["v4"], &[], 4, "403"),
        (&["v3", "v4"], &[], 4, "403"),
    ] {
        let fake = site_of(versions, scopes);
        boost(&fake, RANGE).run().ends(code, &[part]);
        assert_eq!(asked(&fake), [V3, V4]);
    }
}

fn client(fake: &Fake, args: &str) -> Convexport {
    let secret = fake.world().boost.client_secret.clone();
    boost(fake, RANGE)
        .args("--client-id export-client")
        .args(args)
        .env("BOOST_CLIENT_SECRET", &secret)
        .without_env("BOOST_TOKEN")
}

#[test]
fn the_scope_fits_the_version() {
    let scopes = |fake: &Fake| {
        let requests = fake.requests();
        let tokens = requests.iter().filter(|request| request.path == TOKEN);
        let text = |request: &Recorded| String::from_utf8_lossy(&request.body).into_owned();
        tokens.map(text).collect::<Vec<_>>()
    };
    let form = |version: &str| format!("grant_type=client_credentials&scope=export%3A{version}");
    for (versions, args, expected) in [
        (&["v3", "v4"][..], "", &["v3"][..]),
        (&["v3", "v4"], "--api v4", &["v4"]),
        // The endpoint refuses the scope of v3.
        (&["v4"], "", &["v3", "v4"]),
    ] {
        let fake = site_of(versions, versions);
        let run = client(&fake, args).run();
        assert_eq!(
            (run.code, conversations(&run.stdout)),
            (0, truth(&fake)),
            "{}",
            run.stderr
        );
        let found = scopes(&fake);
        let (names, exports) = (found.len() - expected.len(), expected.len());
        assert_eq!(
            found[..exports],
            expected
                .iter()
                .map(|version| form(version))
                .collect::<Vec<_>>()
        );
        // Each list of names has a token too.
        assert!(
            found[exports..].iter().all(|body| *body == form("v4")),
            "{names}"
        );
    }
    let fake = site_of(&[], &[]);
    client(&fake, "")
        .run()
        .ends(1, &["could not get a token", "invalid_scope"]);
}

#[test]
fn check_says_which_versions_may_be_used() {
    let check = |fake: &Fake, args: &str| {
        let token = fake.world().boost.token.clone();
        convexport("check boost")
            .args(args)
            .env("BOOST_SITE", &fake.url())
            .env("BOOST_TOKEN", &token)
            .run()
    };
    let (both, v3, v4) = (&["v3", "v4"][..], &["v3"][..], &["v4"][..]);
    for (versions, scopes, args, end) in [
        (both, both, "", "with API v3 and v4\n"),
        (v3, v3, "", "with API v3, not with v4: 404 Not Found\n"),
        (both, v3, "", "with API v3, not with v4: 403 Forbidden\n"),
        (v4, v4, "", "with API v4, not with v3: 404 Not Found\n"),
        (both, both, "--api v4", "with API v4\n"),
    ] {
        let fake = site_of(versions, scopes);
        let run = check(&fake, args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let expected = format!(
            "{} answers and the token may export from it {end}",
            fake.url()
        );
        assert_eq!(run.stdout, expected);
    }
    check(&site_of(both, &[]), "").ends(4, &["403"]);
    check(&site_of(v4, v4), "--api v3").ends(1, &["404"]);
}

/// A tap takes the version as a flag does.
#[test]
fn a_tap_exports_with_v4() {
    let fake = Fake::start(World::new().with_boost(3, |_| 4));
    fake.world().boost.speak(&["v4"]);
    let folder = tempfile::tempdir().unwrap();
    let config = serde_json::json!({
        "source": "boost", "site": fake.url(), "token": fake.world().boost.token, "start_date": "2026-01-01", "api": "v4"});
    std::fs::write(folder.path().join("c.json"), config.to_string()).unwrap();
    let out = convexport("tap --config c.json")
        .within(folder.path())
        .stdout();
    let lines = out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let talks = lines.filter(|line| line["type"] == "RECORD" && line["stream"] == "conversations");
    assert_eq!(talks.count(), 3);
    assert_eq!(asked(&fake)[0], V4);
}
