//! The statements: the events that have a session that fits, each with its earliest; their exact number; and the
//! twenty that come first, with all a list item needs.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::schema::grams;
use crate::workload::{Dates, Question};

/// The statement that answers a question at `now`.
pub fn statement(question: &Question, now: DateTime<Utc>) -> String {
    let fitting = format!(
        "SELECT s.event_id, s.id, s.start_at, s.end_at, s.position, s.adcode, s.topics, s.audiences \
         FROM sessions s WHERE {}",
        conditions(question, now)
    );
    let rank = match question.circle {
        Some(circle) => format!(
            "ST_Distance(position, ST_MakePoint({}, {})::geography, false)",
            circle.at.lng(),
            circle.at.lat()
        ),
        // Words alone are ranked by start, in PostgreSQL's favour: Kepu ranks them by relevance.
        None => "extract(epoch FROM start_at)".to_owned(),
    };
    let mut statement = format!(
        "WITH fitting AS {} ({fitting}), \
         hits AS MATERIALIZED (SELECT DISTINCT ON (event_id) * FROM fitting ORDER BY event_id, start_at, id), \
         total AS (SELECT count(*) AS n FROM hits), \
         page AS (SELECT event_id, start_at, {rank} AS rank FROM hits ORDER BY rank, event_id LIMIT 20) \
         SELECT total.n, concat(page.rank, page.start_at, events.item) AS item \
         FROM total, page JOIN events ON events.id = page.event_id",
        if question.facets { "MATERIALIZED" } else { "NOT MATERIALIZED" },
    );
    if question.facets {
        statement.push_str(FACETS);
    }
    statement
}

/// Items under each code, and items on each day.
const FACETS: &str = " \
    UNION ALL SELECT count(*), code FROM hits, unnest(topics) AS code GROUP BY code \
    UNION ALL SELECT count(*), code FROM hits, unnest(audiences) AS code GROUP BY code \
    UNION ALL SELECT count(*), adcode::text FROM hits GROUP BY adcode \
    UNION ALL SELECT count(DISTINCT event_id), ((start_at + interval '8 hours')::date)::text FROM fitting GROUP BY 2";

fn conditions(question: &Question, now: DateTime<Utc>) -> String {
    let span = question.dates.map(|dates| dates.span(now)).unwrap_or_default();
    // Days that are named show what has ended on them, too; everything else begins now.
    let named = matches!(question.dates, Some(Dates::Days(..)));
    let from = span.from.filter(|from| named || *from > now).unwrap_or(now);
    let mut sql = format!("s.end_at > '{}'", from.naive_utc());
    if let Some(to) = span.to {
        write!(sql, " AND s.start_at < '{}'", to.naive_utc()).unwrap();
    }
    if let Some(circle) = question.circle {
        let (lng, lat, metres) = (circle.at.lng(), circle.at.lat(), circle.metres);
        // On the sphere, as Kepu measures: also the faster of the two.
        write!(sql, " AND ST_DWithin(s.position, ST_MakePoint({lng}, {lat})::geography, {metres}, false)")
            .unwrap();
    }
    if let Some(area) = question.area {
        let (low, high) = (area.south_west, area.north_east);
        let corners = format!("{}, {}, {}, {}", low.lng(), low.lat(), high.lng(), high.lat());
        // The index compares boxes of the geography; the geometry's edges then decide.
        write!(
            sql,
            " AND s.position && ST_MakeEnvelope({corners}, 4326)::geography \
             AND ST_Intersects(s.position::geometry, ST_MakeEnvelope({corners}, 4326))"
        )
        .unwrap();
    }
    if let Some(topic) = &question.topic {
        write!(sql, " AND s.topics @> ARRAY['{topic}']").unwrap();
    }
    if let Some(audience) = &question.audience {
        write!(sql, " AND s.audiences @> ARRAY['{audience}']").unwrap();
    }
    if let Some(word) = &question.word {
        let grams = grams(word).join(" & ");
        // Pairs that are all there need not stand together.
        let together =
            if word.chars().count() > 2 { format!(" AND words LIKE '%{word}%'") } else { String::new() };
        write!(sql, " AND s.event_id IN (SELECT id FROM events WHERE grams @@ '{grams}'::tsquery{together})")
            .unwrap();
    }
    sql
}
