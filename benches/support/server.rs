//! A site on this machine that answers every request with one file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

/// The size of a chunk of an answer.
const CHUNK: usize = 64 * 1024;

/// Serves the file, which is gzip, chunked and with no length told, until the program ends.
pub fn serve(file: &Path) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let file = file.to_owned();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let file = file.clone();
            // A client that hangs up is its own matter: its exit status is looked at.
            thread::spawn(move || answer(&connection, file).ok());
        }
    });
    Ok(address)
}

fn answer(connection: &TcpStream, file: PathBuf) -> io::Result<()> {
    let mut request = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        request.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    io::copy(&mut request.take(length), &mut io::sink())?;

    let mut out = connection;
    out.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\
          Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
    )?;
    let mut file = File::open(file)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        let framed = [format!("{read:x}\r\n").as_bytes(), &chunk[..read], b"\r\n"].concat();
        out.write_all(&framed)?;
        if read == 0 {
            return Ok(());
        }
    }
}
