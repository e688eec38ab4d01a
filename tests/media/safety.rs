//! Nothing from the network is trusted: no address, no length, no name; and the token goes to the vendor alone.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;

use super::{attachments, export, fake_with_files, files, pictures, png, sha256, stored};
use crate::support::fake::{Action, Fake, MediaFile, Rule, World};
use crate::support::{botpress, convexport};

/// A saved answer of boost.ai with these pictures.
fn saved(addresses: &[String]) -> String {
    let content: Vec<_> = addresses
        .iter()
        .map(|address| json!({ "type": "image", "url": address }))
        .collect();
    json!([
        { "type": "query_info", "conversations": 1 },
        { "type": "conversation", "id": 1, "time": { "created": "2026-11-01T12:00:00Z" }, "messages": [
            { "id": 1, "time": "2026-11-01T12:00:00Z", "type": "answer", "content": content }] },
        { "type": "post_query_info", "conversations": 1 }
    ])
    .to_string()
}

#[test]
fn the_token_goes_to_the_vendor_alone() {
    let other = Fake::start(World::new().medium(MediaFile::new("b", png(2))));
    let fake = Fake::start(World::new());
    let (here, there) = (fake.url(), other.url());
    let mut world = pictures(&[
        format!("{here}/media/a"),
        format!("{there}/media/b"),
        format!("{here}/media/away"),
    ]);
    world.media = vec![
        MediaFile::new("a", png(1)),
        MediaFile::redirect("away", &format!("{there}/media/b?after=redirect")),
    ];
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    export(&fake, folder.path(), "").stdout();
    let token = fake.world().token.clone();
    for request in fake.requests() {
        assert_eq!(request.bearer(), Some(token.as_str()), "{}", request.line());
    }
    assert_eq!(other.asked(), 2);
    for request in other.requests() {
        for (name, value) in &request.headers {
            assert!(!value.contains(&token), "{name}");
            assert!(!["authorization", "x-bot-id", "cookie", "referer"].contains(&name.as_str()));
        }
    }
}

#[test]
fn no_machine_of_a_private_network_is_asked() {
    // Nothing but this machine can be asked in a test: what is refused would else wait for its timeout.
    let fake = Fake::start(World::new());
    let local = fake.url().replace("http://", "");
    let port = local.rsplit(':').next().unwrap().to_owned();
    let private = [
        "http://10.0.0.1/a",
        "https://10.0.0.1/a",
        "https://192.168.1.1/a",
        "https://172.16.0.1/a",
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/a",
        "https://[fe80::1]/a",
        "https://0.0.0.0/a",
        "https://0xa9fea9fe/a",
        "https://[::ffff:10.0.0.1]/a",
        "http://files.example.com/a",
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        "//x",
        "",
        "https://user:word@127.0.0.1/a",
        "javascript:alert(1)",
    ];
    let addresses: Vec<_> = private.map(str::to_owned).to_vec();
    let mut world = pictures(&addresses);
    // The same behind a redirect.
    let redirects: Vec<_> = private
        .iter()
        .enumerate()
        .filter(|(_, address)| address.contains("://"))
        .map(|(number, address)| MediaFile::redirect(&format!("r{number}"), address))
        .collect();
    let others: Vec<_> = redirects
        .iter()
        .map(|file| format!("{}/media/{}", fake.url(), file.name))
        .collect();
    let behind = pictures(&others);
    for (number, mut conversation) in behind.conversations.into_iter().enumerate() {
        conversation.id = format!("r{number}");
        world = world.conversation(conversation);
    }
    world.media = redirects;
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "-f jsonl --media media --retries 0 --timeout 5")
        .within(folder.path())
        .run();
    for link in attachments(&run.stdout) {
        assert_eq!(link["missing"], "not allowed", "{link}");
    }
    assert_eq!(files(&folder.path().join("media")), Vec::<String>::new());

    // A vendor that is not on this machine may not point to it, by number or by name.
    let before = fake.connections();
    let addresses = [
        format!("http://127.0.0.1:{port}/media/a"),
        format!("https://127.0.0.1:{port}/media/a"),
        format!("https://localhost:{port}/media/a"),
        format!("https://[::1]:{port}/media/a"),
    ];
    let run = convexport("boost --input - -f jsonl --media media --retries 0")
        .within(folder.path())
        .stdin(&saved(&addresses))
        .run();
    let found = attachments(&run.stdout);
    assert_eq!(found.len(), 4);
    for link in found {
        assert_eq!(link["missing"], "not allowed", "{link}");
    }
    assert_eq!(fake.connections(), before);
}

