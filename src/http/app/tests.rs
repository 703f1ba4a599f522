//! The edge as callers meet it, around a few handlers of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, init_service};
use actix_web::{HttpResponse, get, post};
use serde_json::Value;

use super::*;
use crate::domain::ids::EventId;
use crate::domain::text::Lang;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE, POSITION};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{PROBLEM_JSON, Problem};

struct Fixed;

impl Random for Fixed {
    fn bits(&self) -> u32 {
        0xabc
    }
}

struct ListThings;

impl Table for ListThings {
    const PARAMS: &'static [&'static [Param]] = &[POSITION, PAGE, LANGUAGE, &[Q]];
}

const Q: Param = Param::new("q", Kind::Text { max_chars: 50 }, "words", "天文");

/// List things
///
/// For tests.
#[utoipa::path(tag = "events", params(Asked<ListThings>), responses((status = 200, body = List<String>)))]
#[get("/v1/things")]
async fn list_things(asked: Asked<ListThings>) -> HttpResponse {
    let word = if asked.lang == Lang::En { "a thing" } else { "天文与航天" };
    let items = vec![word.to_owned(); asked.params.page().limit];
    HttpResponse::Ok().json(List {
        total: items.len() as u64,
        items,
        next_cursor: None,
        crs: None,
        facets: None,
    })
}

/// Get a thing
///
/// For tests.
#[utoipa::path(tag = "events", params(PathId<EventId>), responses((status = 200, body = String)))]
#[get("/v1/things/{id}")]
async fn get_thing(id: PathId<EventId>) -> HttpResponse {
    HttpResponse::Ok().json(id.0)
}

/// Echo
///
/// For tests.
#[utoipa::path(tag = "events", request_body = String, responses((status = 200, body = String)))]
#[post("/v1/things")]
async fn create_thing(body: Json<String>) -> HttpResponse {
    HttpResponse::Ok().body(body.0)
}

/// Break
///
/// For tests.
#[utoipa::path(tag = "events", responses((status = 200, body = String)))]
#[get("/v1/broken")]
async fn get_broken() -> Result<HttpResponse, Problem> {
    Err(Problem::internal("the secret cause"))
}

/// Panic
///
/// For tests.
#[utoipa::path(tag = "events", responses((status = 200, body = String)))]
#[get("/v1/panic")]
async fn get_panic() -> HttpResponse {
    panic!("the secret cause")
}

fn mount_things(cfg: &mut ServiceConfig) {
    cfg.configure(health::configure);
    cfg.service(list_things).service(get_thing).service(create_thing).service(get_broken).service(get_panic);
}

fn site(max_in_flight: usize) -> Site {
    Site::of(mount_things, Settings { max_in_flight }, &Fixed)
}

/// The app around the handlers of this file; its type has no name that can be written.
macro_rules! app {
    ($site:expr) => {
        init_service(assemble(&$site, web::Data::new(()), mount_things)).await
    };
}

/// What came back: status, headers, body.
struct Answer {
    status: u16,
    headers: header::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn of(response: HttpResponse) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: to_bytes(response.into_body()).await.unwrap().to_vec() }
    }

    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `status code field:code …` of a problem.
    fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), PROBLEM_JSON);
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert_eq!(body["requestId"], self.header("x-request-id"));
        let mut said = format!("{} {}", self.status, body["code"].as_str().unwrap());
        for error in body["errors"].as_array().into_iter().flatten() {
            said += &format!(" {}:{}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap());
        }
        said
    }
}

async fn send(request: TestRequest) -> Answer {
    match app!(site(8)).call(request.to_request()).await {
        Ok(response) => Answer::of(response.into_parts().1).await,
        Err(error) => Answer::of(error.error_response()).await,
    }
}

async fn get(uri: &str) -> Answer {
    send(TestRequest::get().uri(uri)).await
}

