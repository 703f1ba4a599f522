//! What the store holds of a history, against the model.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamp};
use kepu::db::{self, AnyConn, Db};

use super::super::rules::Entry;
use super::{Life, name, same};

impl Life<'_> {
    /// Compares all that the store holds of this history with the model.
    pub(super) fn compare(&self) -> Result<(), String> {
        let ids: Vec<String> = self.sessions.iter().map(|id| id.get().to_string()).collect();
        let ids = ids.join(",");
        let db = &self.bench.house.db;
        let counts: Vec<Counts> = rows(
            db,
            &format!(
                "SELECT s.id, s.capacity, s.taken, s.waiting, \
                 CAST(coalesce(sum(CASE WHEN u.status IN ('confirmed', 'offered', 'pending', 'attended', 'noShow') \
                 THEN u.seats END), 0) AS BIGINT) AS held, \
                 CAST(coalesce(sum(CASE WHEN u.status = 'waitlisted' THEN u.seats END), 0) AS BIGINT) AS queued \
                 FROM sessions s LEFT JOIN signups u ON u.session_id = s.id WHERE s.id IN ({ids}) \
                 GROUP BY s.id, s.capacity, s.taken, s.waiting"
            ),
        );
        for (at, session) in self.sessions.iter().enumerate() {
            let row = counts.iter().find(|row| row.id == session.get()).ok_or("a session is gone")?;
            same((i64::from(row.taken), i64::from(row.waiting)), (row.held, row.queued))?;
            let model = (self.model.rooms[at].capacity, self.model.taken(at), self.model.waiting(at));
            same(model, (row.capacity, row.taken, row.waiting))?;
        }
        let mut found: Vec<Row> = rows(
            db,
            &format!(
                "SELECT id, status, reason, seats, queue_number, offered_until, version FROM signups \
                 WHERE session_id IN ({ids})"
            ),
        );
        same(self.model.entries.len(), found.len())?;
        found.sort_by_key(|row| self.ids.iter().position(|id| id.get() == row.id));
        for (entry, row) in self.model.entries.iter().zip(&found) {
            let until = row.offered_until.map(|at| at.and_utc());
            let model = (name(entry.standing), entry.reason, entry.seats, entry.until, entry.version);
            same(model, (row.status.as_str(), row.reason.as_deref(), row.seats, until, row.version))?;
        }
        self.compare_queues(&found)?;
        let used = format!(
            "SELECT CAST(coalesce(sum(used), 0) AS BIGINT) AS n FROM limits_used WHERE scope = 'event:{}'",
            self.event
        );
        same(self.model.used() as i64, rows::<Number>(db, &used)[0].n)?;
        let members = format!("SELECT count(*) AS n FROM signup_members WHERE session_id IN ({ids})");
        let standing = self.model.entries.iter().filter(|one| one.stands()).count();
        same(standing as i64, rows::<Number>(db, &members)[0].n)
    }

    /// The numbers of each session's queue are in the order in which the model's people joined it.
    fn compare_queues(&self, found: &[Row]) -> Result<(), String> {
        for session in 0..self.sessions.len() {
            let mut joined: Vec<(&Entry, &Row)> = self
                .model
                .entries
                .iter()
                .zip(found)
                .filter(|(entry, _)| entry.session == session && entry.queued.is_some())
                .collect();
            joined.sort_by_key(|(entry, _)| entry.queued);
            let numbers: Vec<Option<i64>> = joined.iter().map(|(_, row)| row.queue_number).collect();
            let sorted = numbers.iter().all(Option::is_some) && numbers.is_sorted_by(|one, next| one < next);
            same((session, true), (session, sorted))?;
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    capacity: Option<i32>,
    #[diesel(sql_type = Integer)]
    taken: i32,
    #[diesel(sql_type = Integer)]
    waiting: i32,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    queued: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Integer)]
    seats: i32,
    #[diesel(sql_type = Nullable<BigInt>)]
    queue_number: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    offered_until: Option<NaiveDateTime>,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn rows<T>(db: &Db, statement: &str) -> Vec<T>
where
    T: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
{
    let query = diesel::sql_query(statement);
    db.read(|conn| {
        match conn {
            AnyConn::Sqlite(conn) => query.load::<T>(conn),
            AnyConn::Postgres(conn) => query.load::<T>(conn),
        }
        .map_err(db::Error::from)
    })
    .unwrap()
}
