//! A fake boost.ai site that answers every request with one file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use hyper::body::Bytes;

use super::server;
use super::tls::{self, Answer, Protocol};

/// The size of the chunks of an answer.
const CHUNK: usize = 64 * 1024;

/// Serves a gzip file in chunks, without stating its length, until the program ends. Returns the address.
pub fn serve(file: &Path) -> io::Result<String> {
    let file = file.to_owned();
    let address = server::serve(move |_, connection| answer(connection, &file))?;
    Ok(format!("http://{address}"))
}

fn answer(mut connection: &TcpStream, file: &Path) -> io::Result<()> {
    connection.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\
          Transfer-Encoding: chunked\r\n\r\n",
    )?;
    let mut file = File::open(file)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        let framed = [format!("{read:x}\r\n").as_bytes(), &chunk[..read], b"\r\n"].concat();
        connection.write_all(&framed)?;
        if read == 0 {
            return Ok(());
        }
    }
}

/// The same over TLS, with the length of the answer. Returns the address.
pub fn serve_tls(file: &Path, protocol: Protocol) -> Result<String> {
    let body = Bytes::from(std::fs::read(file)?);
    tls::serve(protocol, move |_| Answer {
        body: body.clone(),
        is_gzipped: true,
        latency: Duration::ZERO,
    })
}
