//! Drafts: written by organisations, decided on by authorities, and what of it the public sees.

mod http;
mod impartial;
mod life;
mod races;
mod reviewing;
mod seen;
mod trusted;

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use kepu::app;
use kepu::app::drafts::{self, Drafts};
use kepu::app::review::{Reviewer, Reviews};
use kepu::db::{self, Db, persons, review_items};
use kepu::discovery::Live;
use kepu::discovery::words::Dictionary;
use kepu::domain::audit::Actor;
use kepu::domain::clock::ManualClock;
use kepu::domain::drafts::{Authored, Body, Draft, body};
use kepu::domain::events::Event;
use kepu::domain::ids::{BaseId, EventId, OrganisationId, PersonId, SystemRandom};
use kepu::domain::review::{Item, ItemKind, Rules};
use kepu::domain::roles::{AuthorityRole, MemberRole, Role, Roles};
use kepu::domain::screening::WordLists;
use kepu::domain::text::Traditional;
use kepu::jobs::feed::Feed;

use crate::support::catalogue::{base, event, ground, organisation, put_base, put_event};
use crate::support::server::{NOW, vault};
use crate::support::stores::{Fresh, Holds, Store};

/// A store with an organisation, a base and a published talk there; what works on it, and what the public sees.
struct House {
    _fresh: Fresh,
    db: Db,
    drafts: Drafts,
    reviews: Reviews,
    live: Arc<Live>,
    feed: Feed,
    clock: ManualClock,
}

impl House {
    fn new(store: Store) -> Self {
        Self::ruled(store, Rules::default())
    }

    fn ruled(store: Store, rules: Rules) -> Self {
        let clock = ManualClock::new(NOW);
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(clock.clone()));
        ground(&db);
        db.write(|tx| {
            organisation(tx, "lab")?;
            for person in [1, 2, 7, 8, 9, 100, 200] {
                persons::insert(tx, PersonId::new(person).unwrap())?;
            }
            put_base(tx, "museum", &base("museum", 23.1, 113.3))?;
            put_event(tx, "talk", &event("talk", BaseId::from_slug("museum")), NOW + TimeDelta::hours(1), 1)
        })
        .unwrap();
        let screen = Arc::new(WordLists::parse("[doubtful]\n算命").unwrap());
        let drafts = Drafts::new(screen, vault(), Arc::new(SystemRandom), rules, "http://kepu.example");
        let reviews = Reviews::new(db.clone(), drafts.clone(), vault());
        let dictionary = Arc::new(Dictionary::new().unwrap());
        let live = Arc::new(Live::new(Traditional::new().unwrap(), dictionary, true));
        let feed = Feed::load(db.clone(), live.clone(), Arc::new(clock.clone())).unwrap();
        Self { _fresh: fresh, db, drafts, reviews, live, feed, clock }
    }

    /// Whether the public sees an event, once the feed has looked.
    fn shows(&mut self, id: i64) -> bool {
        self.title(id).is_some()
    }

    fn title(&mut self, id: i64) -> Option<String> {
        self.feed.look().unwrap();
        let snapshot = self.live.now().unwrap();
        snapshot.event(EventId::new(id).unwrap()).map(|event| event.title.zh_cn.clone())
    }

    fn create(&self, fields: Body) -> Result<Draft, app::Error> {
        self.db.write(|tx| self.drafts.create::<Event>(tx, AUTHOR, org(), fields))
    }

    fn update(&self, draft: &Draft, fields: Body) -> Result<Draft, app::Error> {
        self.db.write(|tx| self.drafts.update::<Event>(tx, AUTHOR, draft.object, draft.version, fields))
    }

    fn submit(&self, id: i64) -> Result<Draft, app::Error> {
        self.db.write(|tx| self.drafts.submit::<Event>(tx, AUTHOR, id))
    }

    fn draft(&self, id: i64) -> Draft {
        self.db.read(|conn| drafts::current::<Event>(conn, id)).unwrap().unwrap()
    }

    /// A new talk that lacks nothing, submitted; and its place in the queue.
    fn submitted(&self, title: &str) -> (Draft, Item) {
        let draft = self.create(talk(title)).unwrap();
        let draft = self.submit(draft.object).unwrap();
        (draft.clone(), self.waiting(draft.object))
    }

    fn waiting(&self, id: i64) -> Item {
        self.open(id).expect("nothing waits")
    }

    fn open(&self, id: i64) -> Option<Item> {
        self.db.read(|conn| review_items::open_of(conn, ItemKind::Event, id)).unwrap()
    }

    fn sql(&self, statement: &str) {
        self.db.write(|tx| Ok::<_, db::Error>(tx.batch_execute(statement)?)).unwrap();
    }
}

const AUTHOR: Actor = Actor::Person(PersonId::new(7).unwrap());

fn org() -> OrganisationId {
    OrganisationId::from_slug("org")
}

fn published() -> i64 {
    EventId::from_slug("talk").get()
}

/// The fields of a talk at the museum.
fn talk(title: &str) -> Body {
    body::of(&event(title, BaseId::from_slug("museum")))
}

fn with(mut fields: Body, field: &str, value: serde_json::Value) -> Body {
    fields.insert(field.to_owned(), value);
    fields
}

/// An authority of a division.
fn authority(person: i64, role: AuthorityRole, division: &str) -> (PersonId, Roles) {
    (PersonId::new(person).unwrap(), Roles(vec![Role::Authority(role, division.parse().unwrap())]))
}

fn reviewer() -> (PersonId, Roles) {
    authority(100, AuthorityRole::Reviewer, "440100")
}

fn administrator() -> (PersonId, Roles) {
    authority(200, AuthorityRole::Administrator, "440000")
}

fn by((person, roles): &(PersonId, Roles)) -> Reviewer<'_> {
    Reviewer { person: *person, roles }
}

/// The fields that are wrong, in order.
fn wrong<T: std::fmt::Debug>(refused: Result<T, app::Error>) -> Vec<String> {
    match refused {
        Err(app::Error::Invalid(invalid)) => {
            let mut fields: Vec<_> =
                invalid.0.iter().map(|error| format!("{} {}", error.field, error.code.wire())).collect();
            fields.sort();
            fields
        }
        other => panic!("not refused for its fields: {other:?}"),
    }
}

macro_rules! assert_refused {
    ($result:expr, $error:ident) => {
        assert!(matches!($result, Err(kepu::app::Error::$error)), "not refused as {}", stringify!($error))
    };
}
use assert_refused;
