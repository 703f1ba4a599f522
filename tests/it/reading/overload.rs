//! What no client library sends: bytes that are no text, bodies that are too large, clients that say nothing.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::{server_with, shared};
use crate::support::server::Site;

/// Sends bytes and reads until the server has answered once, or closed.
async fn raw(site: &Site, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match timeout(Duration::from_secs(20), stream.read(&mut buffer)).await.expect("no answer") {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

#[actix_web::test]
async fn bytes_that_are_no_text_are_refused() {
    let site = shared();
    for line in [
        &b"GET /v1/events?q=\xff\xfe HTTP/1.1"[..],
        b"GET /v1/events/\xc3\x28 HTTP/1.1",
        b"GET /v1/events?\xf0\x28\x8c\x28=1 HTTP/1.1",
        b"GET /v1/events/%ff%fe HTTP/1.1",
        b"GET /v1/events?q=%c3%28 HTTP/1.1",
        b"GET /v1/events?%ff=1 HTTP/1.1",
        b"GET /v1/divisions/%00 HTTP/1.1",
        b"GET /v1/events?q=a\x00b HTTP/1.1",
    ] {
        let answer = raw(&site, &[line, b"\r\nHost: localhost\r\n\r\n"].concat()).await;
        assert!([400, 404].contains(&status(&answer)), "{}: {answer}", line.escape_ascii());
    }
    assert_eq!(site.get("/v1/events").await.status, 200);
}

#[actix_web::test]
async fn what_is_not_http_is_refused() {
    let site = shared();
    for request in [
        &b"hello\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
        b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        let answer = raw(&site, request).await;
        assert!(answer.is_empty() || status(&answer) == 400, "{}: {answer}", request.escape_ascii());
    }
}

#[actix_web::test]
async fn a_huge_body_is_refused_unread() {
    let site = shared();
    for method in ["GET", "POST"] {
        let head =
            format!("{method} /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n");
        let answer = raw(&site, head.as_bytes()).await;
        assert_eq!(status(&answer), 413, "{method}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
    let endless =
        format!("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "a".repeat(300_000));
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    // The server may close before it has read all, so writing may fail; it must not take it.
    let _ = stream.write_all(endless.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
        .await
        .expect("it neither answers nor closes");
    assert!(
        !answer.starts_with(b"HTTP/1.1 2") && !answer.starts_with(b"HTTP/1.1 5"),
        "{}",
        answer.escape_ascii()
    );
}

#[actix_web::test]
async fn a_client_that_does_not_finish_its_request_is_sent_away() {
    let site = shared();
    let mut slow = Vec::new();
    for part in ["GET /v1/ev", "GET /v1/events HTTP/1.1\r\nHost: local", "GET /v1/events HTTP/1.1\r\n"] {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(part.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let begun = Instant::now();
    let others = site.get("/v1/events").await;
    assert!(others.status == 200 && begun.elapsed() < Duration::from_secs(2), "others wait");
    for mut stream in slow {
        let mut answer = Vec::new();
        let closed =
            timeout(Duration::from_secs(15).saturating_sub(begun.elapsed()), stream.read_to_end(&mut answer))
                .await;
        assert!(closed.is_ok(), "still open after 15 s");
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"), "{}", answer.escape_ascii());
    }
}

/// Each connection takes two descriptors here, since both of its ends are in this process; where the limit is too
/// low for a thousand, as many as fit.
#[actix_web::test]
async fn a_thousand_idle_connections_disturb_nobody() {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find(|line| line.starts_with("Max open files"));
    let limit = limit.and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(1024);
    let count = 1000.min(usize::saturating_sub(limit, 400) / 2);
    let site = server_with(|_| Ok(())).await;
    let mut idle = Vec::new();
    for _ in 0..count {
        idle.push(TcpStream::connect(site.address).await.unwrap());
    }
    eprintln!("{count} idle connections");
    for _ in 0..10 {
        let begun = Instant::now();
        assert_eq!(Site::at(site.address).get("/v1/events").await.status, 200);
        assert!(begun.elapsed() < Duration::from_secs(1), "an answer took {:?}", begun.elapsed());
    }
    drop(idle);
}
