//! Where the token and the name of the bot come from.

use crate::support::botpress;
use crate::support::fake::{Fake, World};

#[test]
fn a_missing_bot_or_token_is_a_usage_error() {
    let fake = Fake::start(World::new());
    let bot = ["no bot", "--bot-id", "BP_BOT_ID"];
    botpress(&fake, "")
        .without_env("BP_BOT_ID")
        .run()
        .ends(2, &bot);
    botpress(&fake, "")
        .env("BP_BOT_ID", " ")
        .run()
        .ends(2, &bot);
    let token = ["no access token", "BP_TOKEN", "--token-file"];
    botpress(&fake, "")
        .without_env("BP_TOKEN")
        .run()
        .ends(2, &token);
    botpress(&fake, "")
        .env("BP_TOKEN", "")
        .run()
        .ends(2, &token);
    botpress(&fake, "--token-file -")
        .stdin(" \n")
        .run()
        .ends(2, &["the access token's file - is empty"]);
    let two = botpress(&fake, "")
        .env("BP_TOKEN", "Bearer secret-thing")
        .run();
    two.ends(
        2,
        &["BP_TOKEN holds no access token", "the access token alone"],
    );
    assert!(!two.stderr.contains("secret-thing"));
    botpress(&fake, "--token-file nowhere")
        .run()
        .ends(1, &["could not read the access token's file nowhere"]);
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn the_token_can_come_from_a_file_or_stdin() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let token = fake.world().token.clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let from_file = botpress(&fake, "--token-file")
        .arg(&file)
        .without_env("BP_TOKEN")
        .stdout();
    let from_stdin = botpress(&fake, "--token-file -")
        .env("BP_TOKEN", "wrong")
        .stdin(&token)
        .stdout();
    assert_eq!(from_file, from_stdin);
}

#[test]
fn a_token_in_the_wrong_place_is_not_shown() {
    let fake = Fake::start(World::new());
    let secret = "bp_pat_4f5a1c2e9d8b7a6c";
    for args in ["--token-file", "--summary s.json --token-file"] {
        let folder = tempfile::tempdir().unwrap();
        let run = botpress(&fake, args)
            .arg(secret)
            .within(folder.path())
            .run();
        run.ends(
            1,
            &["could not read the access token's file", "not the secret"],
        );
        assert!(!run.stderr.contains(&secret[..12]), "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_token_file_ends() {
    let fake = Fake::start(World::new());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("long"), "x".repeat(100_000)).unwrap();
    botpress(&fake, "--token-file /dev/zero")
        .run()
        .ends(1, &["/dev/zero: it is no regular file"]);
    botpress(&fake, "--token-file long")
        .within(folder.path())
        .run()
        .ends(1, &["long: it is too long to be one"]);
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn the_id_of_a_bot_is_taken_out_of_the_address_of_its_dashboard() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let bot = fake.world().bot_id.clone();
    let usual = botpress(&fake, "").stdout();
    for address in [
        "https://app.botpress.cloud/workspaces/w/chatbots/",
        "https://studio.botpress.cloud/bots/",
    ] {
        for rest in ["", "/conversations?page=2", "#top"] {
            let run = botpress(&fake, "--bot-id").arg(format!("{address}{bot}{rest}"));
            assert_eq!(run.stdout(), usual);
        }
    }
    botpress(&fake, "--bot-id https://app.botpress.cloud/workspaces/w")
        .run()
        .ends(2, &["there is no bot in https://app.botpress.cloud"]);
}
