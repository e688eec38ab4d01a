//! A large export: plain pages beside it, and which files a later export may replace.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{data, ids, names, response, without_script};
use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Run, botpress, convexport};

/// A response in which each conversation fills a page: a `<` takes four bytes of it.
fn large(conversations: usize) -> String {
    let long = "<".repeat(1_060_000);
    let talks = (0..conversations).map(|id| {
        json!({"type": "conversation", "id": id, "messages": [
            {"id": 1, "type": "question", "question": {"input": long}}]})
        .to_string()
    });
    let end = format!(r#"{{"type":"post_query_info","conversations":{conversations}}}"#);
    format!("[{}]", talks.chain([end]).collect::<Vec<_>>().join(","))
}

/// An export of this response to `all.html`.
fn export(folder: &Path, input: &str) -> Run {
    fs::write(folder.join("in.json"), input).unwrap();
    convexport("boost --input in.json -o all.html --summary sum.json")
        .within(folder)
        .run()
}

/// The ids of the conversations on a plain page.
fn headings(page: &str) -> Vec<&str> {
    let headings = page.split("<h2 id=\"c-").skip(1);
    headings.map(|one| one.split('"').next().unwrap()).collect()
}

#[test]
fn a_large_export_has_plain_pages_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let verify = |what: &str| {
        convexport(&format!("verify {what} --summary sum.json"))
            .within(folder.path())
            .run()
    };
    export(folder.path(), &large(3)).ends(0, &[]);
    let all = [
        "all-1.html",
        "all-2.html",
        "all-3.html",
        "all.html",
        "in.json",
        "sum.json",
    ];
    assert_eq!(names(folder.path()), all);
    let document = read("all.html");
    assert_eq!(ids(&document), ["0", "1", "2"], "all of them in one file");
    let links = "<ol>\n<li><a href=\"all-1.html\">Page 1</a>\n<li><a href=\"all-2.html\">Page 2</a>\n\
        <li><a href=\"all-3.html\">Page 3</a>\n</ol>";
    assert!(without_script(&document).contains(links));
    for (name, id) in [
        ("all-1.html", "0"),
        ("all-2.html", "1"),
        ("all-3.html", "2"),
    ] {
        let page = read(name);
        assert_eq!(headings(&page), [id]);
        assert!(page.contains("script-src 'none'") && !page.contains("<script"));
    }
    let nav = "<nav><a href=\"all-1.html\">Previous page</a> <a href=\"all.html\">All conversations</a> \
        <a href=\"all-3.html\">Next page</a> </nav>";
    assert_eq!(read("all-2.html").matches(nav).count(), 2, "at both ends");
    assert!(
        !read("all-1.html").contains("Previous page") && !read("all-3.html").contains("Next page")
    );
    verify("all.html").ends(0, &[]);
    verify(".").ends(0, &[]);
    fs::write(folder.path().join("all-2.html"), "").unwrap();
    verify("all.html").ends(1, &["all-2.html: it has 0 bytes"]);

    // A smaller export leaves no page that nothing leads to, and no file that is none.
    fs::write(folder.path().join("all-4.html"), "mine").unwrap();
    fs::write(folder.path().join("all-2.html"), read("all-1.html")).unwrap();
    export(folder.path(), &response(3, 1)).ends(0, &[]);
    assert_eq!(
        names(folder.path()),
        ["all-4.html", "all.html", "in.json", "sum.json"]
    );
    assert_eq!(headings(without_script(&read("all.html"))), ["0", "1", "2"]);
    verify("all.html").ends(0, &[]);
}

#[test]
fn every_conversation_is_on_one_page() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), &response(30_000, 2)).ends(0, &[]);
    let pages: Vec<_> = names(folder.path())
        .into_iter()
        .filter(|name| name.starts_with("all-"))
        .map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
        .collect();
    assert!(pages.len() > 1);
    let expected: Vec<_> = (0..30_000).map(|id| id.to_string()).collect();
    let found: Vec<_> = pages.iter().flat_map(|page| headings(page)).collect();
    assert_eq!(found, expected);
    assert_eq!(
        ids(&fs::read_to_string(folder.path().join("all.html")).unwrap()),
        expected
    );
}

