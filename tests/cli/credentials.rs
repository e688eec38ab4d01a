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
