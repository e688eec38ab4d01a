//! What `--help` and `--version` say.

use crate::support::convexport;

#[test]
fn help_is_for_newcomers_and_shows_no_secret() {
    let help = |args: &str| {
        convexport(args)
            .env("BP_TOKEN", "s3cr3t-t0ken")
            .env("BP_BOT_ID", "my-bot")
            .stdout()
    };
    let top = help("--help");
    assert!(
        top.contains("botpress") && top.contains("Exit codes:"),
        "{top}"
    );
    let (short, long) = (help("botpress -h"), help("botpress --help"));
    assert!(
        long.contains("Examples:") && long.contains("convexport botpress --bot-id ID"),
        "{long}"
    );
    assert!(short.len() < long.len());
    for flag in [
        "--bot-id",
        "--since",
        "--tag",
        "--concurrency",
        "--token-file",
        "--with-users",
        "BP_TOKEN",
    ] {
        assert!(short.contains(flag), "{flag} is not in: {short}");
    }
    assert!(
        short.contains("created at or after"),
        "help says which time is meant"
    );
    for text in [&top, &short, &long] {
        assert!(!text.contains("s3cr3t") && !text.contains("my-bot"));
    }
    assert_eq!(
        convexport("--version").stdout(),
        concat!("convexport ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn help_says_which_time_is_meant() {
    let help = convexport("boost -h")
        .env("BOOST_TOKEN", "s3cr3t")
        .env("BOOST_CLIENT_SECRET", "s3cr3t")
        .stdout();
    assert!(
        help.contains("with an end-user interaction at or after WHEN"),
        "{help}"
    );
    assert!(
        help.contains("BOOST_TOKEN") && !help.contains("s3cr3t"),
        "{help}"
    );
}

/// A command that gives `--since` a meaning of its own says so in the long help, too.
#[test]
fn the_long_help_says_what_since_means() {
    for (command, meaning) in [
        (
            "boost",
            "Only conversations with an end-user interaction at or after WHEN",
        ),
        ("search", "Only messages sent at or after WHEN"),
        ("botpress", "Only conversations created at or after WHEN"),
    ] {
        let help = convexport(command).args("--help").stdout();
        let since = help.split("--since <WHEN>").nth(1).unwrap();
        let since: String = since.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            since.starts_with(&format!("{meaning} WHEN is a date")),
            "{command}: {since}"
        );
    }
}
