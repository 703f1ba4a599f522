//! The tables, and how they are filled: one row an event, with the text of its list item ready to be sent; one row a
//! session, which holds all that sessions are selected by, so that no question joins before it has its twenty.

use std::fmt::Write as _;
use std::io::{self, Write};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::catalogue::Catalogue;

const TABLES: &str = "
    CREATE EXTENSION postgis;
    CREATE EXTENSION btree_gist;
    CREATE TABLE events (
        id bigint PRIMARY KEY,
        item text NOT NULL,
        words text NOT NULL,
        grams tsvector NOT NULL
    ) WITH (autovacuum_enabled = off);
    CREATE TABLE sessions (
        id bigint PRIMARY KEY,
        event_id bigint NOT NULL,
        start_at timestamp NOT NULL,
        end_at timestamp NOT NULL,
        position geography(Point, 4326),
        adcode integer,
        topics text[] NOT NULL,
        audiences text[] NOT NULL
    ) WITH (autovacuum_enabled = off);";

/// Made after the rows, and the rows in the order of places, so that neighbours share pages. The planner reads the
/// index on places and times together first; GIN on topics and audiences made the mix dearer, since too many sessions
/// share each code, and so did a B-tree on ends.
const INDEXES: &str = "
    CREATE INDEX sessions_position ON sessions USING gist (position);
    CLUSTER sessions USING sessions_position;
    CREATE INDEX sessions_position_times ON sessions USING gist (position, start_at, end_at);
    CREATE INDEX sessions_start ON sessions (start_at);
    CREATE INDEX sessions_event ON sessions (event_id, start_at);
    CREATE INDEX events_grams ON events USING gin (grams);";

// For COPY, which carries text, the types of columns do not matter.
diesel::table! {
    events (id) { id -> Text, item -> Text, words -> Text, grams -> Text, }
}
diesel::table! {
    sessions (id) {
        id -> Text,
        event_id -> Text,
        start_at -> Text,
        end_at -> Text,
        position -> Text,
        adcode -> Text,
        topics -> Text,
        audiences -> Text,
    }
}

/// Makes the tables in an empty database and fills them.
pub fn fill(connection: &mut PgConnection, catalogue: &Catalogue) {
    connection.batch_execute(TABLES).unwrap();
    diesel::copy_from(events::table)
        .from_raw_data(events::table, |rows| write_events(rows, catalogue).map_err(unwritten))
        .execute(connection)
        .unwrap();
    diesel::copy_from(sessions::table)
        .from_raw_data(sessions::table, |rows| write_sessions(rows, catalogue).map_err(unwritten))
        .execute(connection)
        .unwrap();
    connection.batch_execute("SET maintenance_work_mem = '512MB'").unwrap();
    connection.batch_execute(INDEXES).unwrap();
    for statement in ["VACUUM ANALYZE events", "VACUUM ANALYZE sessions", "CHECKPOINT"] {
        connection.batch_execute(statement).unwrap();
    }
}

fn unwritten(error: io::Error) -> diesel::result::Error {
    diesel::result::Error::SerializationError(error.into())
}

fn write_events(rows: &mut dyn Write, catalogue: &Catalogue) -> io::Result<()> {
    for event in &catalogue.events {
        let item = serde_json::to_string(&event.body)?;
        let words = format!("{} {}", event.body.title.zh_cn, event.body.summary.zh_cn).to_lowercase();
        writeln!(rows, "{}\t{}\t{}\t{}", event.id, escaped(&item), escaped(&words), grams(&words).join(" "))?;
    }
    Ok(())
}

fn write_sessions(rows: &mut dyn Write, catalogue: &Catalogue) -> io::Result<()> {
    for session in &catalogue.sessions {
        let event = catalogue.event(session);
        let (position, adcode) = match session.place {
            Some(place) => {
                (format!("SRID=4326;POINT({} {})", place.at.lng(), place.at.lat()), place.adcode.to_string())
            }
            None => (r"\N".to_owned(), r"\N".to_owned()),
        };
        let list = |codes: &[kepu::domain::taxonomy::Code]| {
            let codes: Vec<&str> = codes.iter().map(|code| code.0.as_str()).collect();
            format!("{{{}}}", codes.join(","))
        };
        writeln!(
            rows,
            "{}\t{}\t{}\t{}\t{position}\t{adcode}\t{}\t{}",
            session.id,
            catalogue.events[session.event].id,
            session.start.naive_utc(),
            session.end.naive_utc(),
            list(&event.topics),
            list(&event.audiences),
        )?;
    }
    Ok(())
}

/// As COPY reads it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str(r"\\"),
            '\t' | '\n' | '\r' => write!(escaped, "\\x{:02x}", u32::from(c)).unwrap(),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What Chinese is indexed by where no segmenter is installed: each pair of neighbouring characters. Trigrams would
/// not serve words of two, which most are.
pub fn grams(text: &str) -> Vec<String> {
    let mut grams: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .flat_map(|run| {
            let chars: Vec<char> = run.chars().collect();
            chars.windows(2).map(|pair| pair.iter().collect()).collect::<Vec<String>>()
        })
        .collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}
