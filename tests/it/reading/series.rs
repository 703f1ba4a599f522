//! Lecture series, and their lectures among the events.

use super::{ids, instant, list, shared, text};
use crate::support::server::NOW;

#[actix_web::test]
async fn a_series_counts_its_lectures_and_names_the_next() {
    let site = shared();
    let mut with_lectures = 0;
    for series in site.walk("/v1/series?limit=100").await {
        let lectures = site.walk(&format!("/v1/events?series={}", text(&series, "id"))).await;
        assert!(lectures.iter().all(|lecture| lecture["series"]["name"] == series["name"]));
        assert!(series["lectureCount"].as_u64().unwrap() >= lectures.len() as u64, "{series}");
        match (series.get("nextLecture"), lectures.first()) {
            (None, None) => {}
            (Some(next), Some(first)) => {
                with_lectures += 1;
                for field in ["id", "title", "nextSession"] {
                    assert_eq!(next[field], first[field], "the earliest of its lectures: {next}");
                }
                assert!(instant(&next["nextSession"]["end"]) > NOW);
            }
            (next, first) => panic!("{series}: {next:?} beside {first:?}"),
        }
    }
    assert!(with_lectures > 5, "{with_lectures}");
}

#[actix_web::test]
async fn series_are_selected_by_topic() {
    let site = shared();
    let all = site.walk("/v1/series?limit=100").await;
    let about: Vec<_> = all
        .iter()
        .filter(|series| list(series, "topics").contains(&"scientist_spirit".into()))
        .cloned()
        .collect();
    assert!(!about.is_empty() && about.len() < all.len());
    assert_eq!(ids(&site.walk("/v1/series?topic=scientist_spirit&limit=100").await), ids(&about));
}