#[actix_web::test]
async fn bad_queries_are_problems_that_name_the_field() {
    for (query, said) in [
        ("radus=1", "400 invalidParameter radus:unknown"),
        ("limit=1&limit=2", "400 invalidParameter limit:repeated"),
        ("q=", "400 invalidParameter q:empty"),
        ("q=%ff", "400 invalidParameter q:malformed"),
        ("lat=113.3&lng=23.1", "400 invalidParameter lat:outOfRange"),
        ("lat=1&limit=0", "400 invalidParameter limit:outOfRange lat:incomplete"),
    ] {
        assert_eq!(get(&format!("/v1/things?{query}")).await.problem(), said);
    }
}

#[actix_web::test]
async fn problems_speak_the_callers_language() {
    let asked = |lang| TestRequest::get().uri("/v1/nothing").insert_header(("Accept-Language", lang));
    assert_eq!(send(asked("en")).await.json()["title"], "Not found");
    assert_eq!(
        send(asked("zh-HK")).await.json()["detail"],
        "這個地址沒有內容，或內容不公開；請核對路徑與編號。"
    );
    let swapped = get("/v1/things?lat=113.3&lng=23.1&lang=en").await.json();
    assert!(swapped["errors"][0]["message"].as_str().unwrap().contains("swapped"));
}

#[actix_web::test]
async fn wrong_addresses_and_wrong_methods_are_told_apart() {
    assert_eq!(get("/nothing").await.problem(), "404 notFound");
    assert_eq!(get("/v1/things/not-an-id").await.problem(), "404 notFound");
    assert_eq!(get("/v1/things/%ff").await.problem(), "404 notFound");
    assert_eq!(get("/v1/things/0000000000001").await.status, 200);
    for (method, uri, allow) in [
        (Method::DELETE, "/v1/things", "GET, HEAD, POST"),
        (Method::POST, "/v1/things/0000000000001", "GET, HEAD"),
        (Method::TRACE, "/v1/things", "GET, HEAD, POST"),
        (Method::OPTIONS, "/v1/things/0000000000001", "GET, HEAD"),
        (Method::PUT, "/openapi.json", "GET, HEAD"),
        (Method::POST, "/docs/", "GET, HEAD"),
    ] {
        let answer = send(TestRequest::default().method(method).uri(uri)).await;
        assert_eq!(
            (answer.problem().as_str(), answer.header("allow")),
            ("405 methodNotAllowed", allow),
            "{uri}"
        );
    }
    assert_eq!(send(TestRequest::default().method(Method::HEAD).uri("/v1/things")).await.status, 200);
}

#[actix_web::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let first = get("/v1/things").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\"") && first.header("cache-control") == "no-cache");
    assert_eq!(first.header("vary"), "Accept-Language, Accept-Encoding");
    for held in [tag.as_str(), "*", &format!("\"other\", {tag}")] {
        let again = send(TestRequest::get().uri("/v1/things").insert_header(("If-None-Match", held))).await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    }
    let other = TestRequest::get().uri("/v1/things?lang=en").insert_header(("If-None-Match", tag));
    assert_eq!(send(other).await.status, 200);
    let failed = send(TestRequest::get().uri("/v1/nothing").insert_header(("If-None-Match", "*"))).await;
    assert_eq!((failed.status, failed.header("cache-control")), (404, "no-store"));
}

#[actix_web::test]
async fn long_answers_are_compressed_for_those_who_read_it() {
    let ask = |uri, coding| TestRequest::get().uri(uri).insert_header(("Accept-Encoding", coding));
    let plain = get("/v1/things?limit=100").await;
    let gzip = send(ask("/v1/things?limit=100", "gzip, deflate, br")).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.header("etag"), plain.header("etag"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body);

    let brotli = send(ask("/v1/things?limit=100", "br")).await;
    assert_eq!(brotli.header("content-encoding"), "br");
    let mut text = Vec::new();
    brotli::Decompressor::new(brotli.body.as_slice(), 4096).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body);

    for (uri, coding) in [("/v1/things?limit=1", "gzip"), ("/v1/things?limit=100", "identity;q=0")] {
        let answer = send(ask(uri, coding)).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, ""));
    }
}

