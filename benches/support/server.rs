//! A minimal HTTP/1.1 server for clients on this machine, with one thread per connection, plain or over TLS.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Starts a server that calls `answer` for the target of each request, until the program ends.
pub fn serve<A>(answer: A) -> io::Result<SocketAddr>
where
    A: Fn(&str, &TcpStream) -> io::Result<()> + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let answer = answer.clone();
            // A client that disconnects is no error here. The bench checks its exit status.
            thread::spawn(move || converse(&connection, &*answer).ok());
        }
    });
    Ok(address)
}

fn converse(
    connection: &TcpStream,
    answer: impl Fn(&str, &TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut requests = BufReader::new(connection);
    while let Some(line) = read(&mut requests)? {
        let target = line.split(' ').nth(1).unwrap_or("/");
        answer(target, connection)?;
    }
    Ok(())
}

/// Reads a request or an answer of known length. Returns its first line, or `None` at the end of the connection.
pub fn read(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    if from.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    loop {
        line.clear();
        from.read_line(&mut line)?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    io::copy(&mut from.take(length), &mut io::sink())?;
    Ok(Some(first))
}
