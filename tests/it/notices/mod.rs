//! Notices: what is sent, once at most; what people agree to; what WeChat pushes; and what a person is shown.

mod listed;
mod pushed;
mod reminders;
mod replicas;
mod sent;

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use kepu::app::notices;
use kepu::app::notices::agreements::{Agreements, Answered};
use kepu::clients::wechat::push::{PushKey, PushSettings, PushToken};
use kepu::clients::wechat::{MiniProgram, Wechat};
use kepu::db::{AnyConn, Db, Error, persons, sessions, wechat_identities};
use kepu::domain::clock::{Clock, ManualClock};
use kepu::domain::events::EventStatus;
use kepu::domain::ids::{IdentityId, PersonId, SystemRandom};
use kepu::domain::notices::{About, Notice, Purpose};
use kepu::domain::sessions::Session;
use kepu::jobs::sender::Sender;
use serde_json::{Value, json};

use crate::support::server::{NOW, vault};
use crate::support::stores::{Fresh, Holds, Store};
use crate::wechat::simulator::{CITY, MESSAGES, MUSEUM, Played};

const PUSH_TOKEN: &str = "AAAAA";
const PUSH_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// A simulated WeChat whose city pushes plainly and whose museum pushes encrypted, if anything is pushed at all.
fn played(pushes: bool) -> Played {
    let mut played = Played::start();
    let token = PushToken::from(PUSH_TOKEN);
    let keys = [None, PushKey::parse(PUSH_KEY)];
    for (app, key) in played.settings.apps.iter_mut().zip(keys) {
        app.push = pushes.then(|| PushSettings { token: token.clone(), key });
    }
    played
}

/// A store over the seeds with a sender of its own, and no server.
struct Post {
    played: Played,
    db: Db,
    clock: ManualClock,
    sender: Sender,
    wechat: Arc<Wechat>,
    fresh: Fresh,
}

/// A notice as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
}

impl Post {
    fn open(store: Store) -> Self {
        let (played, clock) = (played(false), ManualClock::new(NOW));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let fresh = Fresh::new(store, Holds::Seeds);
        let db = fresh.open(shared.clone());
        let wechat = Wechat::new(played.settings.clone(), &shared).unwrap();
        let wechat = Arc::new(wechat);
        let sender = Sender::new(db.clone(), wechat.clone(), vault(), shared);
        Self { played, db, clock, sender, wechat, fresh }
    }

    fn city(&self) -> &MiniProgram {
        self.wechat.app(CITY).unwrap()
    }

    /// A person whom WeChat knows in the city's mini-program.
    async fn person(&self, name: &str) -> PersonId {
        let openid = self.city().code_to_session(&format!("demo-{name}")).await.unwrap().openid;
        let id = PersonId::fresh(NOW, &SystemRandom);
        let added = self.db.write(|tx| {
            persons::insert(tx, id)?;
            let identity = IdentityId::fresh(NOW, &SystemRandom);
            wechat_identities::add_openid(tx, &vault(), identity, id, (self.city().id(), &openid))
        });
        added.unwrap();
        id
    }

    /// The person agrees to messages, in WeChat's books and in ours.
    async fn agree(&self, name: &str, person: PersonId, template: &str, count: u32) {
        self.grant(name, template, count).await;
        for _ in 0..count {
            self.report(person, template, Answered::Accept);
        }
    }

    /// The person agrees to messages in WeChat's books alone.
    async fn grant(&self, name: &str, template: &str, count: u32) {
        let body = json!({ "templateId": template, "count": count });
        self.played.doors.post(&format!("/simulator/people/{name}/credits"), body).await;
    }

    /// The phone's word for it; gives what we count then.
    fn report(&self, person: PersonId, template: &str, answer: Answered) -> i32 {
        let agreements = Agreements::new(self.db.clone(), vault());
        agreements.report(self.city(), person, &[(template.to_owned(), answer)], None).unwrap()[0]
    }

    fn tell(&self, all: &[Notice]) {
        tell(&self.db, all);
    }

    /// Rounds until nothing is due.
    async fn send(&self) {
        while self.sender.round().await.unwrap() > 0 {}
    }

    async fn calls(&self) -> u64 {
        self.played.doors.calls(MESSAGES).await
    }

    /// The messages that have arrived.
    async fn arrived(&self) -> Vec<Value> {
        let all = self.played.doors.0.json("/simulator/messages").await;
        all["items"].as_array().unwrap().clone()
    }

    /// What became of all notices, oldest first: purpose, state, reason.
    fn kept(&self) -> Vec<Kept> {
        let all = "SELECT purpose, state, reason FROM notices ORDER BY id";
        self.db.read(|conn| rows(conn, all)).unwrap()
    }

    /// What became of the only notice.
    fn only(&self) -> (String, Option<String>) {
        let all = self.kept();
        assert_eq!(all.len(), 1, "{all:?}");
        (all[0].state.clone(), all[0].reason.clone())
    }
}

fn tell(db: &Db, all: &[Notice]) {
    db.write(|tx| notices::tell(tx, all)).unwrap();
}

fn rows<T>(conn: &mut AnyConn, statement: &str) -> Result<Vec<T>, Error>
where
    T: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
{
    Ok(match conn {
        AnyConn::Sqlite(conn) => diesel::sql_query(statement).load(conn)?,
        AnyConn::Postgres(conn) => diesel::sql_query(statement).load(conn)?,
    })
}

/// Changes the store behind everybody's back.
fn change(db: &Db, statement: &str) {
    let changed = db.write(|tx| {
        Ok::<_, Error>(match &mut **tx {
            AnyConn::Sqlite(conn) => diesel::sql_query(statement).execute(conn)?,
            AnyConn::Postgres(conn) => diesel::sql_query(statement).execute(conn)?,
        })
    });
    assert_eq!(changed.unwrap(), 1, "{statement}");
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// A session that starts in three to ten days.
fn a_session(db: &Db) -> Session {
    let all = db.read(|conn| sessions::of_events_between(conn, 1..=i64::MAX)).unwrap();
    let days = |session: &&Session| (3..10).contains(&(session.start - NOW).num_days());
    let standing = |session: &&Session| session.status == EventStatus::Scheduled;
    all.values().flatten().filter(standing).filter(days).min_by_key(|one| one.id).cloned().unwrap()
}

fn about(session: &Session) -> About {
    About { event: Some(session.event), session: Some(session.id), signup: None }
}

fn notice(person: PersonId, purpose: Purpose, session: &Session) -> Notice {
    Notice::new(person, purpose, about(session))
}
