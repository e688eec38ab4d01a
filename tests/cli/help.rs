//! What `--help` and `--version` say.

use crate::support::convexport;

/// Every command that has a help.
const COMMANDS: [&str; 15] = [
    "",
    "botpress",
    "boost",
    "render",
    "search",
    "stats",
    "check",
    "check botpress",
    "check boost",
    "verify",
    "forget",
    "tap",
    "schema",
    "completions",
    "man",
];

/// What a flag of help shows on a terminal of 80 columns.
fn help(command: &str, flag: &str) -> String {
    convexport(command).arg(flag).env("COLUMNS", "80").stdout()
}

/// The flags that a help explains.
fn flags(help: &str) -> Vec<&str> {
    let (_, explained) = help.split_once("\nUsage: ").unwrap();
    let explained = explained.split("\nMore examples:").next().unwrap();
    let words = explained.lines().filter_map(|line| {
        let line = line.strip_prefix("  ")?;
        let (short, rest) = line.split_at_checked(4)?;
        (short.trim().is_empty() || short.starts_with('-')).then_some(rest)
    });
    let words = words.filter(|rest| rest.starts_with("--"));
    words
        .map(|rest| rest.split([' ', '[', '=']).next().unwrap())
        .collect()
}

/// The lines below a heading, up to an empty one.
fn below<'a>(help: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn the_short_help_fits_two_screens() {
    for command in COMMANDS {
        let help = help(command, "-h");
        let lines = help.lines().count();
        assert!(lines <= 48, "{command} has {lines} lines");
        assert!(help.lines().all(|line| line.chars().count() <= 80));
    }
}

#[test]
fn three_whole_examples_come_before_the_usage() {
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let help = help(command, flag);
            let (before, _) = help.split_once("\nUsage: ").unwrap();
            let examples = below(before, "Examples:");
            let titles = examples.iter().filter(|line| line.ends_with(':'));
            assert_eq!(titles.count(), 3, "{command}: {before}");
            let mut in_a_line = false;
            for line in [examples, below(&help, "More examples:")].concat() {
                let text = line.trim_start();
                // The rest of a line that was too long begins with another word, as deep as the line itself.
                let whole = match line.len() - text.len() {
                    2 => text.ends_with(':'),
                    4 => ["convexport ", "tail ", "echo "]
                        .iter()
                        .any(|word| text.starts_with(word)),
                    6 => in_a_line,
                    _ => false,
                };
                assert!(whole && line.len() <= 80, "{command}: {line}");
                in_a_line = line.ends_with('\\');
            }
        }
    }
}

#[test]
fn the_short_help_counts_what_the_long_one_adds() {
    for (command, some) in [
        (
            "botpress",
            "43 more options: output details, one format only, redaction, filters, network, media, archive, run, messages.",
        ),
        (
            "boost",
            "47 more options: output details, one format only, redaction, filters, network, media, archive, run, messages.",
        ),
        ("check boost", "8 more options: network, messages."),
    ] {
        let (short, long) = (help(command, "-h"), help(command, "--help"));
        let (usual, all) = (flags(&short), flags(&long));
        let count: usize = some.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(
            all.len() - usual.len(),
            count,
            "{command}: {usual:?} {all:?}"
        );
        // Those that both have come first, and in the same order.
        assert_eq!(all[..usual.len()], usual, "{command}");
        let said: Vec<_> = short.split_whitespace().collect();
        assert!(
            said.join(" ").ends_with(&format!("--help shows {some}")),
            "{short}"
        );
    }
}

#[test]
fn the_help_of_a_vendor_is_silent_on_the_other() {
    for command in ["botpress", "check botpress"] {
        for flag in ["-h", "--help"] {
            let help = help(command, flag);
            assert!(help.contains("BP_TOKEN"));
            assert!(
                !help.to_lowercase().contains("boost"),
                "{command} {flag}: {help}"
            );
        }
    }
    for command in ["boost", "check boost"] {
        for flag in ["-h", "--help"] {
            let help = help(command, flag);
            assert!(help.contains("BOOST_TOKEN"));
            assert!(
                !help.contains("BP_") && !help.to_lowercase().contains("botpress"),
                "{command} {flag}: {help}"
            );
        }
    }
}

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
        "--archive",
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
