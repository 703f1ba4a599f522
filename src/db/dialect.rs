//! The only place that asks which store it is: the few statements that differ.

use chrono::NaiveDateTime;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamp};

use super::connection::AnyConn;
use super::error::Error;
use super::schema::notices;

/// Runs a statement that `MultiConnection` has no form of its own for (an insert of many rows) on the connection of
/// whichever store it is, within the same transaction.
macro_rules! each {
    ($any:expr, $conn:ident => $statement:expr) => {
        match $any {
            $crate::db::AnyConn::Sqlite($conn) => $statement,
            $crate::db::AnyConn::Postgres($conn) => $statement,
        }
    };
}
pub(super) use each;

/// How a transaction starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// To write. SQLite takes its one write lock now, so that it never has to be upgraded half-way.
    Write,
    /// To read several things as of one moment.
    Snapshot,
}

/// Runs `work` in a transaction: commits if it succeeds, rolls back if it fails.
pub fn transaction<T, E: From<Error>>(
    conn: &mut AnyConn,
    begin: Begin,
    work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    begin_transaction(conn, begin).map_err(Error::from)?;
    match work(conn) {
        Ok(value) => {
            AnyConn::commit_transaction(conn).map_err(Error::from)?;
            Ok(value)
        }
        Err(error) => {
            // A connection that cannot roll back is found broken by the pool; the first error tells more.
            if let Err(rollback) = AnyConn::rollback_transaction(conn) {
                tracing::warn!(error = %rollback, "rollback failed");
            }
            Err(error)
        }
    }
}

fn begin_transaction(conn: &mut AnyConn, begin: Begin) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            match begin {
                Begin::Write => "BEGIN IMMEDIATE",
                Begin::Snapshot => "BEGIN DEFERRED",
            },
        ),
        AnyConn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            match begin {
                Begin::Write => "BEGIN",
                Begin::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            },
        ),
    }
}

/// The number of the current writing transaction, as `changes.tx` keeps it.
pub fn transaction_number(conn: &mut AnyConn) -> QueryResult<i64> {
    number(
        conn,
        // One writer at a time: the id that the next change will get grows from transaction to transaction,
        // even if every change has been purged.
        "SELECT coalesce(max(seq), 0) + 1 AS n FROM sqlite_sequence WHERE name = 'changes'",
        "SELECT pg_current_xact_id()::text::bigint AS n",
    )
}

/// The number under which the current transaction moves seats: of the same count as [`transaction_number`], but given
/// even where the log of changes gets no row.
pub fn seats_number(conn: &mut AnyConn) -> QueryResult<i64> {
    number(
        conn,
        "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'changes' RETURNING seq AS n",
        "SELECT pg_current_xact_id()::text::bigint AS n",
    )
}

/// Locks the rows of sessions, whose ids ascend, until the transaction ends. SQLite has one writer at a time anyway.
pub fn lock_sessions(conn: &mut AnyConn, ids: &[i64]) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(_) => Ok(()),
        AnyConn::Postgres(conn) => {
            conn.batch_execute("SET LOCAL lock_timeout = '5s'")?;
            let statement = "SELECT id AS n FROM sessions WHERE id = ANY($1) ORDER BY id FOR UPDATE";
            diesel::sql_query(statement).bind::<Array<BigInt>, _>(ids).execute(conn).map(drop)
        }
    }
}

/// Against whom rows are locked that a transaction has yet to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Nobody may change them; others may read them on the same terms.
    Shared,
    /// Nobody else may lock them.
    Alone,
}

/// Locks the rows of companions, whose ids ascend, until the transaction ends. SQLite has one writer at a time anyway.
pub fn lock_companions(conn: &mut AnyConn, ids: &[i64], lock: Lock) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(_) => Ok(()),
        AnyConn::Postgres(conn) => {
            conn.batch_execute("SET LOCAL lock_timeout = '5s'")?;
            let how = match lock {
                Lock::Shared => "SHARE",
                Lock::Alone => "UPDATE",
            };
            let statement =
                format!("SELECT id AS n FROM companions WHERE id = ANY($1) ORDER BY id FOR {how}");
            diesel::sql_query(statement).bind::<Array<BigInt>, _>(ids).execute(conn).map(drop)
        }
    }
}

/// The lowest number that a transaction not yet visible to this one may have: everything below is settled.
pub fn low_water(conn: &mut AnyConn) -> QueryResult<i64> {
    number(
        conn,
        "SELECT coalesce(max(seq), 0) + 1 AS n FROM sqlite_sequence WHERE name = 'changes'",
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS n",
    )
}

