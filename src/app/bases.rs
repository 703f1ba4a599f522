//! Bases, where they are more than what [`super::authoring`] does with everything that organisations write: the days on which
//! one is closed take effect at once, and no draft takes them back.

use chrono::{DateTime, Days, Utc};
use serde_json::json;

use super::Error;
use super::audit;
use crate::db::records::Stored;
use crate::db::{AnyConn, Db, publication, sessions};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::bases::{Base, check_closures};
use crate::domain::events::{Event, Mode};
use crate::domain::hours::Closure;
use crate::domain::ids::BaseId;
use crate::domain::invalid::Invalid;
use crate::domain::kinds::Kind;
use crate::domain::record::Record;
use crate::domain::sessions::Session;
use crate::domain::time::start_of;

/// Most sessions that are listed of those that a closure concerns.
pub const MOST_WITHIN: usize = 400;

/// The use cases of bases. All of them block.
#[derive(Clone)]
pub struct Bases {
    db: Db,
}

impl Bases {
    /// The use cases over a store.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Sets the days on which a base is closed, in order, for everybody at once. Sessions on these days are not called off.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it was never published; [`Error::VersionConflict`] if what everybody
    /// sees is no longer at `version`; [`Error::Invalid`].
    pub fn close(
        &self,
        by: Actor,
        base: BaseId,
        version: i64,
        mut closures: Vec<Closure>,
    ) -> Result<(), Error> {
        let mut invalid = Invalid::default();
        check_closures(&closures, &mut invalid);
        invalid.or(())?;
        closures.sort_by_key(|closure| (closure.from, closure.to));
        self.db.write(|tx| {
            let record = Base::get(tx, base.get())?.ok_or(Error::NotFound)?;
            if !publication::ever(tx, Kind::Base, record.id)? {
                return Err(Error::NothingToDo);
            }
            if record.version != version {
                return Err(Error::VersionConflict);
            }
            if record.body.closures == closures {
                return Ok(());
            }
            let entry = Entry {
                object: Some(Object::of(Kind::Base, record.id)),
                organisation: record.body.organisers.first().map(|main| main.organisation),
                division: Some(record.body.place.adcode),
                before: Some(json!({ "closures": record.body.closures })),
                after: Some(json!({ "closures": closures })),
                ..Entry::new(by, Action::ClosuresChanged)
            };
            audit::note(tx, &entry)?;
            let body = Base { closures, ..record.body };
            if Base::replace(tx, record.id, version, &body)? { Ok(()) } else { Err(Error::VersionConflict) }
        })
    }
}

/// A session that is to take place on a day on which its base is closed, with its event.
pub type Within = (Session, Record<Event>);

/// The sessions at a base that a closure concerns, those that are over or called off left out, in order: [`MOST_WITHIN`] at
/// most. What nobody sees is among them only if it is the base's own organisation's.
///
/// # Errors
/// If the store fails.
pub fn within(
    conn: &mut AnyConn,
    base: &Record<Base>,
    closure: &Closure,
    now: DateTime<Utc>,
) -> Result<Vec<Within>, Error> {
    let Some(id) = BaseId::new(base.id) else { return Ok(Vec::new()) };
    let own = base.body.organisers.first().map(|main| main.organisation);
    let after = closure.to.checked_add_days(Days::new(1)).unwrap_or(closure.to);
    let span = (start_of(closure.from).max(now), start_of(after));
    let found = sessions::at_base(conn, id, own, span, MOST_WITHIN)?;
    let mut events: Vec<i64> = found.iter().map(|session| session.event.get()).collect();
    events.sort_unstable();
    events.dedup();
    let events = Event::find(conn, &events)?;
    let at_the_base = |session: Session| {
        let event = events.iter().find(|event| event.id == session.event.get())?;
        (event.body.mode != Mode::Online).then(|| (session, event.clone()))
    };
    Ok(found.into_iter().filter_map(at_the_base).collect())
}