#[actix_web::test]
async fn a_request_has_an_id() {
    assert_eq!(get("/healthz").await.header("x-request-id"), "00000abc00000000");
    let bring = |id| TestRequest::get().uri("/healthz").insert_header(("X-Request-Id", id));
    assert_eq!(send(bring("my-id_7")).await.header("x-request-id"), "my-id_7");
    for bad in ["", "a b", "a\"b", &"a".repeat(65)] {
        assert_eq!(send(bring(bad)).await.header("x-request-id"), "00000abc00000000");
    }
}

#[actix_web::test]
async fn too_much_is_refused() {
    let declared = TestRequest::post().uri("/v1/things").insert_header(("Content-Length", "1048577"));
    assert_eq!(send(declared).await.problem(), "413 payloadTooLarge");
    let text = |length: usize| {
        let body = format!("\"{}\"", "a".repeat(length - 2));
        TestRequest::post().uri("/v1/things").set_payload(body)
    };
    assert_eq!(send(text(BODY_LIMIT + 1)).await.problem(), "413 payloadTooLarge");
    assert_eq!(send(text(BODY_LIMIT)).await.status, 200);
    let long = format!("/v1/things?q={}", "a".repeat(8 * 1024));
    assert_eq!(get(&long).await.problem(), "414 uriTooLong");
}

