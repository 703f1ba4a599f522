//! The three coordinate systems: published vectors, and the laws that tie questions and answers together.

use std::f64::consts::PI;

use super::{ids, list, number, position, server_with, shared, text};
use crate::support::catalogue::{base, ground, put_base};
use crate::support::eventually;
use crate::support::server::{Server, Site};
use kepu::domain::ids::BaseId;

/// What answers may differ from a vector: the seventh decimal, a centimetre.
const TINY: f64 = 1.1e-6;

fn close((lat, lng): (f64, f64), expected: (f64, f64), tolerance: f64, what: &str) {
    let off = (lat - expected.0).abs().max((lng - expected.1).abs());
    assert!(off <= tolerance, "{what}: {lat},{lng} is not {},{}", expected.0, expected.1);
}

/// WGS-84 to GCJ-02 on the mainland, by the published formula.
fn gcj02((lat, lng): (f64, f64)) -> (f64, f64) {
    const A: f64 = 6_378_245.0;
    const EE: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (lng - 105.0, lat - 35.0);
    let wave =
        |a: f64, p: f64, b: f64, q: f64, of: f64| (a * (of * p).sin() + b * (of * q).sin()) * 2.0 / 3.0;
    let common = wave(20.0, 6.0 * PI, 20.0, 2.0 * PI, x);
    let dlat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + wave(20.0, PI, 40.0, PI / 3.0, y)
        + wave(160.0, PI / 12.0, 320.0, PI / 30.0, y);
    let dlng = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + wave(20.0, PI, 40.0, PI / 3.0, x)
        + wave(150.0, PI / 12.0, 300.0, PI / 30.0, x);
    let magic = 1.0 - EE * lat.to_radians().sin().powi(2);
    let dlat = dlat * 180.0 / (A * (1.0 - EE) / (magic * magic.sqrt()) * PI);
    let dlng = dlng * 180.0 / (A / magic.sqrt() * lat.to_radians().cos() * PI);
    (lat + dlat, lng + dlng)
}

/// GCJ-02 to BD-09, by the published formula.
fn bd09((lat, lng): (f64, f64)) -> (f64, f64) {
    let turn = PI * 3000.0 / 180.0;
    let z = lng.hypot(lat) + 2e-5 * (lat * turn).sin();
    let theta = lat.atan2(lng) + 3e-6 * (lng * turn).cos();
    (z * theta.sin() + 0.006, z * theta.cos() + 0.0065)
}

async fn place_of(site: &Site, slug: &str, crs: &str) -> (f64, f64) {
    let base = site.json(&format!("/v1/bases/{}?crs={crs}", BaseId::from_slug(slug))).await;
    assert_eq!(base["crs"], crs);
    position(&base["place"]).unwrap()
}

#[actix_web::test]
async fn published_vectors_are_answered() {
    let server = server_with(|tx| {
        put_base(tx, "tiananmen", &base("tiananmen", 39.90923, 116.397428))?;
        put_base(tx, "tower", &base("tower", 23.1066, 113.3245))
    })
    .await;
    for (slug, crs, expected) in [
        ("tiananmen", "wgs84", (39.90923, 116.397428)),
        ("tiananmen", "gcj02", (39.910633506, 116.403671626)),
        ("tiananmen", "bd09", (39.916972856, 116.410044102)),
        ("tower", "wgs84", (23.1066, 113.3245)),
        ("tower", "gcj02", (23.103998206, 113.329921217)),
        ("tower", "bd09", (23.109703640, 113.336477026)),
    ] {
        close(place_of(&server, slug, crs).await, expected, TINY, &format!("{slug} in {crs}"));
    }
    let default = server.json(&format!("/v1/bases/{}", BaseId::from_slug("tower"))).await;
    close(
        position(&default["place"]).unwrap(),
        (23.103998206, 113.329921217),
        TINY,
        "what maps draw is the default",
    );
    assert_eq!(default["crs"], "gcj02");
}

#[actix_web::test]
async fn every_answered_position_converts_into_the_others() {
    let site = shared();
    let mut answers = Vec::new();
    for crs in ["wgs84", "gcj02", "bd09"] {
        let all = site.walk(&format!("/v1/bases?crs={crs}&limit=100")).await;
        answers.push(all.into_iter().map(|base| position(&base["place"]).unwrap()).collect::<Vec<_>>());
    }
    for (i, wgs84) in answers[0].iter().enumerate() {
        close(answers[1][i], gcj02(*wgs84), TINY, "gcj02");
        close(answers[2][i], bd09(gcj02(*wgs84)), TINY, "bd09");
    }
}

