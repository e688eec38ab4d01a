//! `render FILE --archive`: earlier exports come into an archive under the same merging.

use std::fs;

use super::{Nights, list, quiet, said, truth};
use crate::support::fake::{Conversation, DAY, Message, World};
use crate::support::{Convexport, botpress, clock, convexport};

/// A conversation `talk` with m1 and m2, and others without messages.
fn bot() -> Nights {
    let begun = clock() - 5 * DAY;
    let mut talk = Conversation::new("talk", begun);
    for number in 1..3 {
        let id = format!("m{number}");
        talk.add(Message::from_raw(&said(
            &id,
            "talk",
            begun + number * DAY,
            "words",
        )));
    }
    let world = World::new().conversation(talk);
    Nights::new(world.conversation(Conversation::new("other", begun - DAY)))
}

fn import(nights: &Nights, what: &str) -> Convexport {
    convexport("render --archive a.db")
        .args(what)
        .within(nights.folder.path())
}

/// What an export writes at this moment.
fn export(nights: &Nights, to: &str) {
    botpress(&nights.fake, to)
        .within(nights.folder.path())
        .stdout();
}

fn edit(nights: &Nights, id: &str, text: &str) {
    let at = {
        let mut world = nights.fake.world();
        let mut all = world.get_mut("talk").messages.iter();
        all.find(|message| message.id == id).unwrap().created_at
    };
    let edited = said(id, "talk", at, text);
    nights.fake.world().edit_message(id, &edited);
}

fn texts(nights: &Nights) -> Vec<String> {
    nights.sql(
        "SELECT message_id, text FROM message_rows WHERE conversation_id = 'talk' ORDER BY seq",
    )
}

/// The vendor has dropped m0 by the time the archive begins, and the users have edited m1.
fn later(nights: &Nights) {
    nights.fake.world().get_mut("talk").messages.remove(0);
    edit(nights, "m1", "edited");
}

fn with_m0() -> Nights {
    let nights = bot();
    let at = clock() - 5 * DAY;
    let m0 = Message::from_raw(&said("m0", "talk", at, "words"));
    nights.fake.world().get_mut("talk").messages.insert(0, m0);
    nights
}

const UNITED: [&str; 3] = ["m0|words", "m1|edited", "m2|words"];

#[test]
fn an_import_adds_what_is_missing_and_overrides_nothing() {
    for what in ["old.jsonl", "old.jsonl.gz", "old.json", "mirror"] {
        let nights = with_m0();
        let to = if what == "mirror" {
            "-d mirror -f json".to_owned()
        } else {
            format!("-o {what}")
        };
        export(&nights, &to);
        later(&nights);
        quiet(nights.bot(""));
        quiet(import(&nights, what));
        assert_eq!(texts(&nights), UNITED, "{what}");
        // The same again changes nothing, and neither does the vendor.
        let before = nights.render("");
        quiet(import(&nights, what));
        quiet(nights.bot("--sweep"));
        quiet(nights.bot("--conversation talk"));
        assert_eq!(nights.render(""), before, "{what}");
        let kinds = nights.sql("SELECT kind, added, changed FROM runs");
        assert_eq!(kinds[..3], ["sweep|2|0", "import|0|1", "import|0|0"]);
        let m0 = nights.sql("SELECT first_run, last_run FROM messages WHERE message_id = 'm0'");
        assert_eq!(
            m0,
            ["2|2"],
            "the vendor returned it to no run of this archive"
        );
    }
}

#[test]
fn an_archive_may_begin_with_an_import() {
    let nights = with_m0();
    export(&nights, "-o old.jsonl");
    later(&nights);
    quiet(import(&nights, "old.jsonl"));
    assert_eq!(nights.archived()["talk"], list(&["m0", "m1", "m2"]));
    // The first run takes what the vendor has, and keeps what it has not.
    quiet(nights.bot(""));
    assert_eq!(texts(&nights), UNITED);
}

/// The vendor does not show in its list that a conversation grew after the export.
#[test]
fn the_first_run_after_an_import_brings_what_came_since() {
    for counted in [false, true] {
        let nights = bot();
        nights.fake.world().get_mut("talk").message_count = counted.then_some(2);
        export(&nights, "-o old.jsonl");
        quiet(import(&nights, "old.jsonl"));
        {
            // One more, and one less.
            let mut world = nights.fake.world();
            let new = Message::from_raw(&said("new", "talk", clock() - 2 * DAY, "words"));
            let talk = world.get_mut("talk");
            talk.messages.remove(0);
            talk.messages.push(new);
        }
        quiet(nights.bot(""));
        assert_eq!(
            nights.archived()["talk"],
            list(&["m1", "m2", "new"]),
            "{counted}"
        );
    }
}

/// The same for what a run for single conversations brought before, and a run with another filter.
#[test]
fn the_first_run_of_a_selection_trusts_no_older_one() {
    for earlier in ["--conversation talk", "--limit 1", "--integration webchat"] {
        let nights = bot();
        quiet(nights.bot(earlier));
        // It was days ago, and no list of what is new goes back to it.
        nights.set("UPDATE runs SET started_at = '2026-01-01T00:00:00.000000Z'");
        let new = Message::from_raw(&said("new", "talk", clock() - 2 * DAY, "words"));
        nights.fake.world().get_mut("talk").messages.push(new);
        assert_eq!(nights.bot("").run().code, 0);
        assert_eq!(nights.archived(), truth(&nights.fake.world()), "{earlier}");
    }
}

/// And for an older part that a run goes back to.
#[test]
fn the_older_part_trusts_no_older_run() {
    let nights = bot();
    quiet(nights.bot("--conversation talk"));
    nights.set("UPDATE runs SET started_at = '2026-01-01T00:00:00.000000Z'");
    let new = Message::from_raw(&said("new", "talk", clock() - 2 * DAY, "words"));
    nights.fake.world().get_mut("talk").messages.push(new);
    quiet(nights.bot("-q --since 1d"));
    assert_eq!(nights.archived()["talk"].len(), 2);
    quiet(nights.bot("--since 60d"));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_comes() {
    let nights = bot();
    export(&nights, "-o old.jsonl");
    let text = fs::read_to_string(nights.path("old.jsonl")).unwrap();
    fs::write(nights.path("old.jsonl"), format!("{text}{{\"id\":\"half")).unwrap();
    let run = import(&nights, "old.jsonl").run();
    let why = "1 conversation could not be read; the archive has the others";
    run.ends(3, &[why]);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    let complete = nights.sql("SELECT kind, complete FROM runs");
    assert_eq!(complete, ["import|0"]);
}

#[test]
fn an_archive_can_be_brought_into_another() {
    let nights = with_m0();
    quiet(nights.bot(""));
    fs::rename(nights.path("a.db"), nights.path("b.db")).unwrap();
    later(&nights);
    quiet(nights.bot(""));
    quiet(import(&nights, "b.db"));
    assert_eq!(texts(&nights), UNITED);
}

/// An export of a site knows its account, and a saved answer names none.
#[test]
fn an_export_of_a_site_comes_to_its_site() {
    let nights = Nights::new(World::new().with_boost(4, |_| 3));
    let export = crate::support::boost(&nights.fake, "--since 2026-01-01 -o old.jsonl");
    export.within(nights.folder.path()).stdout();
    quiet(import(&nights, "old.jsonl"));
    let before = nights.render("");
    nights.fake.world().boost.conversations.truncate(2);
    quiet(nights.site(""));
    assert_eq!(nights.render(""), before, "the site has the same, and less");
    assert_eq!(nights.sql("SELECT source FROM accounts"), ["boost"]);
}
