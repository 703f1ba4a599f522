//! Who may do what at a door.

use super::*;

#[actix_web::test]
async fn only_the_organisers_own_people_run_a_desk() {
    let museum = Museum::open(Store::Sqlite).await;
    museum
        .db
        .write(|tx| {
            let garden = serde_json::from_value(
                json!({ "name": { "zh-CN": "garden" }, "source": { "text": "a test" } }),
            );
            let id = OrganisationId::from_slug("garden").get();
            let existing = kepu::app::catalogue::Existing::Keep;
            kepu::app::catalogue::save::<kepu::domain::organisations::Organisation>(
                tx,
                id,
                &garden.unwrap(),
                existing,
            )
        })
        .unwrap();
    let (visitor, _) = museum.log_in("visitor").await;
    let stranger = museum.employ("stranger", "garden").await;
    let batch = json!({ "deviceId": "a", "entries": [entry("1", "0000000000", 0)] });
    let nobody = SessionId::from_slug("nobody").to_string();
    for (method, operation, body) in [
        (Method::GET, "desk", None),
        (Method::GET, "door-code", None),
        (Method::POST, "checkins", Some(batch)),
        (Method::POST, "walk-ins", Some(json!({ "deviceId": "a", "entryId": "1", "people": 1 }))),
        (Method::PUT, "headcount", Some(json!({ "people": 1 }))),
    ] {
        let path = manage("stars", operation);
        let ask =
            async |access: &str, path: &str| museum.by(access, method.clone(), path, body.clone()).await;
        let request = museum.server.client.request(method.clone(), museum.server.url(&path));
        assert_problem(&museum.server.send(request).await, 401, "unauthenticated");
        assert_problem(&ask(&visitor, &path).await, 403, "forbidden");
        assert_problem(&ask(&stranger, &path).await, 403, "forbidden");
        assert_problem(
            &ask(&museum.guide, &format!("/v1/manage/sessions/{nobody}/{operation}")).await,
            404,
            "notFound",
        );
        assert_eq!(ask(&museum.guide, &path).await.status, 200, "{operation}");
    }
}
