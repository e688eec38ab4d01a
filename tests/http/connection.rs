//! Connections that fail: one sentence, what to check, and no retry where none can help.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use crate::support::fake::{Fake, World};
use crate::support::{botpress, convexport};

/// A run for a server at this address.
fn run(address: &str, args: &str) -> crate::support::Convexport {
    convexport("botpress --bot-id b --base-url")
        .arg(address)
        .args(args)
        .env("BP_TOKEN", "token")
}

#[test]
fn a_closed_port_is_named_and_tried_again() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let run = run(&format!("http://127.0.0.1:{port}"), "--retries 1").run();
    let said = "convexport: error: could not list the conversations of bot b: 127.0.0.1 refuses the connection \
                (after 2 attempts); check the network, and HTTPS_PROXY if there is a proxy\n";
    assert_eq!((run.code, run.stderr.as_str()), (5, said));
}

#[test]
fn a_name_that_cannot_be_is_tried_once() {
    let run = run("https://a..b", "").run();
    let said = "convexport: error: could not list the conversations of bot b: there is no server a..b; \
                check the site's or server's name, and the network\n";
    assert_eq!((run.code, run.stderr.as_str()), (1, said));
}

#[test]
fn a_certificate_that_is_not_trusted_is_tried_once() {
    let (port, connections) = untrusted();
    let server = run(&format!("https://localhost:{port}"), "-v").run();
    server.ends(
        1,
        &[
            "the certificate of localhost is not trusted here; check",
            "SSL_CERT_FILE",
        ],
    );
    assert!(!server.stderr.contains("attempts"), "{}", server.stderr);
    assert!(
        server.stderr.contains("invalid peer certificate"),
        "-v has the details: {}",
        server.stderr
    );
    assert_eq!(connections.lock().unwrap().len(), 1);
}

#[test]
fn a_proxy_that_does_not_answer_is_named() {
    let run = run("https://example.org", "--retries 0")
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .run();
    run.ends(
        5,
        &["the proxy does not connect to example.org; check HTTPS_PROXY"],
    );
}

#[test]
fn a_connection_that_breaks_is_one_sentence() {
    let rule = crate::support::fake::Rule::on("/conversations")
        .answer(crate::support::fake::Action::Reset);
    let fake = Fake::start(World::new().rule(rule));
    let run = botpress(&fake, "--retries 0").run();
    let bot = fake.world().bot_id.clone();
    let said = format!(
        "convexport: error: could not list the conversations of bot {bot}: the connection broke\n"
    );
    assert_eq!((run.code, run.stderr), (5, said));
}

/// A server whose certificate nobody has signed. Returns its port, and the connections that came.
fn untrusted() -> (u16, Arc<std::sync::Mutex<Vec<()>>>) {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let certificate = include_bytes!("../fixtures/untrusted.pem");
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let key =
        PrivateKeyDer::from_pem_slice(include_bytes!("../fixtures/untrusted-key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = connections.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            seen.lock().unwrap().push(());
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = rustls::StreamOwned::new(connection, stream);
            // The program ends the handshake.
            tls.read_exact(&mut [0; 1]).ok();
            tls.flush().ok();
        }
    });
    (port, connections)
}
