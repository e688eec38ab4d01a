//! A large export: an index with pages, and which files a later export may replace.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{names, response};
use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Run, botpress, convexport};

/// What the conversations of a page are named by.
fn anchors(page: &str) -> Vec<String> {
    let articles = page.split("<article id=\"").skip(1);
    articles
        .map(|article| article.split('"').next().unwrap().to_owned())
        .collect()
}

/// An export of so many conversations to `all.html`.
fn export(folder: &Path, conversations: usize) -> Run {
    fs::write(folder.join("in.json"), response(conversations, 1)).unwrap();
    convexport("boost --input in.json -o all.html --summary sum.json")
        .within(folder)
        .run()
}

#[test]
fn a_large_export_is_an_index_with_pages() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let verify = |what: &str| {
        convexport(&format!("verify {what} --summary sum.json"))
            .within(folder.path())
            .run()
    };
    export(folder.path(), 10_001).ends(0, &[]);
    let pages = [
        "all-1.html",
        "all-2.html",
        "all-3.html",
        "all.html",
        "in.json",
        "sum.json",
    ];
    assert_eq!(names(folder.path()), pages);
    let index = read("all.html");
    let entries: Vec<_> = index
        .match_indices("<li><a href=\"")
        .map(|(at, _)| &index[at + 13..at + 23])
        .collect();
    assert_eq!(entries, pages[..3]);
    assert!(
        index.contains("<p>10,001 conversations, 10,001 messages</p><figure>")
            && index.contains("script-src 'none'")
    );
    let count = |name: &str| read(name).matches("<article ").count();
    assert_eq!(
        pages[..3]
            .iter()
            .map(|name| count(name))
            .collect::<Vec<_>>(),
        [5000, 5000, 1]
    );
    assert!(read("all-2.html").contains(
        "<nav aria-label=\"Pages\"><a href=\"all-1.html\">Previous page</a><a href=\"all.html\">All pages</a>\
         <a href=\"all-3.html\">Next page</a></nav>"
    ));
    assert!(
        !read("all-1.html").contains("Previous page") && !read("all-3.html").contains("Next page")
    );
    let found: Vec<_> = pages[..3]
        .iter()
        .flat_map(|name| anchors(&read(name)))
        .collect();
    let expected: Vec<_> = (0..10_001).map(|id| format!("c-{id}")).collect();
    assert_eq!(found, expected, "every conversation is there once");
    verify("all.html").ends(0, &[]);
    verify(".").ends(0, &[]);
    fs::write(folder.path().join("all-2.html"), "").unwrap();
    verify("all.html").ends(1, &["all-2.html: it has 0 bytes"]);

    // A smaller export leaves no page that nothing leads to, and no file that is none.
    fs::write(folder.path().join("all-4.html"), "mine").unwrap();
    fs::write(folder.path().join("all-2.html"), read("all-1.html")).unwrap();
    export(folder.path(), 3).ends(0, &[]);
    assert_eq!(
        names(folder.path()),
        ["all-4.html", "all.html", "in.json", "sum.json"]
    );
    assert_eq!(count("all.html"), 3);
    verify("all.html").ends(0, &[]);
}

#[test]
fn other_exports_with_such_names_are_no_pages() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["all-1.html", "all-2.html"] {
        export(folder.path(), 2).ends(0, &[]);
        fs::rename(folder.path().join("all.html"), folder.path().join(name)).unwrap();
    }
    export(folder.path(), 3).ends(0, &[]);
    let all = [
        "all-1.html",
        "all-2.html",
        "all.html",
        "in.json",
        "sum.json",
    ];
    assert_eq!(names(folder.path()), all);
    export(folder.path(), 5_001).ends(1, &["all-1.html is in the way"]);
    let page = fs::read_to_string(folder.path().join("all-1.html")).unwrap();
    assert_eq!(anchors(&page).len(), 2);
}

