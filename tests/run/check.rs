//! `convexport check`: whether the vendor answers and lets the token in.

use crate::support::fake::{Fake, World};
use crate::support::{Run, convexport};

#[test]
fn check_asks_little_and_says_one_line() {
    let fake = Fake::start(World::with_conversations(3, |_| 2).with_boost(3, |_| 4));
    let (token, bot, boost_token) = {
        let world = fake.world();
        (
            world.token.clone(),
            world.bot_id.clone(),
            world.boost.token.clone(),
        )
    };
    let check = |vendor: &str, token: &str| -> Run {
        fake.forget();
        let run = convexport("check").args(vendor);
        let run = run
            .env("BP_API_URL", &fake.url())
            .env("BP_TOKEN", token)
            .env("BP_BOT_ID", &bot);
        run.env("BOOST_SITE", &fake.url())
            .env("BOOST_TOKEN", token)
            .run()
    };
    let read = format!("bot {bot} answers and the token may read it: it has conversations\n");
    let export = format!(
        "{} answers and the token may export from it with API v3, not with v4: 404 Not Found\n",
        fake.url()
    );
    // boost.ai is asked once in each version of its API.
    let expected = [
        ("botpress", &token, read, 1),
        ("boost", &boost_token, export, 2),
    ];
    for (vendor, token, line, requests) in expected {
        let good = check(vendor, token);
        assert_eq!(
            (good.code, good.stdout, good.stderr.as_str()),
            (0, line, "")
        );
        assert_eq!(fake.requests().len(), requests);
        check(vendor, "wrong").ends(4, &["401", "check B"]);
    }
    let away = convexport("check botpress --bot-id b --retries 0 --base-url http://127.0.0.1:9")
        .env("BP_TOKEN", "t");
    away.run()
        .ends(5, &["could not list the conversations of bot b"]);
    convexport("check boost").run().ends(2, &["no site"]);
}
