//! Migrations, embedded in the binary.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::AnyConn;
use super::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Runs what is pending; says how many ran. On PostgreSQL replicas that start together take turns.
pub fn up(conn: &mut AnyConn) -> Result<usize, Error> {
    let ran = match conn {
        AnyConn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(|ran| ran.len()),
        AnyConn::Postgres(conn) => {
            // Waiting for one's turn and rewriting a table may both take long.
            conn.batch_execute(
                "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7077453)",
            )?;
            let ran = conn.run_pending_migrations(POSTGRES).map(|ran| ran.len());
            let given_back = conn.batch_execute(
                "SELECT pg_advisory_unlock(7077453); SET lock_timeout = '10s'; SET statement_timeout = '30s'",
            );
            // What went wrong with a migration tells more than what went wrong after it.
            if ran.is_ok() {
                given_back?;
            }
            ran
        }
    };
    ran.map_err(|error| Error::Migration(error.to_string()))
}

/// Undoes every migration, newest first. For tests.
pub fn down(conn: &mut AnyConn) -> Result<usize, Error> {
    let undone = match conn {
        AnyConn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(|undone| undone.len()),
        AnyConn::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(|undone| undone.len()),
    };
    undone.map_err(|error| Error::Migration(error.to_string()))
}

/// How many migrations have not run.
pub fn pending(conn: &mut AnyConn) -> Result<usize, Error> {
    let pending = match conn {
        AnyConn::Sqlite(conn) => conn.pending_migrations(SQLITE).map(|pending| pending.len()),
        AnyConn::Postgres(conn) => conn.pending_migrations(POSTGRES).map(|pending| pending.len()),
    };
    pending.map_err(|error| Error::Migration(error.to_string()))
}

/// Names of the migrations of each store: SQLite's, PostgreSQL's.
pub fn names() -> Result<(Vec<String>, Vec<String>), Error> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Migration(error.to_string());
    let sqlite = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(failed)?;
    let postgres = MigrationSource::<Pg>::migrations(&POSTGRES).map_err(failed)?;
    Ok((
        sqlite.iter().map(|migration| migration.name().to_string()).collect(),
        postgres.iter().map(|migration| migration.name().to_string()).collect(),
    ))
}
