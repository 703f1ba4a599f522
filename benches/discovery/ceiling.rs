//! The ceiling: the same HTTP server on the same threads, with one fixed body and nothing around it. What a request
//! costs here, no answer of ours can undercut. It runs as a process of its own: this program, with an argument.

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};

use crate::measure;
use crate::server::{self, Server};

const ARGUMENT: &str = "serve-ceiling";

/// A ceiling with a body of `bytes`.
pub fn start(bytes: usize) -> Server {
    let mut command = server::bound(std::env::current_exe().unwrap());
    Server::start(command.args([ARGUMENT, &bytes.to_string()]), "http://", "http://")
}

/// Serves, if this process was started for that.
pub fn serve_if_asked() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [argument, bytes] = arguments.as_slice() else { return false };
    if argument != ARGUMENT {
        return false;
    }
    let body = Bytes::from(vec![b'x'; bytes.parse().unwrap()]);
    actix_web::rt::System::new().block_on(async move {
        let app = move || {
            let body = body.clone();
            let answer = move || {
                std::future::ready(HttpResponse::Ok().content_type("application/json").body(body.clone()))
            };
            App::new().default_service(web::to(answer))
        };
        let server = HttpServer::new(app).workers(measure::servers_processors()).bind("127.0.0.1:0").unwrap();
        println!("http://{}/", server.addrs()[0]);
        server.run().await.unwrap();
    });
    true
}
