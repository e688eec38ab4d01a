//! What people see of media: pages show them, other formats link to them, and nothing that a browser would run is shown.

use std::fs;
use std::io::Read;

use serde_json::{Value, json};
use zip::ZipArchive;

use super::{fake_with_files, pictures, png, stored};
use crate::format::html::data;
use crate::support::botpress;
use crate::support::browser::Browser;
use crate::support::fake::{Fake, MediaFile, World};

/// A whole PNG of one pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

const SCRIPT: &[u8] =
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>parent.ran = true</script></svg>";

/// What an export to this file has.
fn export(fake: &Fake, name: &str, args: &str) -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(fake, &format!("-o {name} {args}"))
        .within(folder.path())
        .run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    let bytes = fs::read(folder.path().join(name)).unwrap();
    (folder, bytes)
}

#[test]
fn a_page_may_load_files_beside_it_only_with_media() {
    let fake = fake_with_files(vec![
        MediaFile::new("a", png(1)),
        MediaFile::status("b", 404),
    ]);
    let (_folder, page) = export(&fake, "a.html", "");
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("img-src data:; base-uri 'none'"));
    let (_folder, page) = export(&fake, "a.html", "--media m%.#");
    let page = String::from_utf8(page).unwrap();
    let policy = "default-src 'none'; ";
    assert!(page.contains(policy));
    assert!(page.contains("img-src data: 'self' file:; media-src 'self' file:; base-uri 'none'"));
    let files: Vec<Value> = data(&page)
        .iter()
        .filter_map(|line| line.as_array().map(|turns| turns[0][4]["files"][0].clone()))
        .collect();
    let file = format!("m%25.%23/{}", stored(&png(1), "png"));
    assert_eq!(files[0][3], json!([file, "image/png"]));
    assert_eq!(files[1][3], "gone");
}

#[test]
fn markdown_and_workbooks_link_to_the_files() {
    let fake = fake_with_files(vec![MediaFile::new("a", png(1))]);
    let file = stored(&png(1), "png");
    let (_folder, text) = export(&fake, "a.md", "--media 'm");
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("> [image][1]\n"), "{text}");
    assert!(text.contains(&format!("\n[1]: <%27m/{file}>\n")), "{text}");
    let (_folder, text) = export(&fake, "a.txt", "--media m");
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains(&format!("Media message of type image: m/{file}")),
        "{text}"
    );
    let (_folder, book) = export(&fake, "a.xlsx", "--media m");
    let mut package = ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut part = package
        .by_name("xl/worksheets/_rels/sheet1.xml.rels")
        .unwrap();
    let mut links = String::new();
    part.read_to_string(&mut links).unwrap();
    assert!(
        links.contains(&format!("Target=\"m/{file}\" TargetMode=\"External\"")),
        "{links}"
    );
    let (_folder, table) = export(&fake, "a.csv", "--media m");
    let table = String::from_utf8(table).unwrap();
    assert!(
        table.contains(&format!("\"\"file\"\":\"\"m/{file}\"\"")),
        "{table}"
    );
}

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_pictures_and_runs_nothing() {
    let fake = Fake::start(World::new());
    let url = |name: &str| format!("{}/media/{name}", fake.url());
    let mut world = pictures(&[url("pixel"), url("svg"), url("html")]);
    world.media = vec![
        MediaFile::new("pixel", PIXEL),
        MediaFile::new("svg", SCRIPT),
        MediaFile::new("html", "<html><script>parent.ran = true</script>"),
    ];
    *fake.world() = world;
    let (folder, _) = export(&fake, "a.html", "--media media");
    let path = folder.path().join("a.html");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    browser.open(&path);
    browser.wait("isLoaded");
    for (id, shown) in [("c0", 1), ("c1", 0), ("c2", 0)] {
        browser.eval(&format!("location.hash = 'c={id}'"));
        browser.settle();
        browser.wait(&format!(
            "document.querySelector('#view article') && location.hash === '#c={id}'"
        ));
        browser.settle();
        assert_eq!(
            browser.eval("document.querySelectorAll('#view img').length"),
            json!(shown)
        );
        let download = "document.querySelector('#view .file a').hasAttribute('download')";
        assert_eq!(browser.eval(download), json!(shown == 0));
        if shown == 1 {
            browser.wait("document.querySelector('#view img').complete");
            assert_eq!(
                browser.eval("document.querySelector('#view img').naturalWidth"),
                json!(1)
            );
        }
    }
    assert_eq!(browser.eval("typeof ran"), json!("undefined"));
    assert_eq!(
        browser.told(&["Log.entryAdded", "Runtime.exceptionThrown"]),
        Vec::<&Value>::new()
    );
}
