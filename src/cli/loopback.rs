//! A page served to this machine only, for browsers that run no script of a file's address.

use super::failure::Failure;
use include_dir::Dir;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

/// A request's first line and headers may take this many bytes.
const LONGEST: u64 = 16 * 1024;
/// A browser that says nothing for so long is not waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server bound to 127.0.0.1, not yet answering.
pub struct Loopback {
    listener: TcpListener,
    /// Where it will answer.
    pub address: String,
}

impl Loopback {
    /// Binds a port, 0 for any that is free.
    pub fn bind(port: u16) -> Result<Self, Failure> {
        let refused =
            |e: std::io::Error| Failure::new(format!("port {port} of 127.0.0.1 cannot be bound: {e}; choose another, or 0 for any"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
        let address = format!("http://{}/", listener.local_addr().map_err(refused)?);
        Ok(Self { listener, address })
    }

    /// Answers until the process ends: one request a connection, one after the other, as two files need no more.
    pub fn serve(&self, files: &Dir<'_>) -> ! {
        loop {
            if let Ok((stream, _)) = self.listener.accept() {
                // A browser that went away is no matter.
                let _ = answer(stream, files);
            }
        }
    }
}

fn answer(mut stream: TcpStream, files: &Dir<'_>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new((&stream).take(LONGEST)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut host = String::new();
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("host:") {
            value.trim().clone_into(&mut host);
        }
    }
    let (status, kind, body) = respond(&first, &host, files);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if !first.starts_with("HEAD ") {
        stream.write_all(body)?;
    }
    stream.flush()
}

/// Status, content type and body for a request's first line and its host.
fn respond<'a>(first: &str, host: &str, files: &'a Dir<'_>) -> (&'static str, &'static str, &'a [u8]) {
    const PLAIN: &str = "text/plain; charset=utf-8";
    let mut words = first.split_ascii_whitespace();
    let (Some("GET" | "HEAD"), Some(path)) = (words.next(), words.next()) else {
        return ("405 Method Not Allowed", PLAIN, b"only GET and HEAD are answered");
    };
    // Another site's name that resolves to this machine gets nothing.
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(name, "127.0.0.1" | "localhost") {
        return ("403 Forbidden", PLAIN, b"this server is for this machine only");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(file) = files.get_file(path) else {
        return ("404 Not Found", PLAIN, b"no such file");
    };
    let kind = match file.path().extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    ("200 OK", kind, file.contents())
}

#[cfg(test)]
mod tests {
    use super::*;
    use include_dir::include_dir;

    static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/tour");

    #[test]
    fn only_this_machine_gets_only_what_is_there() {
        let status = |first: &str, host: &str| respond(first, host, &FILES).0;
        assert_eq!(status("GET / HTTP/1.1", "127.0.0.1:8000"), "200 OK");
        assert_eq!(status("HEAD /tour.js?x=1 HTTP/1.1", "localhost:8000"), "200 OK");
        assert_eq!(status("GET /../Cargo.toml HTTP/1.1", "localhost"), "404 Not Found");
        assert_eq!(status("GET / HTTP/1.1", "example.org"), "403 Forbidden");
        assert_eq!(status("POST / HTTP/1.1", "localhost"), "405 Method Not Allowed");
        assert_eq!(status("", "localhost"), "405 Method Not Allowed");
    }

    #[test]
    fn a_request_over_the_loopback_is_answered() {
        let server = Loopback::bind(0).unwrap();
        let address = server.address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        std::thread::spawn(move || server.serve(&FILES));
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("<!doctype html>"));
    }
}