#[test]
fn other_exports_with_such_names_are_no_pages() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["all-1.html", "all-2.html"] {
        export(folder.path(), &response(2, 1)).ends(0, &[]);
        fs::rename(folder.path().join("all.html"), folder.path().join(name)).unwrap();
    }
    export(folder.path(), &response(3, 1)).ends(0, &[]);
    let all = [
        "all-1.html",
        "all-2.html",
        "all.html",
        "in.json",
        "sum.json",
    ];
    assert_eq!(names(folder.path()), all);
    export(folder.path(), &large(2)).ends(1, &["all-1.html is in the way"]);
    let page = fs::read_to_string(folder.path().join("all-1.html")).unwrap();
    assert_eq!(ids(&page).len(), 2);
}

#[test]
fn what_streams_is_one_page() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.json"), large(2)).unwrap();
    let run = |args: &str| {
        convexport(&format!("boost --input in.json {args}"))
            .within(folder.path())
            .stdout()
    };
    let page = run("-f html");
    assert_eq!(ids(&page).len(), 2);
    assert_eq!(headings(without_script(&page)), ["0"]);
    assert!(without_script(&page).contains("Here is the first 1 conversation."));
    // A compressed page opens nowhere by itself.
    run("-o packed.html.gz");
    assert_eq!(names(folder.path()), ["in.json", "packed.html.gz"]);
}

#[test]
fn an_incomplete_export_replaces_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    export(folder.path(), &large(2)).ends(0, &[]);
    let earlier = ["all.html", "all-1.html", "all-2.html"].map(read);

    let input = large(3);
    let cut = input.rfind(",{\"type\":\"post_query_info\"").unwrap();
    fs::write(folder.path().join("in.json"), &input[..cut]).unwrap();
    convexport("boost --input in.json -o all.html")
        .within(folder.path())
        .run()
        .ends(3, &["the export so far stays as", "all.html.partial"]);
    assert_eq!(["all.html", "all-1.html", "all-2.html"].map(read), earlier);
    assert!(read("all-1.html.partial").ends_with("</html>\n"));
    assert!(
        !read("all.html.partial").contains("</html>"),
        "a cut export must not look whole"
    );
    assert!(
        !data(&read("all.html.partial"))
            .iter()
            .any(|line| line["complete"].is_boolean())
    );

    // The next export takes the parts away.
    export(folder.path(), &response(2, 1)).ends(0, &[]);
    assert_eq!(names(folder.path()), ["all.html", "in.json", "sum.json"]);
}

#[test]
fn a_page_says_that_something_failed() {
    let rule = Rule::on("/messages").nth(2).answer(Action::Status(400));
    let fake = Fake::start(World::with_conversations(4, |_| 1).rule(rule));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o all.html")
        .within(folder.path())
        .run()
        .ends(3, &["1 of 4", "all.html.partial"]);
    assert_eq!(names(folder.path()), ["all.html.partial"]);
    let page = fs::read_to_string(folder.path().join("all.html.partial")).unwrap();
    assert!(page.ends_with("</html>\n"));
    assert!(
        without_script(&page).contains("<p>This export is incomplete: conversations are missing.")
    );
    let ending = data(&page).pop().unwrap();
    assert_eq!(
        [&ending["complete"], &ending["failed"]],
        [&json!(false), &json!(1)]
    );
}

#[test]
fn a_file_that_is_no_page_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all-2.html"), "mine").unwrap();
    export(folder.path(), &large(2))
        .ends(1, &["all-2.html is in the way: it is no page of an export"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all-2.html")).unwrap(),
        "mine"
    );
    assert!(!folder.path().join("all.html").exists());
    export(folder.path(), &large(1)).ends(0, &[]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all-2.html")).unwrap(),
        "mine"
    );
}

#[test]
fn an_empty_export_replaces_no_pages() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), &large(2)).ends(0, &[]);
    let pages = ["all-1.html", "all-2.html", "all.html"];
    assert_eq!(names(folder.path())[..3], pages);
    let none = json!([{"type": "query_info"}, {"type": "post_query_info", "conversations": 0}]);
    fs::write(folder.path().join("in.json"), none.to_string()).unwrap();
    let empty = convexport("boost --input in.json -o all.html").within(folder.path());
    empty.run().ends(1, &["all.html.partial", "--allow-empty"]);
    assert_eq!(names(folder.path())[..3], pages);
    let index = fs::read_to_string(folder.path().join("all.html")).unwrap();
    assert_eq!(ids(&index).len(), 2);
    convexport("boost --input in.json -o all.html --allow-empty")
        .within(folder.path())
        .stdout();
    assert_eq!(names(folder.path()), ["all.html", "in.json", "sum.json"]);
}