/// A number that tells this store from others, and from itself after its tables were filled from a dump. SQLite's
/// is the second in which its tables were made.
pub fn store_number(conn: &mut AnyConn) -> QueryResult<i64> {
    number(
        conn,
        "SELECT CAST(strftime('%s', min(run_on)) AS INTEGER) AS n FROM __diesel_schema_migrations",
        "SELECT hashtextextended(concat_ws(':', c.system_identifier, d.oid, pg_relation_filenode('changes')), 0) AS n \
         FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()",
    )
}

/// Waits until no other transaction that took its turn is open; keeps the turn until this one ends. SQLite has one
/// writer at a time anyway.
pub fn take_turn(conn: &mut AnyConn) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(_) => Ok(()),
        AnyConn::Postgres(conn) => {
            conn.batch_execute("SET LOCAL lock_timeout = '120s'; SELECT pg_advisory_xact_lock(7077454)")
        }
    }
}

/// Numbers of notices that are to be sent at `now`, the longest due first. Several replicas ask at once: on PostgreSQL each
/// row is given to one transaction, and locked until it ends. SQLite has one writer at a time anyway.
pub fn waiting_notices(conn: &mut AnyConn, now: NaiveDateTime, limit: i64) -> QueryResult<Vec<i64>> {
    let waiting = notices::table
        .filter(notices::state.eq("waiting"))
        .filter(notices::next_at.le(now))
        .order(notices::next_at)
        .limit(limit)
        .select(notices::id);
    match conn {
        AnyConn::Sqlite(conn) => waiting.load(conn),
        AnyConn::Postgres(conn) => waiting.for_update().skip_locked().load(conn),
    }
}

/// Numbers of deliveries to an endpoint that are due at `now`, all or those of one word, and before which none about the same object waits or is
/// under way, in order. Several replicas ask at once: on PostgreSQL each row is given to one transaction, and locked until it
/// ends; one that another transaction took meanwhile is looked at again, and no longer waits. SQLite has one writer at a time.
pub fn due_deliveries(
    conn: &mut AnyConn,
    webhook: i64,
    now: NaiveDateTime,
    limit: i64,
    only: Option<&str>,
) -> QueryResult<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    // SQLite numbers parameters by where they appear first.
    const DUE: &str = "SELECT d.id AS n FROM webhook_deliveries d \
        WHERE d.webhook_id = $1 AND d.state = 'waiting' AND d.next_at <= $2 AND d.what LIKE $3 AND NOT EXISTS (\
            SELECT 1 FROM webhook_deliveries e WHERE e.webhook_id = d.webhook_id AND e.kind = d.kind \
            AND e.object_id = d.object_id AND e.id < d.id AND e.state IN ('waiting', 'sending')) \
        ORDER BY d.id LIMIT $4";
    let (limit, only) = (limit.max(0), only.unwrap_or("%"));
    let rows: Vec<Row> = match conn {
        AnyConn::Sqlite(conn) => diesel::sql_query(DUE)
            .bind::<BigInt, _>(webhook)
            .bind::<Timestamp, _>(now)
            .bind::<Text, _>(only)
            .bind::<BigInt, _>(limit)
            .load(conn)?,
        AnyConn::Postgres(conn) => diesel::sql_query(format!("{DUE} FOR UPDATE OF d SKIP LOCKED"))
            .bind::<BigInt, _>(webhook)
            .bind::<Timestamp, _>(now)
            .bind::<Text, _>(only)
            .bind::<BigInt, _>(limit)
            .load(conn)?,
    };
    Ok(rows.into_iter().map(|row| row.n).collect())
}

/// Deletes changes whose transaction this server has yet to begin: they came with a restore from another one,
/// whose numbers mean nothing here.
pub fn forget_foreign_changes(conn: &mut AnyConn) -> QueryResult<usize> {
    match conn {
        AnyConn::Sqlite(_) => Ok(0),
        AnyConn::Postgres(conn) => {
            let statement =
                "DELETE FROM changes WHERE tx >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
            diesel::sql_query(statement).execute(conn)
        }
    }
}

/// Seconds since the oldest transaction that is still open began; 0 where none is.
pub fn oldest_transaction_seconds(conn: &mut AnyConn) -> QueryResult<i64> {
    number(
        conn,
        "SELECT 0 AS n",
        "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::bigint AS n \
         FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()",
    )
}

fn number(conn: &mut AnyConn, sqlite: &str, postgres: &str) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let row: Row = match conn {
        AnyConn::Sqlite(conn) => diesel::sql_query(sqlite).get_result(conn)?,
        AnyConn::Postgres(conn) => diesel::sql_query(postgres).get_result(conn)?,
    };
    Ok(row.n)
}
