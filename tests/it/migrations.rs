//! Migrations: every one has its pair, `down` undoes `up`, and both stores end with the columns of the schema.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::Text;
use kepu::db::{AnyConn, Error, migrate};
use kepu::domain::clock::FixedClock;

use crate::support::server::NOW;
use crate::support::stores::{Fresh, Holds};

#[test]
fn every_migration_has_its_pair() {
    let (sqlite, postgres) = migrate::names().unwrap();
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres);
}

on_both_stores! {
    async fn down_undoes_up(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let steps = || db.read(|conn| {
            let before = columns(conn)?;
            migrate::down(conn)?;
            let without = columns(conn)?;
            migrate::up(conn)?;
            Ok::<_, Error>((before, without, columns(conn)?))
        }).unwrap();
        let (before, without, after) = steps();
        assert!(without.is_empty(), "left behind: {without:?}");
        assert_eq!(before, after);
        assert_eq!(db.read(migrate::pending).unwrap(), 0);
    }

    async fn the_store_has_the_columns_of_the_schema(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let found = db.read(columns).unwrap();
        assert_eq!(found, schema());
    }
}

/// The tables and columns of `src/db/schema.rs`, as `table.column type`.
fn schema() -> Vec<String> {
    let source = include_str!("../../src/db/schema.rs");
    let mut columns = Vec::new();
    let mut table = "";
    for line in source.lines().map(str::trim).filter(|line| !line.starts_with("diesel::")) {
        if let Some((name, key)) = line.split_once(" (") {
            assert!(key.ends_with(") {"), "{line}");
            table = name;
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            columns.push(format!("{table}.{column} {kind}"));
        }
    }
    columns.sort();
    columns
}

/// The tables and columns that the store has, in the words of the schema.
fn columns(conn: &mut AnyConn) -> Result<Vec<String>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        place: String,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Text)]
        nullable: String,
    }
    let rows: Vec<Row> = match conn {
        AnyConn::Sqlite(conn) => diesel::sql_query(
            "SELECT m.name || '.' || p.name AS place, p.type AS kind, \
             CASE WHEN p.\"notnull\" = 1 OR p.pk > 0 THEN 'NO' ELSE 'YES' END AS nullable \
             FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '__diesel_schema_migrations'",
        )
        .load(conn)?,
        AnyConn::Postgres(conn) => diesel::sql_query(
            "SELECT table_name || '.' || column_name AS place, data_type::text AS kind, is_nullable::text AS nullable \
             FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'",
        )
        .load(conn)?,
    };
    let mut columns: Vec<String> = rows
        .into_iter()
        .map(|row| {
            let kind = match row.kind.to_ascii_uppercase().as_str() {
                // SQLite's auto-increment keys are spelled INTEGER and hold 64 bits.
                "INTEGER"
                    if [
                        "changes.id",
                        "notices.id",
                        "data_looks.id",
                        "favourites.id",
                        "audit_entries.id",
                        "audit_personal.id",
                        "webhook_deliveries.id",
                    ]
                    .contains(&row.place.as_str()) =>
                {
                    "BigInt"
                }
                "BIGINT" => "BigInt",
                "INTEGER" => "Integer",
                "TEXT" => "Text",
                "BOOLEAN" => "Bool",
                "BLOB" | "BYTEA" => "Binary",
                "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => "Timestamp",
                other => panic!("{}: {other} is no type that both stores share", row.place),
            };
            let kind = if row.nullable == "YES" { format!("Nullable<{kind}>") } else { kind.to_owned() };
            format!("{} {kind}", row.place)
        })
        .collect();
    columns.sort();
    Ok(columns)
}
