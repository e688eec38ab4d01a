//! A server of pictures, each of another content.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::server;

const CHUNK: usize = 64 * 1024;

/// Starts the server, which waits before every answer. `size` tells how many bytes a picture has, by its number: that of
/// its conversation by a thousand, and that within the conversation.
pub fn serve(latency: Duration, size: fn(usize) -> usize) -> io::Result<SocketAddr> {
    server::serve(move |target, mut connection| {
        thread::sleep(latency);
        let number = target.trim_start_matches('/').parse().unwrap_or(0);
        let mut chunk = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", target.as_bytes()].concat();
        let length = size(number);
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {length}\r\n\r\n"
        )
        .into_bytes();
        chunk.resize(CHUNK.min(length), b'x');
        answer.extend_from_slice(&chunk);
        connection.write_all(&answer)?;
        let mut left = length - chunk.len();
        while left > 0 {
            let part = &chunk[..left.min(CHUNK)];
            connection.write_all(part)?;
            left -= part.len();
        }
        Ok(())
    })
}
