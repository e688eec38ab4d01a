//! `convexport forget`: what goes, and that no byte of it stays.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{Nights, list, mirrored, quiet};
use crate::source::botpress::handover::one_session;
use crate::support::fake::{Action, Conversation, DAY, Message, Rule, User, World, utc};
use crate::support::files;
use crate::support::{Convexport, boost, clock, convexport};

/// The folder of the archive, and everything in it that must not stay of Ana.
const OF_ANA: [&str; 9] = [
    "user_ana",
    "Ana Lima",
    "ana@example.com",
    "talk_of_ana",
    "second_of_ana",
    "xylophone",
    "zeppelin",
    "quokka",
    "message_of_ana",
];

pub fn forget(nights: &Nights, args: &str) -> Convexport {
    convexport("forget a.db")
        .args(args)
        .within(nights.folder.path())
}

fn says(id: &str, user: &str, conversation: &str, at: i64, text: &str) -> Message {
    let at = utc(at);
    Message::from_raw(&format!(
        r#"{{"id":"{id}","createdAt":"{at}","conversationId":"{conversation}","userId":"{user}","type":"text","direction":"incoming","payload":{{"text":"{text}"}},"tags":{{}}}}"#
    ))
}

/// A conversation of a user, ten days old, with one message.
pub fn talk_of(user: &str, id: &str, text: &str) -> Conversation {
    let at = clock() - 10 * DAY;
    let mut talk = Conversation::new(id, at);
    talk.participants = vec![user.to_owned()];
    let message = format!("message_{}", id.replace("talk_", ""));
    talk.add(says(&message, user, id, at + 1000, text));
    talk
}

/// Two conversations of Ana, and two of Bo.
pub fn two_users() -> World {
    let mut ana = talk_of("user_ana", "talk_of_ana", "Xylophone and quokka, please");
    ana.tags = vec![("mail".to_owned(), "ana@example.com".to_owned())];
    let mut world = World::new()
        .conversation(ana)
        .conversation(talk_of("user_ana", "second_of_ana", "a zeppelin"))
        .conversation(talk_of("user_bo", "talk_of_bo", "a quince, please"))
        .conversation(talk_of("user_bo", "second_of_bo", "two quinces"));
    let user = |id: &str, name: &str| User {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        ..User::default()
    };
    world.users = vec![user("user_ana", "Ana Lima"), user("user_bo", "Bo Ek")];
    world
}

/// How often a text is in the files of a folder, and in their names, in any case.
fn occurrences(folder: &Path, text: &str) -> usize {
    let text = text.to_lowercase();
    let count = |path: &String| {
        let bytes = fs::read(folder.join(path)).unwrap().to_ascii_lowercase();
        let found = bytes.windows(text.len());
        found.filter(|window| *window == text.as_bytes()).count()
            + usize::from(path.to_lowercase().contains(&text))
    };
    files(folder).iter().map(count).sum()
}

/// Texts that are still in a folder.
pub fn left<'a>(folder: &Path, texts: &[&'a str]) -> Vec<&'a str> {
    let texts = texts.iter().copied();
    texts.filter(|text| occurrences(folder, text) > 0).collect()
}

pub fn ids_left(nights: &Nights) -> Vec<String> {
    nights.archived().into_keys().collect()
}

#[test]
fn no_byte_of_a_user_is_left() {
    let nights = Nights::new(two_users());
    quiet(nights.bot("--with-users -d mirror --name {id}/{channel}"));
    // A selection names the user.
    nights
        .bot("--with-users --participant user_ana")
        .run()
        .ends(0, &[]);
    nights
        .fake
        .world()
        .conversations
        .push(talk_of("user_bo", "broken", "words"));
    let rule = Rule::test(|request| request.param("conversationId") == Some("broken"));
    nights
        .fake
        .world()
        .faults
        .push(rule.answer(Action::Status(400)));
    nights
        .bot("--with-users --sweep")
        .run()
        .ends(3, &["broken"]);
    // What an edit replaced is also in the file.
    let edited = says(
        "message_of_ana",
        "user_ana",
        "talk_of_ana",
        clock() - 1000,
        "quokka",
    );
    nights.fake.world().get_mut("talk_of_ana").messages = vec![edited];
    nights
        .bot("--with-users --sweep")
        .run()
        .ends(3, &["broken"]);
    // An error may name the user, too.
    nights.set("UPDATE failures SET error = 'user_ana could not be fetched'");
    assert_eq!(left(nights.folder.path(), &OF_ANA), OF_ANA);
    // As long as somebody has the archive open, its log stays.
    let reader = Connection::open(nights.path("a.db")).unwrap();
    reader.execute_batch("SELECT count(*) FROM runs").unwrap();

    let said = forget(&nights, "--user user_ana --yes").stdout();
    assert!(
        said.starts_with("forgotten: 2 conversations with 2 messages, from ")
            && said.contains("\nremoved: 2 files of mirrors\n")
            && said.contains("exports made before, backups"),
        "{said}"
    );
    assert!(nights.path("a.db-wal").exists());
    assert_eq!(left(nights.folder.path(), &OF_ANA), [""; 0]);
    drop(reader);
    assert_eq!(left(nights.folder.path(), &OF_ANA), [""; 0]);

    assert_eq!(ids_left(&nights), ["second_of_bo", "talk_of_bo"]);
    assert_eq!(
        files(&nights.path("mirror")),
        ["second_of_bo/webchat.txt", "talk_of_bo/webchat.txt"]
    );
    let words = |word: &str| {
        nights.sql(&format!(
            "SELECT count(*) FROM message_words WHERE message_words MATCH '{word}'"
        ))
    };
    assert_eq!([words("quince"), words("quokka")], [["1"], ["0"]]);
    let error = "could not be fetched (the error named a user who was forgotten)";
    assert_eq!(nights.sql("SELECT error FROM failures"), [error]);
    assert_eq!(nights.sql("SELECT filters FROM selections"), ["{}"]);
    let verify = convexport("verify a.db").within(nights.folder.path());
    assert_eq!(
        verify.stdout(),
        "2 conversations with 2 messages are what was written\n"
    );
    assert_eq!(
        nights.sql(
            "SELECT kind, complete, conversations, messages FROM runs ORDER BY id DESC LIMIT 1"
        ),
        ["forget|1|2|2"]
    );
}

