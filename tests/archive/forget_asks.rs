//! `convexport forget`: what it says, and how it asks.

use std::fs;

use super::forget::{forget, ids_left, two_users};
use super::{Nights, quiet};
use crate::support::{convexport, side_by_side};

/// Nothing goes when one of what is named is not there: it may be misspelt.
#[test]
fn what_is_not_there_is_said() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    for (args, said) in [
        ("--user user_an", "no conversation of user user_an"),
        ("--conversation talk", "no conversation talk"),
        ("--match aardvark", "no message has `aardvark`"),
    ] {
        let args = format!("{args} --conversation talk_of_ana --yes");
        forget(&nights, &args)
            .run()
            .ends(1, &[said, "nothing was forgotten"]);
    }
    assert_eq!(ids_left(&nights).len(), 4);
    quiet_again(&nights);
}

/// The same conversation may be named again.
fn quiet_again(nights: &Nights) {
    forget(nights, "--conversation talk_of_ana --yes").stdout();
    let again = forget(nights, "--conversation talk_of_ana --yes").run();
    again.ends(0, &["conversation talk_of_ana is forgotten already"]);
    assert_eq!(again.stdout, "nothing is left to forget\n");
}

#[test]
fn without_a_terminal_it_has_to_be_told() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    side_by_side(
        [
            ("a.db --user user_ana", "there is no terminal to ask on"),
            ("a.db --yes", "--user"),
            ("a.db --match \"\" --yes", "no word"),
            ("a.db --user user_ana --yes --dry-run", "--dry-run"),
        ],
        |(args, said)| {
            let run = convexport("forget").args(args).within(nights.folder.path());
            run.run().ends(2, &[said]);
        },
    );
    fs::write(nights.path("b.jsonl"), "{}\n").unwrap();
    let other = convexport("forget b.jsonl --user u --yes").within(nights.folder.path());
    other.run().ends(2, &["b.jsonl is no archive"]);
    assert_eq!(ids_left(&nights).len(), 4);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_asked() {
    for (typed, gone) in [
        ("n\n", false),
        ("\n", false),
        ("y\n", true),
        ("YES\n", true),
    ] {
        let nights = Nights::new(two_users());
        quiet(nights.bot("--with-users"));
        let screen = forget(&nights, "--user user_ana")
            .stdin(typed)
            .screen("", "");
        for part in [
            "· Ana Lima (user_ana) · 1 message · talk_of_ana\r\n",
            "2 conversations with 2 messages of Ana Lima (user_ana), from ",
            "Erase this for good? [y/N] ",
            if gone {
                "forgotten: 2 conversations"
            } else {
                "nothing was forgotten"
            },
        ] {
            assert!(screen.contains(part), "no `{part}` in {screen}");
        }
        assert_eq!(ids_left(&nights).len(), if gone { 2 } else { 4 });
    }
}
