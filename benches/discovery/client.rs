//! A client that costs little, since it shares the machine with what it measures: one thread, raw HTTP/1.1 over
//! kept connections, each with one request on its way; of an answer it reads the status and the length.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::measure::{self, Load};

pub const CONNECTIONS: usize = 32;

/// After this, a server that does not answer is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of a request for `target`.
pub fn request(target: &str, gzip: bool) -> Vec<u8> {
    let coding = if gzip { "Accept-Encoding: gzip\r\n" } else { "" };
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{coding}\r\n").into_bytes()
}

/// Asks `server`, whose process is `pid`, all of `requests` in turn, and again, for `seconds`; before that, for a
/// tenth of the time, without counting.
pub fn load(server: SocketAddr, pid: u32, requests: Vec<Vec<u8>>, seconds: f64) -> Load {
    let requests = Arc::new(requests);
    measure::pin_server(pid);
    run(server, requests.clone(), Duration::from_secs_f64(seconds / 10.0));
    let before = measure::cpu(pid);
    let (latencies, bytes, elapsed) = run(server, requests, Duration::from_secs_f64(seconds));
    Load::of(latencies, elapsed, measure::cpu(pid) - before, bytes)
}

/// One request and its whole answer.
pub fn ask(server: SocketAddr, target: &str) -> String {
    let asked = async {
        let mut connection = Connection::open(server).await;
        connection.ask(&request(target, false)).await;
        String::from_utf8_lossy(&connection.answer[connection.body..]).into_owned()
    };
    runtime().block_on(asked)
}

fn run(server: SocketAddr, requests: Arc<Vec<Vec<u8>>>, time: Duration) -> (Vec<u32>, u64, Duration) {
    let client = std::thread::spawn(move || {
        measure::pin_client();
        runtime().block_on(async {
            let next = Arc::new(AtomicUsize::new(0));
            let begun = Instant::now();
            let tasks: Vec<_> = (0..CONNECTIONS)
                .map(|_| tokio::spawn(ask_until(server, requests.clone(), next.clone(), begun + time)))
                .collect();
            let (mut latencies, mut bytes) = (Vec::new(), 0);
            for task in tasks {
                let (some, read) = task.await.expect("every answer is right");
                latencies.extend(some);
                bytes += read;
            }
            (latencies, bytes, begun.elapsed())
        })
    });
    client.join().expect("the client ran to its end")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn ask_until(
    server: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    end: Instant,
) -> (Vec<u32>, u64) {
    let mut connection = Connection::open(server).await;
    let (mut latencies, mut bytes) = (Vec::with_capacity(1 << 14), 0);
    let mut now = Instant::now();
    while now < end {
        let request = &requests[next.fetch_add(1, Ordering::Relaxed) % requests.len()];
        bytes += connection.ask(request).await as u64;
        let answered = Instant::now();
        latencies.push((answered - now).as_micros() as u32);
        now = answered;
    }
    (latencies, bytes)
}

struct Connection {
    stream: TcpStream,
    /// The last answer.
    answer: Vec<u8>,
    /// Where its body begins.
    body: usize,
}

impl Connection {
    async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, answer: Vec::with_capacity(1 << 16), body: 0 }
    }

    /// Sends a request and reads the answer, which must be 200; gives the length of its body.
    async fn ask(&mut self, request: &[u8]) -> usize {
        match tokio::time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(length) => length,
            Err(_) => panic!("no answer within {PATIENCE:?}: {}", String::from_utf8_lossy(request)),
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> usize {
        self.stream.write_all(request).await.unwrap();
        self.answer.clear();
        self.body = loop {
            self.read(request).await;
            if let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let length = content_length(&self.answer[..self.body]);
        while self.answer.len() < self.body + length {
            self.read(request).await;
        }
        let good = self.answer.starts_with(b"HTTP/1.1 200 ");
        assert!(good, "{}{}", String::from_utf8_lossy(request), String::from_utf8_lossy(&self.answer));
        length
    }

    async fn read(&mut self, request: &[u8]) {
        let read = self.stream.read_buf(&mut self.answer).await.unwrap();
        assert!(read > 0, "the server hung up on {}", String::from_utf8_lossy(request));
    }
}

fn content_length(head: &[u8]) -> usize {
    let name = b"content-length: ";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name));
    let line = line.unwrap_or_else(|| panic!("no length: {}", String::from_utf8_lossy(head)));
    std::str::from_utf8(&line[name.len()..]).unwrap().trim_end().parse().unwrap()
}
