//! Campaigns and theme days: their editions by date, their units, their events.

use chrono::{Days, NaiveDate};
use kepu::domain::ids::CampaignId;
use serde_json::Value;

use super::{ids, list, seeds, shared, text};

fn days(edition: &Value) -> (NaiveDate, NaiveDate) {
    (text(edition, "from").parse().unwrap(), text(edition, "to").parse().unwrap())
}

#[actix_web::test]
async fn campaigns_are_selected_by_type() {
    let site = shared();
    let all = site.walk("/v1/campaigns?limit=100").await;
    assert_eq!(all.len(), seeds("campaigns").len());
    for kind in ["campaign", "themeDay", "themeWeek", "themeMonth"] {
        let expected: Vec<_> = all.iter().filter(|item| item["type"] == kind).cloned().collect();
        let found = site.walk(&format!("/v1/campaigns?type={kind}&limit=100")).await;
        assert_eq!(ids(&found), ids(&expected), "{kind}");
        assert!(!expected.is_empty());
    }
}

/// Dates ask for campaigns of which an edition lies in the span, and an edition that is asked for is answered.
#[actix_web::test]
async fn campaigns_are_selected_by_the_dates_of_their_editions() {
    let site = shared();
    let all = site.walk("/v1/campaigns?limit=100").await;
    for (from, to) in
        [("2026-12-01", "2026-12-31"), ("2027-03-22", "2027-03-23"), ("2027-05-01", "2027-05-31")]
    {
        let span: (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
        let inside = |edition: &Value| {
            let (first, last) = days(edition);
            first <= span.1 && last >= span.0
        };
        let found = site.walk(&format!("/v1/campaigns?from={from}&to={to}&limit=100")).await;
        assert!(!found.is_empty() && found.len() < all.len(), "{from}: {}", found.len());
        for item in &found {
            assert!(list(item, "editions").iter().any(inside), "{from}..{to}: {item}");
        }
        for item in all.iter().filter(|item| list(item, "editions").iter().any(inside)) {
            assert!(ids(&found).contains(text(item, "id")), "{from}..{to} lacks {item}");
        }
    }
}

#[actix_web::test]
async fn editions_are_in_order_and_of_the_year_they_say() {
    let site = shared();
    for item in site.walk("/v1/campaigns?limit=100").await {
        let editions = list(&item, "editions");
        ids(editions);
        for edition in editions {
            let (from, to) = days(edition);
            assert!(from <= to, "{edition}");
            assert!(text(edition, "from").starts_with(&edition["year"].to_string()), "{edition}");
        }
        assert!(editions.is_sorted_by_key(days), "{item}");
        assert!(list(&item, "units").iter().all(|unit| !text(unit, "name").is_empty()));
    }
}

#[actix_web::test]
async fn a_campaign_counts_its_events() {
    let site = shared();
    let mut with_events = 0;
    for item in site.walk("/v1/campaigns?limit=100").await {
        let events = site.json(&format!("/v1/events?campaign={}&limit=1", text(&item, "id"))).await;
        let (counted, coming) = (item["eventCount"].as_u64().unwrap(), events["total"].as_u64().unwrap());
        assert!(counted >= coming, "{counted} events, of which {coming} are to come: {item}");
        with_events += usize::from(coming > 0);
    }
    assert!(with_events > 5, "{with_events}");
}

/// World Water Day is on 22 March, whatever this year's notice says; a habit is not a date until it is confirmed.
#[actix_web::test]
async fn days_that_are_fixed_by_the_calendar_are_confirmed() {
    let site = shared();
    let mut by_date = 0;
    for seed in seeds("campaigns") {
        let recurrence = &seed["recurrence"];
        let item = site.json(&format!("/v1/campaigns/{}", CampaignId::from_slug(text(&seed, "slug")))).await;
        let editions = list(&item, "editions");
        assert!(editions.iter().all(|edition| edition["confirmed"] == recurrence["fixed"]), "{item}");
        let Some(rule) = recurrence["rule"].as_str() else { continue };
        let part = |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.parse::<u32>().ok());
        let (Some(month), Some(day)) = (part("BYMONTH="), part("BYMONTHDAY=")) else { continue };
        by_date += 1;
        for year in [2026, 2027] {
            let from = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            let to = from + Days::new(recurrence["durationDays"].as_u64().unwrap() - 1);
            assert!(
                editions.iter().any(|edition| days(edition) == (from, to)),
                "{from} to {to} is missing: {item}"
            );
        }
    }
    assert!(by_date > 20, "{by_date}");
}