#[test]
fn five_redirects_are_followed_and_no_more() {
    let served = vec![
        MediaFile::redirect("6", "/media/5"),
        MediaFile::redirect("5", "4"),
        MediaFile::redirect("4", "/media/3"),
        MediaFile::redirect("3", "/media/2"),
        MediaFile::redirect("2", "/media/1"),
        MediaFile::redirect("1", "/media/0"),
        MediaFile::new("0", png(0)),
        MediaFile::redirect("loop", "/media/loop"),
        MediaFile::redirect("nowhere", "http://["),
    ];
    let fake = fake_with_files(served);
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "").run();
    let found = attachments(&run.stdout);
    assert_eq!(found[0]["missing"], "not reachable");
    for link in &found[1..7] {
        assert_eq!(link["sha256"], sha256(&png(0)));
    }
    assert_eq!(found[7]["missing"], "not reachable");
    assert_eq!(found[8]["missing"], "not reachable");
    assert_eq!(fake.asked_for("/media/loop"), 6);
}

#[test]
fn sizes_are_limited_while_bytes_come() {
    let zeros = vec![0; 50_000_000];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&zeros).unwrap();
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&zeros).unwrap();
    let mut small = GzEncoder::new(Vec::new(), Compression::best());
    small.write_all(&png(5)).unwrap();
    let small = small.finish().unwrap();
    let served = vec![
        MediaFile::endless("endless"),
        MediaFile::new("bomb", gzip.finish().unwrap()).header("Content-Encoding", "gzip"),
        MediaFile::new("bomb2", deflate.finish().unwrap()).header("Content-Encoding", "deflate"),
        MediaFile::new("exact", vec![1; 1_000_000]),
        MediaFile::new("more", vec![1; 1_000_001]),
        MediaFile::new("packed", small.clone()).header("Content-Encoding", "gzip"),
        MediaFile::new("half", &small[..small.len() / 2]).header("Content-Encoding", "gzip"),
        MediaFile::new("odd", "x").header("Content-Encoding", "br"),
    ];
    let fake = fake_with_files(served);
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "--media-max-size 1M --retries 0").run();
    let found = attachments(&run.stdout);
    for index in [0, 1, 2, 4] {
        assert_eq!(found[index]["missing"], "too large", "{}", found[index]);
    }
    assert_eq!(found[3]["bytes"], 1_000_000);
    assert_eq!(found[5]["sha256"], sha256(&png(5)));
    assert_eq!(found[6]["missing"], "not reachable");
    assert_eq!(found[7]["missing"], "not reachable");
    // Nothing is left of what was too large.
    assert_eq!(files(&folder.path().join("media")).len(), 2);
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let fake = fake_with_files(vec![
        MediaFile::new("hang", png(1)),
        MediaFile::new("stall", png(2)),
    ]);
    for (name, action) in [("hang", Action::Hang), ("stall", Action::Stall)] {
        let rule = Rule::path(&format!("/media/{name}"));
        fake.world().faults.push(rule.answer(action));
    }
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "--timeout 0.3 --retries 0").run();
    run.ends(0, &["2 media could not be fetched: 2 not reachable"]);
}

