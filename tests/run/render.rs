//! `convexport render`: which conversations of an earlier export, and where they go.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::json;

use crate::source::saved::{lines, render, talk};
use crate::support::fake::{Fake, World};
use crate::support::{Run, boost, botpress, convexport, ids, records};

#[test]
fn every_form_comes_out_as_from_the_vendor() {
    let fake = Fake::start(World::with_conversations(7, |i| i % 4).with_boost(7, |i| i % 5));
    let folder = tempfile::tempdir().unwrap();
    let vendors: [&dyn Fn(&str) -> String; 2] = [
        &|form| {
            botpress(&fake, "--with-users --with-state cart -f")
                .args(form)
                .run()
                .stdout
        },
        &|form| boost(&fake, "--since 2000-01-01 -f").args(form).stdout(),
    ];
    for vendor in vendors {
        let jsonl = vendor("jsonl");
        assert!(!jsonl.is_empty());
        for form in ["json", "jsonl"] {
            fs::write(folder.path().join("export"), vendor(form)).unwrap();
            for to in ["json", "jsonl"] {
                let again = render("export -f", folder.path()).arg(to).stdout();
                assert_eq!(again, vendor(to), "{form} to {to}");
            }
        }
        let piped = convexport("render - -f jsonl").stdin(&jsonl).stdout();
        assert_eq!(piped, jsonl);
        let bare = convexport("render - -f jsonl --no-raw")
            .stdin(&jsonl)
            .stdout();
        assert!(!bare.contains("\"raw\":{") && ids(&records(&bare)) == ids(&records(&jsonl)));
    }
    let jsonl = botpress(&fake, "-f jsonl").stdout();
    let text = botpress(&fake, "").stdout();
    assert_eq!(convexport("render -").stdin(&jsonl).stdout(), text);
}

#[test]
fn the_flags_select() {
    let talks = [
        talk("a", "2026-11-01T00:00:00.000000Z"),
        talk("b", "2026-11-02T00:00:00.000000Z"),
        talk("c", "2026-11-03T00:00:00.000000Z"),
        json!({"source": "botpress", "id": "undated", "created_at": null, "updated_at": null, "channel": null, "tags": {}, "messages": []}),
    ];
    let found = |args: &str| {
        let out = convexport("render - -f jsonl --timezone utc")
            .args(args)
            .stdin(&lines(&talks))
            .stdout();
        let ids: Vec<_> = ids(&records(&out)).into_iter().map(|(id, _)| id).collect();
        ids.join(" ")
    };
    assert_eq!(found(""), "a b c undated");
    assert_eq!(found("--since 2026-11-02"), "b c");
    assert_eq!(found("--until 2026-11-02"), "a undated");
    assert_eq!(found("--from 2026-11-02 --to 2026-11-03"), "b");
    assert_eq!(found("--limit 2"), "a b");
    assert_eq!(found("--conversation c --conversation a"), "a c");
    let run = convexport("render - -f jsonl --conversation b --conversation nobody")
        .stdin(&lines(&talks))
        .run();
    run.ends(
        3,
        &[
            "there is no conversation nobody in stdin",
            "1 of 2 conversations",
        ],
    );
    assert_eq!(records(&run.stdout).len(), 1);
    convexport("render - --since 2026-11-02 --until 2026-11-01")
        .stdin("")
        .run()
        .ends(2, &["--since"]);
    for flag in [
        "--sweep",
        "--only-failed",
        "--retries 1",
        "--timeout 1",
        "--token-file x",
    ] {
        convexport("render -")
            .args(flag)
            .stdin("")
            .run()
            .ends(2, &["belongs to `convexport"]);
    }
}

#[test]
fn the_export_itself_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.jsonl"),
        lines(&[talk("a", "2026-11-01T00:00:00.000000Z")]),
    )
    .unwrap();
    for flag in [
        "-o a.jsonl",
        "-o ./a.jsonl",
        "--summary a.jsonl",
        "--template a.jsonl",
    ] {
        render("a.jsonl", folder.path())
            .args(flag)
            .run()
            .ends(2, &["named twice"]);
    }
    render("a.jsonl -d all", folder.path()).stdout();
    assert!(folder.path().join("all/2026-11-01_a.txt").exists());
    let text = render("a.jsonl -o a.txt --summary s.json", folder.path()).stdout();
    assert_eq!(text, "");
    convexport("verify a.txt --summary s.json")
        .within(folder.path())
        .run()
        .ends(0, &[]);
}

#[test]
fn two_vendors_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let one = talk("7", "2026-11-01T00:00:00.000000Z");
    let mut other = one.clone();
    other["source"] = json!("boost");
    fs::write(folder.path().join("a.jsonl"), lines(&[one, other])).unwrap();
    render("a.jsonl -d d", folder.path())
        .run()
        .ends(2, &["two vendors", "'{source}/{date}_{id}'"]);
    render("a.jsonl -d e --name {source}/{id}", folder.path()).stdout();
    assert!(
        folder.path().join("e/boost/7.txt").exists()
            && folder.path().join("e/botpress/7.txt").exists()
    );
}

#[test]
fn a_stopped_render_says_so() {
    let line = lines(&[talk("a", "2026-11-01T00:00:00.000000Z")]);
    // On a slow machine the time may be up before anything came.
    let came = (1..).find_map(|seconds| first_line(seconds, &line));
    assert_eq!(
        records(&came.unwrap()),
        records(&line),
        "what came is passed on before a wait"
    );
}

/// Renders an export that never ends, until the time is up; the first line that the reader has.
fn first_line(seconds: u32, export: &str) -> Option<String> {
    let mut child = convexport("render - -f jsonl --max-duration")
        .arg(format!("{seconds}s"))
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(export.as_bytes()).unwrap();
    stdin.flush().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let came = stdout.next().map(Result::unwrap);
    let run = Run::from(child.wait_with_output().unwrap());
    run.ends(3, &["stopped"]);
    drop(stdin);
    came
}

#[test]
fn a_range_that_matches_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let export = lines(&[talk("a", "2026-11-01T00:00:00.000000Z")]);
    std::fs::write(folder.path().join("a.jsonl"), &export).unwrap();
    let render = |args: &str| convexport("render").args(args).within(folder.path()).run();
    render("a.jsonl --archive a.db").ends(0, &[]);
    for input in ["a.jsonl", "a.db"] {
        let run = render(&format!("{input} --timezone utc --since 2026-12-01"));
        let said = format!(
            "convexport: warning: no conversation in {input} matches --since 2026-12-01T00:00:00Z\n"
        );
        assert_eq!((run.code, run.stderr), (0, said));
        let run = render(&format!(
            "{input} --timezone utc --since 2026-10-01 -f jsonl"
        ));
        assert_eq!(records(&run.stdout), records(&export));
        assert_eq!(run.stderr, "");
    }
    // A quiet night is nothing to tell of.
    assert_eq!(render("a.db --changed-since now").stderr, "");
}
