//! What rows are called, and in which order they stand.

use hashbrown::HashMap;

use super::shown::StatisticsKey;
use crate::db::records::Stored;
use crate::db::{self, AnyConn};
use crate::discovery::{Live, Snapshot};
use crate::domain::ids::OrganisationId;
use crate::domain::organisations::Organisation;
use crate::domain::statistics::Dimension;
use crate::domain::statistics::answers::Answer;
use crate::domain::statistics::cube::Value;
use crate::domain::taxonomy::{AUDIENCE, TOPIC};
use crate::domain::text::{Lang, Text};

/// What things are called.
pub struct Names<'a> {
    /// What is published.
    pub snapshot: &'a Snapshot,
    /// Names of organisations, whether or not anybody sees them.
    pub organisations: HashMap<OrganisationId, Text>,
    /// In which language.
    pub lang: Lang,
}

/// The names of the organisations that rows are about, with traditional characters.
///
/// # Errors
/// If the store fails.
pub fn organisations(
    conn: &mut AnyConn,
    live: &Live,
    answer: &Answer,
) -> Result<HashMap<OrganisationId, Text>, db::Error> {
    let values = answer.rows.iter().flat_map(|row| &row.values);
    let mut ids: Vec<i64> = values
        .filter_map(|value| if let Value::Organisation(id) = value { Some(id.get()) } else { None })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let found = Organisation::find(conn, &ids)?.into_iter();
    Ok(found.filter_map(|one| Some((OrganisationId::new(one.id)?, live.filled(&one.body.name)))).collect())
}

impl Names<'_> {
    /// Code and name of a value; `None` of what has none.
    #[must_use]
    pub fn key(&self, dimension: Dimension, value: &Value) -> Option<StatisticsKey> {
        let named = |code: String, name: Option<&Text>| {
            let name = name.map_or_else(|| code.clone(), |name| name.get(self.lang).to_owned());
            StatisticsKey { code, name }
        };
        let scheme = if dimension == Dimension::Audience { AUDIENCE } else { TOPIC };
        Some(match value {
            Value::None => return None,
            Value::Division(adcode) => {
                let division = self.snapshot.divisions.get(*adcode);
                named(adcode.to_string(), division.map(|division| &division.name))
            }
            Value::Term(code) => named(code.clone(), self.snapshot.taxonomy.name(scheme, code)),
            Value::Campaign(id) => {
                let campaign = self.snapshot.campaigns.get(id);
                named(id.to_string(), campaign.map(|campaign| &campaign.body().name))
            }
            Value::Organisation(id) => named(id.to_string(), self.organisations.get(id)),
            Value::Month(year, month) => {
                let code = format!("{year:04}-{month:02}");
                StatisticsKey { name: code.clone(), code }
            }
        })
    }

    /// What a row is sorted by: terms as lists have them, divisions and months by their codes, the rest by name; what has
    /// none last.
    #[must_use]
    pub fn place(&self, dimension: Dimension, value: &Value) -> (bool, usize, String) {
        let key = self.key(dimension, value);
        let scheme = if dimension == Dimension::Audience { AUDIENCE } else { TOPIC };
        let order = match value {
            Value::Term(code) => self
                .snapshot
                .taxonomy
                .terms(scheme)
                .position(|term| term.body.code == *code)
                .unwrap_or(usize::MAX),
            _ => 0,
        };
        let text = match value {
            Value::Division(_) => key.as_ref().map(|key| key.code.clone()),
            Value::Campaign(_) | Value::Organisation(_) => {
                key.as_ref().map(|key| format!("{}\0{}", key.name, key.code))
            }
            _ => key.as_ref().map(|key| key.code.clone()),
        };
        (key.is_none(), order, text.unwrap_or_default())
    }
}
