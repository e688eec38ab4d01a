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

#[test]
fn there_is_a_manual() {
    let page = convexport("man").stdout();
    assert!(page.contains(".TH convexport 1") && page.contains("convexport\\-render(1)"));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(convexport("man pages").within(folder.path()).stdout(), "");
    let read = |name: &str| fs::read_to_string(folder.path().join("pages").join(name)).unwrap();
    assert_eq!(read("convexport.1"), page);
    let boost = read("convexport-boost.1");
    for part in ["\\-\\-site", "SELECTION", "Examples:", "BOOST_SITE"] {
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
