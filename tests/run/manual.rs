//! Completions and manual pages: made for every shell and command, and valid as far as the tools at hand can tell.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::convexport;

/// Gives a text to a program that may not be installed; what it says of it.
fn checked(program: &str, args: &[&str], text: &str) -> Option<(bool, String)> {
    if cfg!(windows) {
        // Its `bash` may be one that only says what to install.
        return None;
    }
    let child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.ok()?;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).ok();
    let output = child.wait_with_output().unwrap();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    ))
}

#[test]
fn every_shell_gets_its_completions() {
    let checks: [(&str, &[&str]); 3] = [
        ("bash", &["-n"]),
        ("zsh", &["-n"]),
        ("fish", &["--no-execute"]),
    ];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = convexport("completions").args(shell).stdout();
        for word in [
            "convexport",
            "botpress",
            "boost",
            "render",
            "with-users",
            "time-format",
            "jsonl",
        ] {
            // PowerShell and elvish do not complete values.
            let is_value = word == "jsonl" && matches!(shell, "powershell" | "elvish");
            assert!(is_value || script.contains(word), "no {word} for {shell}");
        }
        let check = checks.iter().find(|(program, _)| *program == shell);
        if let Some((success, said)) =
            check.and_then(|(program, args)| checked(program, args, &script))
        {
            assert!(success && said.is_empty(), "{shell}: {said}");
        }
    }
    convexport("completions tcsh")
        .run()
        .ends(2, &["bash", "elvish"]);
}

#[cfg(target_os = "linux")]
#[test]
fn bash_completes_commands_and_flags() {
    let script = convexport("completions bash").stdout();
    let ask = "\nCOMP_WORDS=(convexport render --time); COMP_CWORD=2; _convexport convexport --time render; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", &(script + ask)])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "--timezone --time-format\n"
    );
}

/// Runs lines in bash behind the completion script, and returns what they print.
#[cfg(target_os = "linux")]
fn in_bash(lines: &str) -> String {
    let script = convexport("completions bash").stdout();
    let output = Command::new("bash")
        .args(["-c", &format!("{script}\n{lines}")])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What bash offers for the last of these words. With nothing to offer, it offers files.
#[cfg(target_os = "linux")]
fn offered(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let [.., before, last] = quoted.as_slice() else {
        panic!("there are two words at least");
    };
    in_bash(&format!(
        "COMP_WORDS=({}); COMP_CWORD={}; \
         run=$(complete -p convexport | sed 's/.* -F \\([a-z_]*\\) .*/\\1/'); \
         $run convexport {last} {before} 2>/dev/null; echo \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        quoted.len() - 1
    ))
    .trim_end()
    .to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn bash_offers_files_where_a_command_reads_them() {
    assert!(in_bash("complete -p convexport").contains("-o default"));
    for command in ["render", "search", "stats", "verify", "man"] {
        assert_eq!(offered(&["convexport", command, ""]), "", "{command}");
        assert_eq!(offered(&["convexport", command, "week"]), "", "{command}");
        assert_eq!(
            offered(&["convexport", command, "--hel"]),
            "--help",
            "{command}"
        );
    }
    assert_eq!(offered(&["convexport", "render", "week.jsonl", ""]), "");
    assert!(offered(&["convexport", "botpress", ""]).contains("--archive"));
    assert!(offered(&["convexport", "schema", ""]).contains("summary"));
    assert_eq!(offered(&["convexport", "rend"]), "render");
}

#[cfg(target_os = "linux")]
#[test]
fn bash_offers_time_zones() {
    for command in ["botpress", "boost", "render", "search", "stats"] {
        let offer = offered(&["convexport", command, "--timezone", "Europe/O"]);
        assert_eq!(offer, "Europe/Oslo", "{command}");
    }
    assert_eq!(
        offered(&["convexport", "render", "--timezone", "ut"]),
        "utc"
    );
}

#[test]
fn zsh_and_fish_offer_files_folders_and_time_zones() {
    let zsh = convexport("completions zsh").stdout();
    for line in [
        "'*::inputs -- What to read",
        "'--timezone=[",
        "'--output-dir=[Write one file per conversation into a folder]:DIR:_files -/'",
    ] {
        assert!(zsh.contains(line), "no {line}");
    }
    let inputs = zsh.lines().filter(|line| line.starts_with("'*::inputs"));
    assert!(inputs.clone().count() == 2 && inputs.clone().all(|line| line.contains(":_files'")));
    let zones = zsh.lines().filter(|line| line.starts_with("'--timezone="));
    assert!(
        zones.clone().count() == 5
            && zones
                .clone()
                .all(|line| line.contains("(local utc Africa/Abidjan "))
    );

    let fish = convexport("completions fish").stdout();
    let line = |words: &str| {
        let mut lines = fish.lines().skip_while(|line| !line.contains(words));
        lines.next().unwrap_or_default().to_owned()
    };
    let zones = line("using_subcommand render\" -l timezone");
    assert!(zones.contains("-r -f -a \"local"), "{zones}");
    assert!(fish.contains("\nEurope/Oslo\\t''\n"));
    let folder = line("using_subcommand render\" -s d -l output-dir");
    assert!(folder.contains("__fish_complete_directories"), "{folder}");
    let file = line("using_subcommand render\" -s o -l output");
    assert!(file.contains("-r -F"), "{file}");
}

/// What shells offer is all that there is, but for `local` and `utc`, in which the case of letters does not matter.
#[test]
fn a_time_zone_has_one_of_the_names() {
    let zone = |zone: &str| {
        let run = convexport("render - -f jsonl --timezone").arg(zone);
        run.stdin("").run()
    };
    for name in ["Europe/Oslo", "UTC", "Local"] {
        zone(name).ends(0, &[]);
    }
    zone("Europe/Nowhere").ends(2, &["no such time zone"]);
}

#[test]
fn there_is_a_manual() {
    let page = convexport("man").stdout();
    assert!(page.contains(".TH convexport 1") && page.contains("convexport\\-render(1)"));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(convexport("man pages").within(folder.path()).stdout(), "");
    let read = |name: &str| fs::read_to_string(folder.path().join("pages").join(name)).unwrap();
    assert_eq!(read("convexport.1"), page);
    let boost = read("convexport-boost.1");
    for part in [
        "\\-\\-site",
        "SELECTION",
        ".SH EXAMPLES",
        "BOOST_SITE",
        // A flag of the long help alone has its text, too.
        "Fetch the access token with OAuth 2.0",
        ".SH \"MORE EXAMPLES\"",
        "convexport boost \\-\\-site NAME \\-\\-since 30d > month.txt",
    ] {
        assert!(boost.contains(part), "no {part}");
    }
    for entry in fs::read_dir(folder.path().join("pages")).unwrap() {
        let page = fs::read_to_string(entry.unwrap().path()).unwrap();
        if let Some((success, said)) = checked("groff", &["-man", "-Tutf8"], &page) {
            assert!(success && said.is_empty(), "{said}");
        }
        assert!(!page.contains("/tmp") && !page.contains("/home"));
    }
    fs::write(folder.path().join("file"), "").unwrap();
    convexport("man file")
        .within(folder.path())
        .run()
        .ends(1, &["could not write manual pages to file"]);
}
