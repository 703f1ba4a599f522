//! Which columns are sealed, and how those under an old key are found. The place of a field is its table, column and
//! the number that the row is found by.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::{
    api_keys, applications, audit, companions, feedback, invitations, member_labels, passwords, persons,
    reports, resource_contacts, signups, webhooks, wechat_identities as identities,
};
use crate::domain::sealing::{MARK, Opened, Place, Sealed, Vault};

/// A column of sealed fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The table.
    pub table: &'static str,
    /// The column that a row is found by: a positive number.
    pub key: &'static str,
    /// The sealed column, absent or filled.
    pub column: &'static str,
}

/// Every column of sealed fields: whoever seals another adds it, or its old keys could never be dropped.
pub const COLUMNS: &[Column] = &[
    persons::DISPLAY_NAME,
    persons::PHONE,
    identities::OPENID,
    identities::UNIONID,
    companions::BODY,
    signups::PERSONAL,
    signups::TICKET,
    feedback::WORDS,
    passwords::TOTP_SECRET,
    reports::WORDS,
    webhooks::URL,
    webhooks::SECRET,
    webhooks::OLD_SECRET,
    audit::VALUE,
    applications::CONTACT,
    invitations::CODE,
    api_keys::SECRET,
    invitations::LABEL,
    member_labels::LABEL,
    resource_contacts::CONTACT,
];

impl Column {
    /// The column of a table whose rows are found by `id`.
    pub(super) const fn of(table: &'static str, column: &'static str) -> Self {
        Self { table, key: "id", column }
    }

    /// Where a row's field stands.
    #[must_use]
    pub const fn place(self, row: i64) -> Place {
        Place { table: self.table, column: self.column, row }
    }

    /// Seals a row's field.
    pub(super) fn seal(self, vault: &Vault, row: i64, plain: &str) -> Result<String, Error> {
        Ok(vault.seal(self.place(row), plain)?.as_str().to_owned())
    }

    /// Opens a row's field.
    pub(super) fn open(self, vault: &Vault, row: i64, sealed: &str) -> Result<Opened, Error> {
        Ok(vault.open(self.place(row), sealed)?)
    }
}

#[derive(QueryableByName)]
struct Field {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    sealed: String,
}

/// At most `limit` fields of a column, of rows after `after`, that another key sealed than the one of `mark`: each with
/// its row, in their order.
pub fn under_other_keys(
    conn: &mut AnyConn,
    of: Column,
    mark: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, String)>, Error> {
    let Column { table, key, column } = of;
    let statement = format!(
        "SELECT {key} AS number, {column} AS sealed FROM {table} \
         WHERE {key} > $1 AND substr({column}, 1, {MARK}) <> $2 ORDER BY {key} LIMIT $3"
    );
    let query = diesel::sql_query(statement).bind::<BigInt, _>(after);
    let query = query.bind::<Text, _>(mark).bind::<BigInt, _>(limit);
    let fields: Vec<Field> = each!(conn, conn => query.load(conn))?;
    Ok(fields.into_iter().map(|field| (field.number, field.sealed)).collect())
}

/// Puts one sealed field in another's place, unless it was changed meanwhile; says whether it did.
pub fn replace(tx: &mut Tx<'_>, of: Column, row: i64, old: &str, new: &Sealed) -> Result<bool, Error> {
    let Column { table, key, column } = of;
    let statement = format!("UPDATE {table} SET {column} = $1 WHERE {key} = $2 AND {column} = $3");
    let query = diesel::sql_query(statement).bind::<Text, _>(new.as_str());
    let query = query.bind::<BigInt, _>(row).bind::<Text, _>(old);
    Ok(each!(&mut *tx.conn, conn => query.execute(conn))? == 1)
}

/// How many fields of a column each key sealed, by its mark.
pub fn by_key(conn: &mut AnyConn, of: Column) -> Result<Vec<(String, i64)>, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Text)]
        mark: String,
        #[diesel(sql_type = BigInt)]
        fields: i64,
    }
    let Column { table, column, .. } = of;
    let statement = format!(
        "SELECT substr({column}, 1, {MARK}) AS mark, count(*) AS fields FROM {table} \
         WHERE {column} IS NOT NULL GROUP BY 1"
    );
    let counts: Vec<Count> = each!(conn, conn => diesel::sql_query(statement).load(conn))?;
    Ok(counts.into_iter().map(|count| (count.mark, count.fields)).collect())
}
