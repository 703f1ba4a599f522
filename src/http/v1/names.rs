//! By what names colleagues and authorities know people who work here.

use hashbrown::HashMap;

use crate::db::{AnyConn, Error, passwords, persons};
use crate::domain::ids::PersonId;
use crate::domain::sealing::Vault;

/// The name of each of these people: that of their account, else the one by which they want to be addressed. Who has
/// neither, or is gone, has none.
pub(super) fn of(
    conn: &mut AnyConn,
    vault: &Vault,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, Error> {
    let mut names = HashMap::new();
    for person in people {
        if names.contains_key(&person) {
            continue;
        }
        let account = passwords::of_person(conn, person)?.map(|account| account.username.expose().to_owned());
        let name = match account {
            Some(name) => Some(name),
            None => {
                persons::get(conn, vault, person)?.and_then(|found| Some(found.name?.expose().to_owned()))
            }
        };
        names.extend(name.map(|name| (person, name)));
    }
    Ok(names)
}
