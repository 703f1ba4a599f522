//! Events as linked data, compared with the JSON answer. That every word is schema.org's is tested in tests/clients,
//! with types made from schema.org's own definitions.

use serde_json::Value;

use super::{accepting, list, shared, text};

const LD_JSON: &str = "application/ld+json";

#[actix_web::test]
async fn an_event_as_linked_data_says_what_its_detail_says() {
    let site = shared();
    let (mut several, mut paid, mut online) = (0, 0, 0);
    for item in &site.walk("/v1/events?limit=100").await {
        let path = format!("/v1/events/{}", text(item, "id"));
        let detail = site.json(&format!("{path}?crs=wgs84")).await;
        let answer = accepting(&site, &path, LD_JSON).await;
        assert!(answer.header("vary").unwrap().contains("Accept,"));
        let event = answer.json();
        assert_eq!((&event["@context"], &event["@type"]), (&"https://schema.org".into(), &"Event".into()));
        assert_eq!(event["@id"], format!("urn:kepu:event:{}", text(item, "id")));
        for (theirs, ours) in [("name", "title"), ("description", "description"), ("inLanguage", "language")]
        {
            assert_eq!(event[theirs], detail[ours]);
        }
        let sessions = list(&site.json(&format!("{path}/sessions?limit=100")).await, "items").to_vec();
        assert_eq!(event["startDate"], sessions[0]["start"]);
        if sessions.len() == 1 {
            assert_eq!(event["endDate"], sessions[0]["end"]);
            assert_eq!(event.get("subEvent"), None);
        } else {
            several += 1;
            for (part, session) in list(&event, "subEvent").iter().zip(list(&detail, "sessions")) {
                assert_eq!((&part["startDate"], &part["endDate"]), (&session["start"], &session["end"]));
            }
            assert_eq!(list(&event, "subEvent").len(), list(&detail, "sessions").len());
        }
        assert_eq!(event["organizer"][0]["name"], detail["organisers"][0]["name"]);
        let locations = list(&event, "location");
        match detail.get("place").filter(|_| detail["mode"] != "online") {
            Some(place) => {
                assert_eq!(locations[0]["geo"]["latitude"], place["lat"]);
                assert_eq!(locations[0]["geo"]["longitude"], place["lng"]);
                assert_eq!(locations[0]["address"]["streetAddress"], place["address"]);
                assert_eq!(locations[0]["address"]["addressRegion"], "广东省");
            }
            None => {
                online += 1;
                assert_eq!((locations.len(), &locations[0]["@type"]), (1, &"VirtualLocation".into()));
            }
        }
        if let Some(price) = detail.get("price") {
            paid += 1;
            assert_eq!(event["offers"]["price"], price["amount"]);
            assert_eq!(event["offers"]["priceCurrency"], price["currency"]);
        }
        let costs = detail["price"]["amount"].as_f64().is_some_and(|amount| amount > 0.0);
        assert_eq!(event["isAccessibleForFree"], detail["free"] == true && !costs);
        assert!(no_null(&event), "{event}");
    }
    assert!(several > 0 && paid > 0 && online > 0, "{several} {paid} {online}");
}

fn no_null(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().all(no_null),
        Value::Object(fields) => fields.values().all(no_null),
        _ => true,
    }
}