/// The same question in another system: the same things at the same distances. An answered position is rounded, so
/// it may be 0.1 m off when it is asked again.
#[actix_web::test]
async fn a_question_may_be_asked_in_any_system() {
    let site = shared();
    let here = (23.1066, 113.3245);
    let questions = [("wgs84", here), ("gcj02", gcj02(here)), ("bd09", bd09(gcj02(here)))];
    for noun in ["events", "bases", "routes"] {
        let mut answers: Vec<Vec<(f64, String)>> = Vec::new();
        for (crs, (lat, lng)) in questions {
            let path = format!("/v1/{noun}?crs={crs}&lat={lat:.9}&lng={lng:.9}&radius=10000&limit=100");
            let items = site.walk(&path).await;
            assert_eq!(site.json(&path).await["crs"], crs);
            answers.push(
                items.iter().map(|item| (number(item, "distance"), text(item, "id").to_owned())).collect(),
            );
        }
        assert!(answers[0].len() > 5, "{noun}");
        for other in &answers[1..] {
            assert_eq!(other.len(), answers[0].len(), "{noun}");
            let mut by_id: Vec<_> = [&answers[0], other].into_iter().map(|all| all.to_vec()).collect();
            by_id.iter_mut().for_each(|all| all.sort_by(|a, b| a.1.cmp(&b.1)));
            for ((distance, id), (again, same)) in by_id[0].iter().zip(&by_id[1]) {
                assert_eq!(id, same);
                assert!((distance - again).abs() <= 0.2, "{noun} {id}: {distance} and {again}");
            }
        }
    }
}

#[actix_web::test]
async fn an_answered_position_asked_again_is_where_the_thing_is() {
    let site = shared();
    for crs in ["wgs84", "gcj02", "bd09"] {
        for item in site.walk(&format!("/v1/bases?crs={crs}&limit=100")).await.iter().step_by(11) {
            let (lat, lng) = position(&item["place"]).unwrap();
            let near = site.json(&format!("/v1/bases?crs={crs}&lat={lat}&lng={lng}&radius=1")).await;
            let found = list(&near, "items").iter().find(|near| near["id"] == item["id"]);
            assert!(number(found.unwrap_or_else(|| panic!("{crs}: {item}")), "distance") <= 0.2);
        }
    }
}

/// Mainland maps do not shift Hong Kong and Macau.
#[actix_web::test]
async fn hong_kong_and_macau_are_the_same_in_gcj02_and_wgs84() {
    let server = Server::seeded().await;
    ground(&server.running.db);
    let places = [("hong kong", "810101", (22.2819, 114.1582)), ("macau", "820000", (22.1987, 113.5439))];
    for (slug, adcode, (lat, lng)) in places {
        let mut base = base(slug, lat, lng);
        base.place.adcode = adcode.parse().unwrap();
        server.running.db.write(|tx| put_base(tx, slug, &base)).unwrap();
    }
    eventually("both are there", async || (server.json("/v1/bases").await["total"] == 202).then_some(()))
        .await;
    for (slug, adcode, here) in places {
        close(place_of(&server, slug, "gcj02").await, here, 0.0, slug);
        close(place_of(&server, slug, "wgs84").await, here, 0.0, slug);
        close(place_of(&server, slug, "bd09").await, bd09(here), TINY, slug);
        for crs in ["gcj02", "wgs84"] {
            let (lat, lng) = here;
            let near = server.json(&format!("/v1/bases?crs={crs}&lat={lat}&lng={lng}&radius=100")).await;
            assert_eq!(near["items"][0]["name"], slug, "{crs}: a question from there means the same numbers");
            assert_eq!(number(&near["items"][0], "distance"), 0.0, "{slug} in {crs}");
            let boxed = server.json(&format!("/v1/bases?crs={crs}&bbox={lng},{lat},{lng},{lat}")).await;
            assert_eq!((&boxed["total"], &boxed["items"][0]["name"]), (&1.into(), &slug.into()));
        }
        let chain = server.json(&format!("/v1/divisions?lat={}&lng={}", here.0, here.1)).await;
        assert_eq!(list(&chain, "items").last().unwrap()["adcode"], adcode);
    }
    let found = server.walk("/v1/bases?adcode=810000").await;
    assert_eq!(found.len(), 1);
}

/// Just across the border nothing of Shenzhen is left unshifted.
#[actix_web::test]
async fn the_mainland_is_shifted_up_to_its_border() {
    let site = shared();
    let of = async |crs: &str| {
        let mut all = Vec::new();
        for city in ["440300", "440400"] {
            all.extend(site.walk(&format!("/v1/bases?adcode={city}&crs={crs}&limit=100")).await);
        }
        all
    };
    let (wgs84, shifted) = (of("wgs84").await, of("gcj02").await);
    assert_eq!(ids(&wgs84), ids(&shifted));
    for (before, after) in wgs84.iter().zip(&shifted) {
        let (before, after) = (position(&before["place"]).unwrap(), position(&after["place"]).unwrap());
        let shift = super::haversine(before, after);
        assert!((500.0..650.0).contains(&shift), "{before:?} is shifted by {shift} m");
    }
}
