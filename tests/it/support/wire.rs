//! A wire to PostgreSQL that can be cut at a commit.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The commit does not reach the server.
    Before,
    /// The server commits, and its answer is lost.
    After,
}

/// A wire that passes everything on, until it is told to cut the next commit.
pub struct Wire {
    /// The URL of the store at this end.
    pub url: String,
    next: Arc<Mutex<Option<Cut>>>,
}

impl Wire {
    /// A wire to the store with this URL.
    pub fn to(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, name) = rest.split_once('/').unwrap();
        let (user, server) = authority.rsplit_once('@').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{user}@{}/{name}", listener.local_addr().unwrap());
        let next = Arc::<Mutex<Option<Cut>>>::default();
        let (server, cut) = (server.to_owned(), next.clone());
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let muted = Arc::<Mutex<bool>>::default();
                let (up, down) =
                    ((client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client));
                let (cut, mute) = (cut.clone(), muted.clone());
                thread::spawn(move || pass(up.0, up.1, |bytes| ask(bytes, &cut, &mute)));
                thread::spawn(move || pass(down.0, down.1, |_| !*muted.lock().unwrap()));
            }
        });
        Self { url, next }
    }

    /// Cuts the next commit.
    pub fn cut(&self, cut: Cut) {
        *self.next.lock().unwrap() = Some(cut);
    }

    /// Whether that has been done.
    pub fn was_cut(&self) -> bool {
        self.next.lock().unwrap().is_none()
    }
}

/// Whether what a client sends may pass; the answer to a commit that is to be lost is muted.
fn ask(bytes: &[u8], cut: &Mutex<Option<Cut>>, mute: &Mutex<bool>) -> bool {
    if !bytes.windows(6).any(|six| six == b"COMMIT") {
        return true;
    }
    match cut.lock().unwrap().take() {
        Some(Cut::Before) => false,
        Some(Cut::After) => {
            *mute.lock().unwrap() = true;
            true
        }
        None => true,
    }
}

/// Passes bytes on for as long as they may pass; then both ends are closed.
fn pass(mut from: TcpStream, mut to: TcpStream, mut may: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !may(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
