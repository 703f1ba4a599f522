//! `GET /v1/events/{id}/wxacode`: the image, who is asked for it, and what is said when there is none.

use futures_util::future::join_all;
use kepu::clients::wechat::Settings;
use kepu::server::MiniPrograms;
use rqrr::PreparedImage;
use serde_json::json;

use super::simulator::{CITY, CODES, Doors, MUSEUM, Played, TOKENS};
use crate::support::server::Server;

/// A server with the mini-programs of the demonstration.
async fn server() -> (Server, Doors) {
    let server = Server::with(MiniPrograms::Simulated(([127, 0, 0, 1], 0).into())).await;
    let doors = Doors::at(server.running.simulator_address.unwrap());
    (server, doors)
}

async fn events(server: &Server) -> Vec<String> {
    let page = server.json("/v1/events?limit=100").await;
    page["items"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

fn path(event: &str, app: &str) -> String {
    format!("/v1/events/{event}/wxacode?appId={app}")
}

/// What a scanner reads in a PNG.
fn scan(file: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (frame.width as usize, frame.height as usize);
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let [code] = image.detect_grids().try_into().unwrap_or_else(|_| panic!("not one code"));
    code.decode().unwrap().1
}

#[actix_web::test]
async fn a_code_opens_the_page_of_its_event_in_its_mini_program() {
    let (server, _doors) = server().await;
    let event = &events(&server).await[0];
    for app in [CITY, MUSEUM] {
        let response = server.client.get(server.url(&path(event, app))).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("cache-control"), "public, max-age=86400");
        let tag = header("etag");
        let file = response.bytes().await.unwrap();
        assert_eq!(scan(&file), format!("wxapp:{app}/pages/event/event?scene={event}"));

        let again = server.client.get(server.url(&path(event, app))).header("If-None-Match", tag);
        let again = server.send(again).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    }
}

#[actix_web::test]
async fn sixty_four_requests_cause_one_token_and_one_code() {
    let (server, doors) = server().await;
    let event = &events(&server).await[0];
    let path = path(event, CITY);
    let answers = join_all((0..64).map(|_| server.client.get(server.url(&path)).send())).await;
    for answer in answers {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert_eq!((doors.calls(TOKENS).await, doors.calls(CODES).await), (1, 1));
}

#[actix_web::test]
async fn an_expired_token_is_not_noticed() {
    let (server, doors) = server().await;
    let events = events(&server).await;
    assert_eq!(server.client.get(server.url(&path(&events[0], CITY))).send().await.unwrap().status(), 200);
    doors.expire_tokens().await;
    assert_eq!(server.client.get(server.url(&path(&events[1], CITY))).send().await.unwrap().status(), 200);
    assert_eq!((doors.calls(TOKENS).await, doors.calls(CODES).await), (2, 3));
}

#[actix_web::test]
async fn what_is_wrong_with_a_question_is_named() {
    let (server, doors) = server().await;
    let event = &events(&server).await[0];
    let error = async |query: &str| {
        let answer = server.get(&format!("/v1/events/{event}/wxacode{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let problem = answer.json();
        let error = &problem["errors"][0];
        format!(
            "{} {}: {}",
            error["field"].as_str().unwrap(),
            error["code"].as_str().unwrap(),
            error["message"].as_str().unwrap()
        )
    };
    let unknown = error("?appId=wx0000000000000000&lang=en").await;
    assert!(
        unknown.starts_with("appId notAllowed") && unknown.contains(CITY) && unknown.contains(MUSEUM),
        "{unknown}"
    );
    assert!(error("").await.starts_with("appId missing"));
    assert!(error("?appId=").await.starts_with("appId empty"));
    assert!(error(&format!("?appid={CITY}&lang=en")).await.starts_with("appid unknown"));
    let nowhere = server.get(&path("0000000000001", CITY)).await;
    assert_eq!((nowhere.status.as_u16(), nowhere.json()["code"].as_str()), (404, Some("notFound")));
    assert_eq!(doors.calls(CODES).await, 0);
}

#[actix_web::test]
async fn the_only_mini_program_need_not_be_named() {
    let played = Played::start();
    let apps = played.settings.apps[1..].to_vec();
    let settings = Settings { apps, ..played.settings.clone() };
    let server = Server::with(MiniPrograms::Configured(settings)).await;
    let event = &events(&server).await[0];
    let response =
        server.client.get(server.url(&format!("/v1/events/{event}/wxacode"))).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(scan(&response.bytes().await.unwrap()).starts_with(&format!("wxapp:{MUSEUM}/")));
}

#[actix_web::test]
async fn without_a_mini_program_it_is_said_so() {
    let server = Server::seeded().await;
    let event = &events(&server).await[0];
    let answer = server.get(&format!("/v1/events/{event}/wxacode?appId={CITY}&lang=en")).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["code"], "noMiniProgram");
    assert!(answer.text.contains("No mini-program is configured"), "{}", answer.text);
}

#[actix_web::test]
async fn a_failing_wechat_is_a_problem_that_passes() {
    let (server, doors) = server().await;
    let events = events(&server).await;
    assert_eq!(server.client.get(server.url(&path(&events[0], CITY))).send().await.unwrap().status(), 200);
    for answer in
        [json!({ "errcode": 45009 }), json!({ "status": 502 }), json!("garbage"), json!({ "errcode": 41030 })]
    {
        doors.fail(CODES, None, answer.clone()).await;
        let failed = server.get(&format!("{}&lang=en", path(&events[1], CITY))).await;
        assert_eq!(failed.status, 503, "{answer}");
        assert_eq!(failed.json()["code"], "wechatUnavailable");
        assert_eq!(failed.header("retry-after"), Some("5"));
        assert_eq!(failed.header("cache-control"), Some("no-store"));
        assert!(
            !failed.text.contains("errcode") && !failed.text.contains("502"),
            "internals: {}",
            failed.text
        );
        let kept = server.client.get(server.url(&path(&events[0], CITY))).send().await.unwrap();
        assert_eq!(kept.status(), 200, "what was made stays");
        doors.recover().await;
    }
    assert_eq!(server.client.get(server.url(&path(&events[1], CITY))).send().await.unwrap().status(), 200);
}
