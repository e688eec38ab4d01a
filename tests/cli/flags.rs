//! Flags with wrong values, and flags that cannot be honoured together: refused before the first request.

use std::fs;

use crate::support::fake::{Fake, World};
use crate::support::{Run, bot_with, botpress, convexport};

#[test]
fn wrong_values_name_the_flag_and_what_it_takes() {
    let refused = |args: &str, parts: &[&str]| convexport(args).run().ends(2, parts);
    refused("botpress --since soonish", &["--since", "2026-11-01", "7d"]);
    refused(
        "botpress --timezone Mars/Base",
        &["--timezone", "Europe/Oslo"],
    );
    refused("botpress --time-format %Q", &["--time-format", "strftime"]);
    refused("botpress --tag novalue", &["--tag", "KEY=VALUE"]);
    refused("botpress --concurrency 0", &["--concurrency"]);
    refused("botpress --limit 0", &["--limit"]);
    refused("botpress --timeout -1", &["--timeout"]);
    refused("botpress -f yaml", &["--format", "jsonl"]);
    refused("botpress --time-format %#z", &["--time-format", "strftime"]);
    refused("botpress -q -v", &["cannot be used with"]);
    refused("", &["Usage", "there is no command"]);
}

/// One line, which names the flag and what to do next.
#[test]
fn a_wrong_command_line_is_one_sentence() {
    for (args, said) in [
        (
            "botpress --token hush",
            "there is no --token, since others can read a command line: set BP_TOKEN, BOOST_TOKEN or BOOST_CLIENT_SECRET, \
             or give --token-file FILE",
        ),
        (
            "boost --bot-id x",
            "--bot-id belongs to `convexport botpress`, `convexport forget`",
        ),
        (
            "render x --channel y",
            "--channel belongs to `convexport botpress`",
        ),
        (
            "botpress --outptu x",
            "there is no --outptu; there is --output",
        ),
        (
            "botpress --frobnicate",
            "there is no --frobnicate here; see --help",
        ),
        (
            "exprot",
            "there is no command exprot; see `convexport --help`",
        ),
        (
            "check",
            "there is nothing to check: give `botpress`, `boost` or --archive FILE.db",
        ),
        (
            "botpress --since 2026-02-30",
            "invalid value '2026-02-30' for '--since <WHEN>': there is no February 30 in 2026; see --help",
        ),
    ] {
        let run = convexport(args).env("BP_BOT_ID", "b").run();
        assert_eq!(
            (run.code, run.stderr),
            (2, format!("convexport: error: {said}\n")),
            "{args}"
        );
    }
    for limit in ["ten", "0", "-1", "1.5"] {
        let run = convexport("botpress --limit").arg(limit).run();
        run.ends(2, &["--limit", "it takes a number from 1"]);
    }
    convexport("botpress --concurrency 257")
        .run()
        .ends(2, &["a number from 1 to 256"]);
    let json = convexport("botpress --log-format json --frobnicate").run();
    let line: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!(line["message"], "there is no --frobnicate here; see --help");
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_an_error() {
    let full = fs::File::create("/dev/full").unwrap();
    let run = convexport("--help")
        .command()
        .stdout(full)
        .output()
        .unwrap();
    Run::from(run).ends(1, &["could not write to stdout"]);
}

#[test]
fn flags_that_a_format_cannot_honour_are_refused() {
    let fake = Fake::start(World::new());
    let refused = |args: &str, parts: &[&str]| botpress(&fake, args).run().ends(2, parts);
    refused(
        "-f json --time-format %Y",
        &["--time-format is for transcripts and csv"],
    );
    refused("--no-raw", &["--no-raw", "transcripts"]);
    for format in ["csv", "chat", "markdown"] {
        refused(&format!("-f {format} --no-raw"), &["--no-raw"]);
    }
    for format in ["jsonl", "messages", "conversations", "chat"] {
        refused(&format!("-f {format} --time-format %Y"), &["--time-format"]);
    }
    for format in ["text", "markdown", "messages", "csv", "chat"] {
        let args = format!("-f {format} --with-state cart");
        refused(&args, &["--with-state", "json or jsonl"]);
    }
    refused("-f chat --with-users", &["--with-users: chat"]);
    refused("-f messages --excel", &["--excel is for csv"]);
    refused("-f csv --excel=tab", &["--excel", "semicolon"]);
    refused("-f jsonl --system you", &["--system", "are for chat"]);
    refused("--agent-as skip", &["--agent-as", "are for chat"]);
    refused("--chat-media skip", &["--chat-media", "are for chat"]);
    refused("-f chat --chat-media all", &["--chat-media", "describe"]);
    refused(
        "--list --chat-media skip",
        &["--chat-media", "are for chat"],
    );
    refused("-f chat --system=", &["--system"]);
    refused(
        "-o x.xls",
        &[
            "x.xls: there is no format for .xls: give .xlsx",
            "-f FORMAT",
        ],
    );
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn times_that_cannot_be_shown_are_refused_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    for args in [
        "--time-format %Q",
        "--time-format %",
        "--timezone Mars/Base",
        "--timezone +01:00",
    ] {
        let flag = args.split(' ').next().unwrap();
        botpress(&fake, args).run().ends(2, &[flag]);
        convexport("render -").args(args).run().ends(2, &[flag]);
    }
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn filters_with_ids_are_refused() {
    let fake = Fake::start(bot_with(&[]));
    botpress(&fake, "--conversation talk --since 7d")
        .run()
        .ends(2, &["--conversation names the conversations"]);
    botpress(&fake, "--since now --until 2d")
        .run()
        .ends(2, &["--since is not before --until"]);
    let both = botpress(&fake, "--conversation - --token-file -").run();
    both.ends(2, &["cannot both read stdin"]);
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn one_path_is_one_thing() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| -> Run { botpress(&fake, args).within(folder.path()).run() };
    run("--archive x.jsonl -o x.jsonl").ends(2, &["x.jsonl is named twice"]);
    run("--summary ./x.jsonl -o x.jsonl").ends(2, &["is named twice"]);
    run("--summary a.db-wal --archive a.db").ends(2, &["a.db-wal is named twice"]);
    // Every file that a run may create counts.
    run("--summary x.jsonl.partial -o x.jsonl").ends(2, &["x.jsonl.partial is named twice"]);
    run("--summary x.jsonl -o x.jsonl.partial").ends(2, &["x.jsonl.partial is named twice"]);
    run("--summary x-2.html -o x.html").ends(2, &["x-2.html could be the name of a page"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn the_summary_does_not_go_where_the_data_goes() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let refused = botpress(&fake, "-f jsonl --summary /dev/stdout").run();
    refused.ends(
        2,
        &["/dev/stdout is where stdout goes, which carries the data"],
    );
    assert_eq!(refused.stdout, "");
    // A shell opens the file before the program runs.
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("x")).unwrap();
    let mut command = botpress(&fake, "-f jsonl --summary x")
        .within(folder.path())
        .command();
    let run = Run::from(command.stdout(file).output().unwrap());
    run.ends(2, &["x is where stdout goes"]);
    let file = fs::File::create(folder.path().join("y")).unwrap();
    let mut command = botpress(&fake, "-o z.jsonl --summary /dev/stdout")
        .within(folder.path())
        .command();
    let run = Run::from(command.stdout(file).output().unwrap());
    run.ends(
        2,
        &["/dev/stdout is a file here: give the name of that file"],
    );
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn no_file_of_the_run_lies_among_the_conversations() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["--summary all/1000001.json", "--archive all/a.db"] {
        let fake = Fake::start(World::new());
        botpress(&fake, "-d all -f json")
            .args(file)
            .within(folder.path())
            .run()
            .ends(2, &["keep it beside"]);
    }
}

#[test]
fn a_format_that_does_not_exist_names_the_nearest() {
    let fake = Fake::start(World::new());
    for (extension, nearest) in [
        ("pdf", ".html"),
        ("doc", ".md or .html"),
        ("docx", ".md or .html"),
        ("odt", ".md or .html"),
        ("rtf", ".md or .html"),
        ("xls", ".xlsx"),
        ("ods", ".xlsx"),
        ("tsv", ".csv"),
        ("parquet", "-f messages"),
        ("xml", ".json"),
        ("zip", ".gz"),
    ] {
        let file = format!("x.{extension}");
        let run = botpress(&fake, "-o").arg(&file).run();
        let start = format!("{file}: there is no format for .{extension}: give ");
        run.ends(2, &[&start, nearest, "-f FORMAT"]);
    }
    assert_eq!(fake.requests().len(), 0);
}