#[test]
fn few_conversations_can_be_a_large_export() {
    let folder = tempfile::tempdir().unwrap();
    // Five bytes of a page for each quote: four of these fill it.
    let long = "'".repeat(850_000);
    let talks: Vec<_> = (0..5)
        .map(|id| {
            let input = if id < 4 { &long } else { "short" };
            json!({"type": "conversation", "id": id, "messages": [
                {"id": 1, "type": "question", "question": {"input": input}}]})
            .to_string()
        })
        .collect();
    let end = r#"{"type":"post_query_info","conversations":5}"#;
    fs::write(
        folder.path().join("in.json"),
        format!("[{},{end}]", talks.join(",")),
    )
    .unwrap();
    convexport("boost --input in.json -o all.htm")
        .within(folder.path())
        .stdout();
    assert_eq!(
        names(folder.path()),
        ["all-1.htm", "all-2.htm", "all.htm", "in.json"]
    );
    let second = fs::read_to_string(folder.path().join("all-2.htm")).unwrap();
    assert_eq!(second.matches("<article ").count(), 1);
    // What streams is one page, whatever its size.
    let page = convexport("boost --input in.json -f html")
        .within(folder.path())
        .stdout();
    assert_eq!(page.matches("<article ").count(), 5);
    // A compressed page opens nowhere by itself.
    convexport("boost --input in.json -o packed.html.gz")
        .within(folder.path())
        .stdout();
    let packed = ["packed.html.gz"];
    let found = names(folder.path())
        .into_iter()
        .filter(|name| name.starts_with("packed"));
    assert!(found.eq(packed));
}

#[test]
fn an_incomplete_export_replaces_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    export(folder.path(), 5_002).ends(0, &[]);
    let earlier = ["all.html", "all-1.html", "all-2.html"].map(read);

    let input = response(5_001, 1);
    let cut = input.rfind(",{\"type\":\"post_query_info\"").unwrap();
    fs::write(folder.path().join("in.json"), &input[..cut]).unwrap();
    let run = || {
        convexport("boost --input in.json -o all.html")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["the export so far stays as", "all.html.partial"]);
    assert_eq!(["all.html", "all-1.html", "all-2.html"].map(read), earlier);
    let index = read("all.html.partial");
    assert!(
        index.contains("This export is incomplete")
            && index.contains("href=\"all-2.html.partial\"")
    );
    assert!(read("all-1.html.partial").ends_with("</html>\n"));
    assert!(
        !read("all-2.html.partial").contains("</html>"),
        "a cut page must not look whole"
    );

    // What was cut could be the part of another export.
    export(folder.path(), 2).ends(0, &[]);
    assert_eq!(
        names(folder.path()),
        ["all-2.html.partial", "all.html", "in.json", "sum.json"]
    );
}

#[test]
fn a_conversation_that_failed_leaves_whole_pages_that_are_partial() {
    let rule = Rule::on("/messages").nth(2).answer(Action::Status(400));
    let fake = Fake::start(World::with_conversations(4, |_| 1).rule(rule));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o all.html")
        .within(folder.path())
        .run()
        .ends(3, &["1 of 4", "all.html.partial"]);
    assert_eq!(names(folder.path()), ["all.html.partial"]);
    assert!(
        fs::read_to_string(folder.path().join("all.html.partial"))
            .unwrap()
            .ends_with("</html>\n")
    );
}

#[test]
fn a_file_that_is_no_page_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all-2.html"), "mine").unwrap();
    export(folder.path(), 5_001).ends(1, &["all-2.html is in the way: it is no page of an export"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all-2.html")).unwrap(),
        "mine"
    );
    assert!(!folder.path().join("all.html").exists());
    export(folder.path(), 5_000).ends(0, &[]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all-2.html")).unwrap(),
        "mine"
    );
}

#[test]
fn an_empty_export_replaces_no_pages() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), 5001).ends(0, &[]);
    let pages = ["all-1.html", "all-2.html", "all.html"];
    assert_eq!(names(folder.path())[..3], pages);
    let none = json!([{"type": "query_info"}, {"type": "post_query_info", "conversations": 0}]);
    fs::write(folder.path().join("in.json"), none.to_string()).unwrap();
    let empty = convexport("boost --input in.json -o all.html").within(folder.path());
    empty.run().ends(1, &["all.html.partial", "--allow-empty"]);
    assert_eq!(names(folder.path())[..3], pages);
    let index = fs::read_to_string(folder.path().join("all.html")).unwrap();
    assert!(index.contains("5,001 conversations"));
    convexport("boost --input in.json -o all.html --allow-empty")
        .within(folder.path())
        .stdout();
    assert_eq!(names(folder.path()), ["all.html", "in.json", "sum.json"]);
}
