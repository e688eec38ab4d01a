//! `--input`: an answer that was saved, read without any network.

use std::fs;
use std::io::Write;

use super::{conversations, site, truth};
use crate::support::{boost, convexport};

#[test]
fn a_saved_answer_needs_no_network() {
    let fake = site(20);
    let plain = boost(&fake, "--since 2026-01-01 -f jsonl").stdout();
    // A saved answer does not name its site.
    let host = fake.url().replace("http://", "");
    let unnamed = plain.replace(&format!("\"account\":\"{host}\""), "\"account\":null");
    let saved = {
        fake.world().boost.gzip = false;
        let body = r#"{"from":"2026-01-01","to":"2027-01-01"}"#;
        let token = fake.world().boost.token.clone();
        let mut socket =
            std::net::TcpStream::connect(fake.url().trim_start_matches("http://")).unwrap();
        write!(socket, "POST /api/export/v3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
            Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        unchunked(socket)
    };
    let folder = tempfile::tempdir().unwrap();
    let (text, gzip) = (
        folder.path().join("saved.json"),
        folder.path().join("saved.json.gz"),
    );
    fs::write(&text, &saved).unwrap();
    let mut packer = flate2::write::GzEncoder::new(
        fs::File::create(&gzip).unwrap(),
        flate2::Compression::fast(),
    );
    packer.write_all(&saved).unwrap();
    packer.finish().unwrap();
    for file in [&text, &gzip] {
        let out = convexport("boost -f jsonl --input").arg(file).stdout();
        assert_eq!(out, unnamed);
    }
    let piped = convexport("boost -f jsonl --input -")
        .stdin(std::str::from_utf8(&saved).unwrap())
        .stdout();
    assert_eq!(piped, unnamed);
    let limited = convexport("boost -f jsonl --limit 3 --input")
        .arg(&gzip)
        .stdout();
    assert_eq!(conversations(&limited), truth(&fake)[..3]);
    convexport("boost --input nowhere.json")
        .run()
        .ends(1, &["could not read nowhere.json", "No such file"]);
}

/// The body of a chunked answer.
fn unchunked(mut socket: std::net::TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut socket, &mut bytes).unwrap();
    let head = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    let (mut rest, mut body) = (&bytes[head..], Vec::new());
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[(end + size + 4).min(rest.len())..];
    }
    body
}

#[test]
fn a_proof_that_cannot_be_read_is_none() {
    let talk = r#"{"type":"conversation","id":1,"messages":[]}"#;
    for end in [
        r#"{"type":"post_query_info","conversations":1, garbage}"#,
        r#"{"type":"post_query_info","conversations":"2"}"#,
        r#"{"type":"news", garbage},{"type":"post_query_info","conversations":1}"#,
    ] {
        let run = convexport("boost --input - -f jsonl")
            .stdin(&format!("[{talk},{end}]"))
            .run();
        run.ends(3, &["cannot be read", "after 1 conversation)"]);
        assert_eq!(conversations(&run.stdout), ["1"]);
    }
}

#[test]
fn messages_that_stand_twice_are_not_dropped() {
    let message = r#"{"id":5,"type":"question","question":{"input":"first"}}"#;
    let talk = format!(r#"{{"type":"conversation","id":1,"messages":[{message}],"messages":[]}}"#);
    let run = convexport("boost --input - -f jsonl")
        .stdin(&format!("[{talk},{{\"type\":\"post_query_info\"}}]"))
        .run();
    run.ends(
        3,
        &[
            "could not read conversation 1",
            "duplicate field `messages`",
        ],
    );
}

#[test]
fn a_byte_order_mark_is_no_garbage() {
    let saved = include_str!("../../fixtures/boost-export.json");
    let plain = convexport("boost --input - -f jsonl").stdin(saved).stdout();
    let marked = format!("\u{feff}{saved}");
    let read = convexport("boost --input - -f jsonl")
        .stdin(&marked)
        .stdout();
    assert_eq!(read, plain);
    let again = convexport("render - -f jsonl").stdin(&format!("\u{feff}{plain}"));
    assert_eq!(again.stdout(), plain);
}

#[test]
fn an_error_object_under_200_is_shown() {
    let run = convexport("boost --input -")
        .stdin(r#"{"type":"error","message":"The range is too long."}"#)
        .run();
    run.ends(3, &["boost.ai reports an error: The range is too long."]);
    convexport("boost --input -")
        .stdin("")
        .run()
        .ends(3, &["ended before its closing `]`"]);
    convexport("boost --input -")
        .stdin("42")
        .run()
        .ends(3, &["it is no JSON array"]);
}

#[test]
fn an_export_of_convexport_is_told_from_an_answer() {
    let sample = include_str!("../../fixtures/boost-export.json");
    for form in ["json", "jsonl"] {
        let ours = convexport("boost --input - -f")
            .arg(form)
            .stdin(sample)
            .stdout();
        let run = convexport("boost --input -").stdin(&ours).run();
        let said = "convexport: error: could not read stdin: it is an export of convexport: use `convexport render` to read it\n";
        assert_eq!((run.code, run.stderr.as_str()), (1, said));
    }
}
