//! The list: search, filters, order, addresses and keys.

use serde_json::json;

use super::{
    ENTRIES, MARKED, OPENED, STATUS, assert_quiet, go, open, page, page_of, search, settled, talk,
    text,
};
use crate::format::html::response;
use crate::support::browser::Browser;
use crate::support::fake::{Fake, World};

#[test]
#[ignore = "needs Chromium"]
fn every_script_is_found_and_marked() {
    let said = [
        "주문은 어디에 있습니까?",
        "मेरा ऑर्डर कहाँ है?",
        "أَيْنَ طَلَبِي؟",
        "Grüße aus der Straße",
        "ＦＵＬＬ width ﬁle",
        "Τηλέφωνος",
        "two\n  lines here",
    ];
    let said: Vec<_> = said.iter().map(|words| text(true, words)).collect();
    let fake = Fake::start(talk(World::new(), &said));
    let (_folder, path) = page(&fake, "");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    open(&mut browser, &path, "");
    for (words, marked) in [
        ("주문", "주문"),
        ("ऑर्डर", "ऑर्डर"),
        ("أين طلبي", "أَيْنَ|طَلَبِي"),
        ("طلبي", "طَلَبِي"),
        ("STRASSE", "Straße"),
        ("grusse", "Grüße"),
        ("full", "ＦＵＬＬ"),
        ("file", "ﬁle"),
        ("ΤΗΛΕΦΩΝΟΣ", "Τηλέφωνος"),
        ("\"two lines\"", "two\n  lines"),
    ] {
        search(&mut browser, words);
        assert!(
            browser
                .eval(STATUS)
                .as_str()
                .unwrap()
                .ends_with(" in 1 conversation"),
            "{words}"
        );
        let shown = browser.eval("document.querySelector('#rows mark')?.textContent ?? ''");
        assert_eq!(
            shown,
            marked.split('|').next().unwrap(),
            "{words} in the list"
        );
        go(&mut browser, &format!("#c=talk&q={words}"));
        let found: Vec<_> = marked.split('|').collect();
        assert_eq!(browser.eval(MARKED), json!(found), "{words}");
        go(&mut browser, "#");
    }
    // A vowel sign of Hindi is a letter, and the words of a phrase stand side by side.
    for words in ["ऑर्डरी", "\"lines two\"", "\"width Grüße\""] {
        search(&mut browser, words);
        assert_eq!(browser.eval(STATUS), "0 hits in 0 conversations", "{words}");
    }
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn enter_leads_from_hit_to_hit() {
    let fake = Fake::start(World::with_conversations(60, |i| 3 + i % 30));
    let (_folder, path) = page(&fake, "--with-users");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    open(&mut browser, &path, "");
    browser.press("/");
    search(&mut browser, "koln  DANKE");
    let said = |text: &str| text.contains("Köln") && text.contains("Danke");
    let world = fake.world();
    let wanted = world.conversations.iter();
    let wanted = wanted
        .filter(|talk| talk.messages.iter().any(|m| said(&m.raw)))
        .count() as u64;
    let found = browser.eval("shown.length").as_u64().unwrap();
    drop(world);
    assert!(
        found >= wanted && found < 60 && wanted > 0,
        "{found} {wanted}"
    );

    // What the status counts is what is marked, all together.
    let mut marks = 0;
    for at in 0..found {
        let id = browser.eval(&format!("shown[{at}].id"));
        go(
            &mut browser,
            &format!("#c={}&q=koln+DANKE", id.as_str().unwrap()),
        );
        let marked = browser.eval(MARKED).as_array().unwrap().len();
        assert!(marked > 0);
        marks += marked;
    }
    assert_eq!(
        browser.eval(STATUS),
        format!("{marks} hits in {found} conversations")
    );

    // Enter goes through the hits, and on to the next conversation; Shift+Enter goes back.
    go(&mut browser, "#q=koln+DANKE");
    browser.eval("$('search').focus()");
    browser.press("Enter");
    settled(&mut browser);
    let first = browser.eval(OPENED);
    assert_eq!(first, browser.eval("shown[0].id"));
    let of_first = browser.eval("marks.length").as_u64().unwrap();
    let place = |browser: &mut Browser| browser.eval("$('hits').textContent");
    assert_eq!(place(&mut browser), format!("1 of {of_first} hits"));
    for _ in 0..of_first {
        browser.press("Enter");
        settled(&mut browser);
    }
    assert_eq!(browser.eval(OPENED), browser.eval("shown[1].id"));
    browser.eval("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', shiftKey: true, bubbles: true}))");
    browser.settle();
    settled(&mut browser);
    assert_eq!(browser.eval(OPENED), first);
    assert_eq!(
        place(&mut browser),
        format!("{of_first} of {of_first} hits")
    );
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn filters_combine_and_stay_in_the_address() {
    let fake = Fake::start(World::with_conversations(120, |i| 3 + i % 7));
    let (_folder, path) = page(&fake, "--timezone utc");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    open(&mut browser, &path, "");
    browser.click("#toggle");
    let choose = |browser: &mut Browser, name: &str, value: &str| {
        browser.eval(&format!(
            "(one => {{ one.value = {value:?}; one.dispatchEvent(new Event('change')) }})($('filters').elements[{name:?}])"
        ));
        settled(browser);
    };
    choose(&mut browser, "channel", "slack");
    assert_eq!(browser.eval(STATUS), "30 of 120 conversations");
    choose(&mut browser, "from", "2026-10-01");
    choose(&mut browser, "to", "2026-10-31");
    let expected = browser.eval("talks.filter(talk => talk.channel === 'slack' && new Date(talk.at).toISOString().startsWith('2026-10')).length");
    assert_eq!(browser.eval("shown.length"), expected);
    browser.eval("$('filters').elements.unanswered.click()");
    settled(&mut browser);
    let hash = browser.eval("location.hash");
    assert_eq!(
        hash,
        "#channel=slack&from=2026-10-01&to=2026-10-31&unanswered=1"
    );
    let narrow = browser.eval("shown.length");
    assert!(narrow.as_u64() < expected.as_u64());
    let chips = browser
        .eval("Array.from(document.querySelectorAll('#chips a'), one => one.firstChild.data)");
    assert_eq!(
        chips,
        json!([
            "slack",
            "from 2026-10-01",
            "to 2026-10-31",
            "unanswered",
            "Remove all"
        ])
    );

    // The address leads back to the same, with a search on top.
    let target = format!("{}&q=parcel", hash.as_str().unwrap());
    open(&mut browser, &path, "");
    assert_eq!(browser.eval("shown.length"), 120);
    go(&mut browser, &target);
    let words = browser.eval("shown.every(talk => talk.unanswered && talk.channel === 'slack' && foldedOf(talk).includes('parcel'))");
    assert_eq!(words, true);
    assert!(browser.eval("shown.length").as_u64() <= narrow.as_u64());
    browser.click("#chips a");
    settled(&mut browser);
    assert_eq!(
        browser.eval("location.hash"),
        "#q=parcel&from=2026-10-01&to=2026-10-31&unanswered=1"
    );

    // The other filters, each against the data.
    for (hash, test) in [
        ("#role=u", "talk.counts[0] > 0"),
        ("#agent=no", "talk.counts[2] === 0"),
        ("#media=1", "talk.media"),
        (
            "#tag=topic: returns",
            "talk.tags.some(([key, value]) => key === 'topic' && value === 'returns')",
        ),
        ("#hour=3", "new Date(talk.at).getUTCHours() === 3"),
        ("#weekday=6", "new Date(talk.at).getUTCDay() === 0"),
        ("#wait=60000", "talk.answered >= 60000"),
        ("#first=Hello!", "talk.first === 'Hello!'"),
    ] {
        go(&mut browser, hash);
        let wanted = browser.eval(&format!("talks.filter(talk => {test}).length"));
        assert_eq!(browser.eval("shown.length"), wanted, "{hash}");
    }
    for (sort, ordered) in [
        ("", "a.at >= b.at"),
        ("oldest", "a.at <= b.at"),
        ("longest", "a.count >= b.count"),
        ("slowest", "(a.answered ?? -1) >= (b.answered ?? -1)"),
    ] {
        go(&mut browser, &format!("#sort={sort}"));
        let right = browser.eval(&format!(
            "shown.length === 120 && shown.every((b, at) => !at || (a => {ordered})(shown[at - 1]))"
        ));
        assert_eq!(right, true, "{sort}");
    }
    // A day's heading leads to that day.
    go(&mut browser, "#");
    let day = browser.eval("isoOfDay(shown[0].day)");
    browser.click("#rows .day a");
    settled(&mut browser);
    let day = day.as_str().unwrap();
    assert_eq!(
        browser.eval("location.hash"),
        format!("#from={day}&to={day}")
    );
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn it_is_driven_by_keys() {
    let fake = Fake::start(World::with_conversations(60, |i| 3 + i % 30));
    let (_folder, path) = page(&fake, "--with-users");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    open(&mut browser, &path, "");
    let nth = |browser: &mut Browser, at: usize| browser.eval(&format!("shown[{at}].id"));
    for (key, at) in [("j", 0), ("j", 1), ("j", 2), ("k", 1)] {
        browser.press(key);
        let wanted = nth(&mut browser, at);
        assert_eq!(browser.eval(OPENED), wanted, "{key}");
    }
    let current = "document.querySelector('#rows [aria-current]').closest('li').dataset.key";
    assert_eq!(browser.eval(current), browser.eval("`t${shown[1].number}`"));
    browser.press("Escape");
    assert_eq!(browser.eval(OPENED), json!(null));
    browser.press("/");
    assert_eq!(browser.eval("document.activeElement.id"), "search");
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    let focus = "document.activeElement.closest('#rows > li')?.dataset.key";
    assert_eq!(browser.eval(focus), browser.eval("`t${shown[1].number}`"));
    // The list goes on when the focus leaves what is drawn.
    for _ in 0..20 {
        browser.press("ArrowDown");
    }
    assert_eq!(browser.eval(focus), browser.eval("`t${shown[21].number}`"));
    browser.press("Enter");
    let wanted = nth(&mut browser, 21);
    assert_eq!(browser.eval(OPENED), wanted);
    assert_eq!(
        browser.eval("document.activeElement.id"),
        "view",
        "arrows scroll it"
    );
    browser.press("?");
    assert_eq!(
        browser.eval("$('dialog').open && $('dialog').textContent.includes('next, previous hit')"),
        true
    );
    browser.click("#dialog button");
    assert_eq!(browser.eval("$('dialog').open"), false);
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn links_lead_to_a_conversation_and_a_message() {
    // More than one page would hold, with the wanted one far behind the first block.
    let (_folder, path) = page_of(&response(3_000, 20), "");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    open(&mut browser, &path, "#c=2345&m=17");
    assert_eq!(browser.eval(OPENED), "2345");
    let place = "(one => one.id + ' ' + (one.getBoundingClientRect().top > 0 && one.getBoundingClientRect().bottom < innerHeight))(document.querySelector('.target'))";
    assert_eq!(browser.eval(place), "m17 true");
    assert!(
        browser
            .eval("document.title")
            .as_str()
            .unwrap()
            .ends_with(" – Conversations")
    );
    let in_view =
        browser.eval("document.querySelector('#rows [aria-current]')?.checkVisibility() ?? false");
    assert_eq!(in_view, true, "the list shows it");
    browser.call(
        "Browser.grantPermissions",
        &json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
    );
    browser.click(".tools button:last-child");
    browser.wait("document.querySelector('.tools button:last-child').textContent !== 'Copy link'");
    let address = browser.eval("permanent(opened)");
    assert_eq!(address, "#c=2345");
    go(&mut browser, "#c=nobody");
    assert_eq!(
        browser.eval("$('view').textContent"),
        "This file has no conversation nobody."
    );
    // Not more than what can be seen is in the page.
    go(&mut browser, "#");
    let drawn = browser.eval(ENTRIES).as_array().unwrap().len();
    assert!(drawn < 40, "{drawn}");
    assert_quiet(&browser);
}