#[test]
fn a_dry_run_shows_and_changes_nothing() {
    let nights = Nights::new(two_users());
    quiet(nights.bot("--with-users -d mirror -f json"));
    let before = fs::read(nights.path("a.db")).unwrap();
    let day = utc(clock() - 10 * DAY)[..10].to_owned();
    let shown = forget(&nights, "--user user_bo --match xylophone --dry-run").stdout();
    for line in [
        format!("{day} · webchat · Bo Ek (user_bo) · 1 message · talk_of_bo"),
        format!("{day} · webchat · Ana Lima (user_ana) · 1 message · talk_of_ana"),
        "3 conversations with 3 messages of ".to_owned(),
        "Ana Lima (user_ana)".to_owned(),
        format!(", from {day} to {day}\nand 3 files in "),
    ] {
        assert!(shown.contains(&line), "no {line} in {shown}");
    }
    assert!(!shown.contains("second_of_ana"));
    assert_eq!(fs::read(nights.path("a.db")).unwrap(), before);
    assert_eq!(mirrored(&nights.path("mirror")).len(), 4);
}

#[test]
fn conversations_go_by_id_and_by_their_words() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    let both = forget(
        &nights,
        "--conversation second_of_bo --match quokka,  --yes",
    );
    let said = both.stdout();
    assert!(said.starts_with("forgotten: 2 conversations"), "{said}");
    assert_eq!(ids_left(&nights), ["second_of_ana", "talk_of_bo"]);
}

#[test]
fn both_sides_of_a_handover_go() {
    for side in 0..2 {
        let (world, customer, ticket) = one_session();
        let nights = Nights::new(world.conversation(Conversation::new("plain", clock())));
        quiet(nights.bot("--with-users"));
        let id = [&customer, &ticket][side];
        forget(&nights, &format!("--conversation {id} --yes")).stdout();
        assert_eq!(ids_left(&nights), ["plain"]);
        assert_eq!(left(nights.folder.path(), &[&customer, &ticket]), [""; 0]);
        quiet(nights.bot("--with-users --sweep"));
        assert_eq!(ids_left(&nights), ["plain"]);
    }
}

/// boost.ai counts from 1 in every site.
#[test]
fn an_id_of_two_sites_is_not_guessed() {
    let nights = Nights::new(World::new().with_boost(3, |_| 2));
    quiet(nights.site(""));
    let site = nights.fake.url().replace("http://", "");
    let other = Nights::new(World::new().with_boost(3, |_| 2));
    let other_site = other.fake.url().replace("http://", "");
    quiet(boost(&other.fake, "--archive a.db --since 2026-01-01").within(nights.folder.path()));
    let id = nights
        .sql("SELECT conversation_id FROM conversations ORDER BY id LIMIT 1")
        .remove(0);
    let args = format!("--conversation {id} --yes");
    forget(&nights, &args)
        .run()
        .ends(2, &[&site, &other_site, "--site"]);
    forget(&nights, &format!("{args} --bot-id nobody"))
        .run()
        .ends(2, &["nothing of botpress nobody"]);
    forget(&nights, &format!("{args} --site http://{site}")).stdout();
    let left = nights.sql("SELECT a.account FROM conversations c JOIN accounts a ON a.id = c.account GROUP BY 1 HAVING count(*) = 3");
    assert_eq!(left, [other_site]);
    assert_eq!(nights.sql("SELECT count(*) FROM conversations"), ["5"]);
    quiet(nights.site("--sweep"));
    assert_eq!(nights.sql("SELECT count(*) FROM conversations"), ["5"]);
}

#[test]
fn files_that_cannot_be_removed_are_named() {
    let nights = Nights::new(two_users());
    quiet(nights.bot("-d mirror -f json --name {id}"));
    fs::rename(nights.path("mirror"), nights.path("moved")).unwrap();
    let run = forget(&nights, "--user user_ana --yes").run();
    run.ends(
        1,
        &[
            "talk_of_ana.json: the folder is not there",
            "second_of_ana.json",
        ],
    );
    assert!(
        run.stdout
            .contains("2 files of mirrors could not be removed"),
        "{}",
        run.stdout
    );
    assert_eq!(ids_left(&nights), ["second_of_bo", "talk_of_bo"]);
    assert_eq!(
        mirrored(&nights.path("moved"))
            .into_keys()
            .collect::<Vec<_>>(),
        list(&["second_of_ana", "second_of_bo", "talk_of_ana", "talk_of_bo"])
    );
}