#[actix_web::test]
async fn what_breaks_here_is_not_told() {
    for uri in ["/v1/broken", "/v1/panic"] {
        let answer = get(uri).await;
        assert_eq!(answer.problem(), "500 internal");
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[actix_web::test]
async fn a_panic_harms_nobody_else() {
    let app = app!(site(8));
    let call = |uri| app.call(TestRequest::get().uri(uri).to_request());
    assert!(call("/v1/panic").await.is_err());
    for _ in 0..20 {
        assert_eq!(call("/v1/things").await.unwrap().status(), StatusCode::OK);
    }
}

#[actix_web::test]
async fn a_full_house_says_so_and_still_tells_its_health() {
    let app = app!(site(0));
    let response = app.call(TestRequest::get().uri("/v1/things").to_request()).await.unwrap();
    let answer = Answer::of(response.into_parts().1).await;
    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("503 unavailable", "1"));
    let health = app.call(TestRequest::get().uri("/healthz").to_request()).await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
}

#[actix_web::test]
async fn readiness_names_the_stores() {
    let site = site(8);
    let app = app!(site);
    let ask = async || {
        let response = app.call(TestRequest::get().uri("/readyz").to_request()).await.unwrap();
        Answer::of(response.into_parts().1).await
    };
    let answer = ask().await;
    assert_eq!((answer.status, &answer.json()["status"]), (503, &Value::from("notReady")));
    site.readiness().set_ready(true);
    site.readiness().set_store("database", true);
    site.readiness().set_store("database", false);
    let answer = ask().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json().to_string(),
        r#"{"status":"ready","stores":[{"name":"database","status":"down"}]}"#
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn pages_of_any_origin_may_read() {
    assert_eq!(get("/v1/things").await.header("access-control-allow-origin"), "*");
    let preflight = TestRequest::default()
        .method(Method::OPTIONS)
        .uri("/v1/things")
        .insert_header(("Origin", "https://example.org"))
        .insert_header(("Access-Control-Request-Method", "GET"));
    let answer = send(preflight).await;
    assert_eq!((answer.status, answer.header("access-control-allow-methods")), (204, "GET, HEAD, POST"));
    let allowed: Vec<&str> = answer.header("access-control-allow-headers").split(", ").collect();
    for asked in ["authorization", "content-type", "idempotency-key", "x-api-key"] {
        assert!(allowed.contains(&asked), "{asked} is what operations take");
    }
    let exposed = get("/v1/things").await;
    for told in ["location", "retry-after", "ratelimit", "ratelimit-policy"] {
        assert!(exposed.header("access-control-expose-headers").split(", ").any(|one| one == told), "{told}");
    }
}

#[actix_web::test]
async fn the_document_and_its_page_are_served() {
    let document = get("/openapi.json").await.json();
    let operation = &document["paths"]["/v1/things"]["get"];
    assert_eq!(operation["operationId"], "listThings");
    let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["200", "304", "400", "414", "429", "500", "503"]);
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(schema, "#/components/schemas/StringList");
    assert_eq!(document["components"]["schemas"]["StringList"]["properties"]["nextCursor"]["type"], "string");
    assert!(document["paths"]["/v1/things/{id}"]["get"]["responses"]["404"].is_object());

    assert_eq!(get("/docs").await.header("location"), "/docs/");
    let page = get("/docs/").await;
    assert!(page.status == 200 && page.header("content-type").starts_with("text/html"));
    let script = get("/docs/swagger-initializer.js").await;
    let text = String::from_utf8_lossy(&script.body).into_owned();
    assert!(text.contains("/openapi.json") && text.contains("\"validatorUrl\": \"none\""), "{text}");
    for page in [page, script] {
        assert!(!String::from_utf8_lossy(&page.body).contains("https://"), "a page loads from far away");
    }
    assert_eq!(get("/docs/nothing.js").await.problem(), "404 notFound");
}

/// Sends bytes over a connection of their own and reads until the server closes it.
fn talk(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn over_a_real_connection() {
    let site = site(8);
    let server = actix_web::HttpServer::new(move || assemble(&site, web::Data::new(()), mount_things))
        .workers(1)
        // Actix counts from a clock that it looks at twice a second.
        .client_request_timeout(Duration::from_secs(1))
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let ask = async |sent: &str| {
        let sent = sent.to_owned();
        web::block(move || talk(address, &sent)).await.unwrap()
    };
    let close = "Host: x\r\nConnection: close\r\n\r\n";

    let head = ask(&format!("HEAD /v1/things HTTP/1.1\r\n{close}")).await;
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(!head.contains("content-length: 0"), "a HEAD tells the length of the GET: {head}");

    let panic = ask(&format!("GET /v1/panic HTTP/1.1\r\nAccept-Language: en\r\n{close}")).await;
    assert!(panic.starts_with("HTTP/1.1 500") && panic.contains("\"title\":\"Internal error\""), "{panic}");
    let again = ask(&format!("GET /v1/things HTTP/1.1\r\n{close}")).await;
    assert!(again.starts_with("HTTP/1.1 200"), "{again}");

    // Eight may be worked on here, four of them with bodies that are not whole: reading goes on meanwhile.
    let slow = "POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n\"";
    let (first, rest) = futures_util::join!(ask(slow), async {
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
        let others = futures_util::future::join_all((0..5).map(|_| ask(slow)));
        let read = async {
            actix_web::rt::time::sleep(Duration::from_millis(200)).await;
            ask(&format!("GET /v1/things HTTP/1.1\r\n{close}")).await
        };
        futures_util::join!(others, read)
    });
    assert!(first.starts_with("HTTP/1.1 408") && first.contains("bodyTooSlow"), "{first}");
    assert_eq!(rest.0.iter().filter(|answer| answer.starts_with("HTTP/1.1 503")).count(), 2);
    assert!(rest.1.starts_with("HTTP/1.1 200"), "{}", rest.1);
    assert!(ask("GET /v1/things HTTP/1.1\r\nHost").await.starts_with("HTTP/1.1 408"), "a slow head");
    let nonsense = ask("GET /v1/things HTP/1.1\r\n\r\n").await;
    assert!(nonsense.starts_with("HTTP/1.1 400"), "{nonsense}");
    handle.stop(true).await;
}