#[test]
#[cfg(target_os = "linux")]
fn hosts_that_are_dead_hold_no_run_up() {
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    // It takes connections at all addresses of this machine, and never answers.
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for connection in listener.incoming() {
            counted.fetch_add(1, Ordering::Relaxed);
            open.push(connection);
        }
    });
    // 300 hosts, and 300 addresses of one of them.
    let dead = |host: usize, name: usize| {
        let (high, low) = (host / 200, host % 200 + 1);
        format!("http://127.0.{high}.{low}:{port}/{name}")
    };
    let fake = Fake::start(World::new());
    let mut addresses: Vec<_> = (1..=300).map(|host| dead(host, 0)).collect();
    addresses.extend((0..300).map(|name| dead(301, name)));
    addresses.push(format!("{}/media/alive", fake.url()));
    let mut world = pictures(&addresses);
    world.media = vec![MediaFile::new("alive", png(1))];
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    let args = "--timeout 0.5 --retries 3 --media-concurrency 64";
    let run = export(&fake, folder.path(), args).run();
    run.ends(0, &["600 media could not be fetched: 600 not reachable"]);
    let found = attachments(&run.stdout);
    assert_eq!(found[600]["sha256"], sha256(&png(1)));
    // So many dead hosts are asked once each, and the last by all that are under way at once.
    let asked = connections.load(Ordering::Relaxed);
    assert!((300..=400).contains(&asked), "{asked}");
}

#[test]
fn a_length_that_is_a_lie_makes_no_half_file() {
    let longer = MediaFile::new("longer", png(2)).header("Content-Length", "1000");
    let fake = fake_with_files(vec![MediaFile::new("honest", png(1)), longer]);
    let bytes = [png(3), b"and more".to_vec()].concat();
    let length = png(3).len().to_string();
    let shorter = MediaFile::new("shorter", bytes).header("Content-Length", &length);
    let other = fake_with_files(vec![shorter]);
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "").run();
    let found = attachments(&run.stdout);
    assert_eq!(found[0]["sha256"], sha256(&png(1)));
    assert_eq!(found[1]["missing"], "not reachable");
    assert_eq!(fake.asked_for("/media/longer"), 2);
    assert_eq!(
        files(&folder.path().join("media")),
        [stored(&png(1), "png")]
    );
    // Where the file ends, only the length can tell.
    let run = export(&other, folder.path(), "").run();
    assert_eq!(attachments(&run.stdout)[0]["sha256"], sha256(&png(3)));
}

#[test]
fn data_addresses_are_decoded_within_the_limit() {
    let fake = Fake::start(pictures(&[
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=".to_owned(),
        "data:text/plain,Gr%C3%BC%C3%9Fe".to_owned(),
        format!("DATA:text/plain;base64,{}", "YWFh".repeat(400)),
        "data:image/png;base64,!!!".to_owned(),
        "data:nothing".to_owned(),
    ]));
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "--media-max-size 1k").run();
    let found = attachments(&run.stdout);
    assert_eq!(found[0]["media_type"], "image/gif");
    assert_eq!(found[1]["sha256"], sha256("Grüße".as_bytes()));
    assert_eq!(found[2]["missing"], "too large");
    assert_eq!(found[3]["missing"], "not reachable");
    assert_eq!(found[4]["missing"], "not reachable");
}

#[test]
fn details_show_no_signature() {
    let fake = fake_with_files(vec![MediaFile::new("a?X-Amz-Signature=s3cr3t", png(1))]);
    fake.world().media[0].name = "a".to_owned();
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "-v -o a.jsonl").run();
    run.ends(0, &["/media/a: 200"]);
    assert!(!run.stderr.contains("s3cr3t"), "{}", run.stderr);
    let text = fs::read_to_string(folder.path().join("a.jsonl")).unwrap();
    assert_eq!(attachments(&text)[0]["sha256"], sha256(&png(1)));
}
