//! Everything that a store holds, as text.

use diesel::prelude::*;
use diesel::sql_types::Text;
use kepu::db::{AnyConn, Db, Error};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table: one a line, its table first.
pub fn dump(db: &Db) -> String {
    let rows = db.read(|conn| {
        let mut rows = Vec::new();
        for (table, columns) in tables(conn)? {
            let lines: Vec<Line> = match conn {
                AnyConn::Sqlite(conn) => {
                    let all =
                        columns.iter().map(|column| format!("coalesce(CAST(\"{column}\" AS TEXT), '')"));
                    let all = all.collect::<Vec<_>>().join(" || '|' || ");
                    diesel::sql_query(format!("SELECT {all} AS line FROM \"{table}\"")).load(conn)?
                }
                AnyConn::Postgres(conn) => {
                    diesel::sql_query(format!("SELECT t::text AS line FROM \"{table}\" t")).load(conn)?
                }
            };
            rows.extend(lines.into_iter().map(|row| format!("{table}: {}", row.line)));
        }
        Ok::<_, Error>(rows)
    });
    rows.unwrap().join("\n")
}

/// Tables with their columns.
fn tables(conn: &mut AnyConn) -> Result<Vec<(String, Vec<String>)>, Error> {
    let lines: Vec<Line> = match conn {
        AnyConn::Sqlite(conn) => diesel::sql_query(
            "SELECT m.name || ' ' || group_concat(p.name, ' ') AS line \
             FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' GROUP BY m.name",
        )
        .load(conn)?,
        AnyConn::Postgres(conn) => diesel::sql_query(
            "SELECT concat_ws(' ', table_name, string_agg(column_name, ' ')) AS line \
             FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name",
        )
        .load(conn)?,
    };
    let words = |row: &Line| row.line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    Ok(lines.iter().map(words).map(|mut words| (words.remove(0), words)).collect())
}
