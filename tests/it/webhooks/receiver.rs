//! Somebody who is told: a web server that answers as a test says.

use std::collections::{HashSet, VecDeque};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

/// What is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    Redirect(String),
    /// 204, after a while.
    Late(Duration),
    /// Nothing, for longer than anybody waits.
    Silence,
    /// A body without end.
    Endless,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Taken {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Taken {
    pub fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(one, _)| one == name).unwrap_or_else(|| panic!("no {name}")).1
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Default)]
struct Book {
    taken: Mutex<Vec<Taken>>,
    replies: Mutex<VecDeque<Reply>>,
    /// Objects of which it will not hear.
    broken: Mutex<HashSet<String>>,
}

pub struct Receiver {
    port: u16,
    book: Arc<Book>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let book = Arc::<Book>::default();
        let shared = web::Data::from(book.clone());
        let app = move || App::new().app_data(shared.clone()).default_service(web::to(take));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        actix_web::rt::spawn(server);
        Self { port, book }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.2:{}{path}", self.port)
    }

    /// The same port under a name.
    pub fn named(&self, name: &str) -> String {
        format!("http://{name}:{}/hook", self.port)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.book.taken.lock().unwrap().clone()
    }

    /// Answers so to the next requests, one after the other.
    pub fn reply(&self, replies: &[Reply]) {
        self.book.replies.lock().unwrap().extend(replies.iter().cloned());
    }

    /// Answers 500 to whatever is about these objects.
    pub fn refuse(&self, objects: &[String]) {
        *self.book.broken.lock().unwrap() = objects.iter().cloned().collect();
    }
}

async fn take(request: HttpRequest, body: web::Bytes, book: web::Data<Book>) -> HttpResponse {
    let header =
        |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
        };
    let taken = Taken {
        path: request.path().to_owned(),
        headers: request.headers().iter().map(header).collect(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let about = serde_json::from_str::<Value>(&taken.body)
        .ok()
        .and_then(|body| body["object"]["id"].as_str().map(str::to_owned));
    book.taken.lock().unwrap().push(taken);
    if about.is_some_and(|about| book.broken.lock().unwrap().contains(&about)) {
        return HttpResponse::InternalServerError().finish();
    }
    let reply = book.replies.lock().unwrap().pop_front();
    match reply {
        None => HttpResponse::NoContent().finish(),
        Some(Reply::Status(status)) => {
            HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).finish()
        }
        Some(Reply::Redirect(to)) => HttpResponse::Found().insert_header(("Location", to)).finish(),
        Some(Reply::Late(after)) => {
            actix_web::rt::time::sleep(after).await;
            HttpResponse::NoContent().finish()
        }
        Some(Reply::Silence) => {
            actix_web::rt::time::sleep(Duration::from_secs(120)).await;
            HttpResponse::Ok().finish()
        }
        Some(Reply::Endless) => HttpResponse::Ok().streaming(futures_util::stream::repeat_with(|| {
            Ok::<_, actix_web::Error>(web::Bytes::from_static(&[b'x'; 4096]))
        })),
    }
}
