//! Mirrors: one that polls ends up with exactly what is published, whatever happens meanwhile.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::db::{Db, Tx, sessions};
use kepu::discovery::mirror::{Token, Walk};
use kepu::discovery::words::Dictionary;
use kepu::discovery::{Live, Snapshot};
use kepu::domain::clock::{FixedClock, ManualClock};
use kepu::domain::divisions::Adcode;
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::ids::{BaseId, BulletinId, EventId, OrganisationId, PolicyId, ResourceId};
use kepu::domain::kinds::Kind;
use kepu::domain::organisations::Organisation;
use kepu::domain::resources::Resource;
use kepu::domain::text::Traditional;
use kepu::jobs::daily::{self, CHANGES_KEPT_DAYS};
use kepu::jobs::feed::Feed;
use serde_json::Value;

use crate::support::catalogue::{
    base, bulletin, event, ground, policy, put_base, put_bulletin, put_event, put_policy, put_resource,
    resource, session,
};
use crate::support::eventually;
use crate::support::server::{NOW, Server, Site};
use crate::support::stores::{Fresh, Holds, Store};

static DICTIONARY: LazyLock<Arc<Dictionary>> = LazyLock::new(|| Arc::new(Dictionary::new().unwrap()));

/// Numbers that look random and are the same at each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// Something random is written: new things, other names, other places, cancelled, hidden and shown again.
fn write(tx: &mut Tx<'_>, dice: &mut Dice, step: u64) -> Result<(), kepu::app::Error> {
    let name = format!("{step}");
    let bases = ["a", "b", "c"];
    let at = bases[dice.below(3) as usize];
    let slug = format!("event {}", dice.below(5));
    let id = EventId::from_slug(&slug);
    match dice.below(9) {
        6 => {
            save(tx, BaseId::from_slug(at).get(), &base(at, 23.1, 113.3), Existing::Keep)?;
            let base = Some(BaseId::from_slug(at)).filter(|_| dice.below(4) > 0);
            put_resource(tx, ["x", "y"][dice.below(2) as usize], &Resource { base, ..resource(&name) })
        }
        7 => put_bulletin(tx, ["x", "y"][dice.below(2) as usize], &bulletin(&name, &["440106"], NOW)),
        8 => put_policy(tx, &policy("privacy", &name, NOW + TimeDelta::days(step as i64))),
        0 => put_base(tx, at, &base(&name, 23.1, 113.3)),
        1 => {
            let id = OrganisationId::from_slug("org").get();
            let mut organisation = Organisation::get(tx, id)?.unwrap().body;
            organisation.name.zh_cn = name;
            save(tx, id, &organisation, Existing::Replace).map(drop)
        }
        2 => {
            let day = NOW + TimeDelta::days(1 + step as i64);
            let Some(_) = Event::get(tx, id.get())? else { return Ok(()) };
            sessions::insert_if_absent(tx, &session(&format!("{slug}: {step}"), id, day))?;
            Ok(sessions::touch_event(tx, id)?)
        }
        choice => {
            save(tx, BaseId::from_slug(at).get(), &base(at, 23.1, 113.3), Existing::Keep)?;
            let mut event = event(&name, BaseId::from_slug(at));
            event.status = if choice == 3 { EventStatus::Cancelled } else { EventStatus::Scheduled };
            event.sample = choice == 4;
            put_event(tx, &slug, &event, NOW + TimeDelta::days(1), 2)
        }
    }
}

/// A transaction that has put an event at a base, and stays open until it is told to commit.
struct Slow {
    commit: Sender<()>,
    thread: JoinHandle<()>,
}

impl Slow {
    fn begin(db: &Db, step: u64) -> Self {
        let (written, wait_written) = channel();
        let (commit, wait_commit) = channel::<()>();
        let db = db.clone();
        let thread = std::thread::spawn(move || {
            db.write(|tx| {
                let slug = format!("slow {step}");
                put_event(tx, &slug, &event(&slug, BaseId::from_slug("a")), NOW + TimeDelta::days(1), 1)?;
                written.send(()).unwrap();
                wait_commit.recv().unwrap();
                Ok::<_, kepu::app::Error>(())
            })
            .unwrap();
        });
        wait_written.recv().unwrap();
        Self { commit, thread }
    }

    fn commit(self) {
        self.commit.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

/// One replica, whose feed looks when the test says so. It hides samples, so that things can cease to be published.
struct Replica {
    live: Arc<Live>,
    feed: Feed,
}

impl Replica {
    fn start(db: &Db) -> Self {
        let live = Arc::new(Live::new(Traditional::new().unwrap(), DICTIONARY.clone(), false));
        let feed = Feed::load(db.clone(), live.clone(), Arc::new(FixedClock(NOW))).unwrap();
        Self { live, feed }
    }
}

/// What is shown of an object, of others it refers to as well.
fn shown(world: &Snapshot, kind: Kind, id: i64) -> Option<String> {
    let organisers = |organisers: &[kepu::domain::organisations::Organiser]| {
        let names = world.organisers(organisers).map(|(_, entry)| entry.body().name.zh_cn.clone());
        names.collect::<Vec<_>>()
    };
    Some(match kind {
        Kind::CalendarYear | Kind::Featured => return None,
        Kind::Division => world.divisions.get(Adcode::from_number(id)?)?.name.zh_cn.clone(),
        Kind::Term => world.taxonomy.by_id(id)?.name.zh_cn.clone(),
        Kind::Organisation => world.organisations.get(&OrganisationId::new(id)?)?.body().name.zh_cn.clone(),
        Kind::Base => {
            let base = world.bases.get(&BaseId::new(id)?)?.body();
            format!("{} of {:?}", base.name.zh_cn, organisers(&base.organisers))
        }
        Kind::Event => {
            let entry = world.event(EventId::new(id)?)?;
            let event = entry.event()?;
            let sessions: Vec<_> = entry.sessions.iter().map(|session| session.id).collect();
            let base = event.base.and_then(|base| world.bases.get(&base)).map(|base| &base.body().name.zh_cn);
            format!(
                "{} {:?} {sessions:?} {base:?} {:?}",
                event.title.zh_cn,
                event.status,
                organisers(&event.organisers)
            )
        }
        Kind::Resource => {
            let resource = world.resources.get(&ResourceId::new(id)?)?.body();
            let base = resource.base.and_then(|base| world.bases.get(&base)).map(|base| &base.body().name);
            format!("{} at {base:?} of {:?}", resource.name.zh_cn, organisers(&resource.organisers))
        }
        Kind::Bulletin => world.bulletins.get(&BulletinId::new(id)?)?.body.title.zh_cn.clone(),
        Kind::Policy => world.policies.get(&PolicyId::new(id)?)?.body.title.zh_cn.clone(),
        Kind::Series | Kind::Campaign | Kind::Route => unreachable!("this test makes none"),
    })
}

/// A mirror, which keeps what it was told last.
#[derive(Default)]
struct Mirror {
    token: Option<String>,
    held: BTreeMap<(Kind, i64), String>,
}

impl Mirror {
    /// Asks for one page; says how many objects it was told, and whether there are more.
    fn ask(&mut self, world: &Snapshot, limit: usize) -> (usize, bool) {
        let token = self.token.as_deref().map(|token| Token::decode(token).unwrap());
        let walk = Walk::new(world, token.as_ref(), NOW).unwrap();
        let told: Vec<_> = walk.changes().take(limit).collect();
        for changed in &told {
            let key = (changed.kind, changed.id);
            match shown(world, changed.kind, changed.id) {
                Some(text) => self.held.insert(key, text),
                None => self.held.remove(&key),
            };
        }
        let more = walk.changes().nth(limit).is_some();
        self.token = Some(walk.next(0, told.last().copied().filter(|_| more)).encode());
        (told.len(), more)
    }

    fn ask_to_the_end(&mut self, world: &Snapshot) -> usize {
        let mut count = 0;
        loop {
            let (told, more) = self.ask(world, 3);
            count += told;
            if !more {
                return count;
            }
        }
    }
}

on_both_stores! {
    async fn a_mirror_that_polls_ends_up_with_exactly_what_is_published(store: Store) {
        for seed in 1..=if store == Store::Sqlite { 16 } else { 8 } {
            let fresh = Fresh::new(store, Holds::Tables);
            let db = fresh.open(Arc::new(FixedClock(NOW)));
            ground(&db);
            db.write(|tx| put_base(tx, "a", &base("a", 23.1, 113.3))).unwrap();
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
            let mut replicas = [Replica::start(&db), Replica::start(&db)];
            let (mut mirror, mut slow) = (Mirror::default(), Vec::new());
            for step in 0..150 {
                let one = dice.below(2) as usize;
                match dice.below(12) {
                    0..4 => db.write(|tx| write(tx, &mut dice, step)).unwrap(),
                    4 if store == Store::Postgres && slow.len() < 2 => slow.push(Slow::begin(&db, step)),
                    5 if !slow.is_empty() => slow.swap_remove(dice.below(slow.len() as u64) as usize).commit(),
                    6 => replicas[one] = Replica::start(&db),
                    7 | 8 => drop(replicas[one].feed.look().unwrap()),
                    _ => drop(mirror.ask(&replicas[one].live.now().unwrap(), 1 + dice.below(3) as usize)),
                }
            }
            slow.into_iter().for_each(Slow::commit);
            for replica in &mut replicas {
                replica.feed.look().unwrap();
                mirror.ask_to_the_end(&replica.live.now().unwrap());
            }
            let fresh = Replica::start(&db).live.now().unwrap();
            let mut all = Mirror::default();
            all.ask_to_the_end(&fresh);
            assert_eq!(mirror.held, all.held, "seed {seed}");
            let told = all.held.keys().filter(|(kind, _)| *kind == Kind::Event).count();
            let stored = db.read(Event::all).unwrap();
            assert_eq!(told, stored.iter().filter(|event| !event.body.sample).count());
            if store == Store::Sqlite {
                assert_eq!(mirror.ask_to_the_end(&fresh), 0, "nothing is told twice");
            }
        }
    }

    async fn a_new_mirror_is_told_of_what_the_log_has_forgotten(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let clock = ManualClock::new(NOW - TimeDelta::days(CHANGES_KEPT_DAYS + 1));
        let db = fresh.open(Arc::new(clock.clone()));
        ground(&db);
        db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            put_event(tx, "old", &event("old", BaseId::from_slug("a")), NOW + TimeDelta::days(1), 1)
        }).unwrap();
        clock.set(NOW);
        assert!(daily::chores(&db, false).unwrap().purged > 0);
        let mut replica = Replica::start(&db);
        let mut mirror = Mirror::default();
        mirror.ask_to_the_end(&replica.live.now().unwrap());
        let old = (Kind::Event, EventId::from_slug("old").get());
        assert!(mirror.held.contains_key(&old));

        db.write(|tx| {
            put_event(tx, "new", &event("new", BaseId::from_slug("a")), NOW + TimeDelta::days(1), 1)
        }).unwrap();
        replica.feed.look().unwrap();
        assert_eq!(mirror.ask_to_the_end(&replica.live.now().unwrap()), 1, "what is forgotten is not told again");
        assert!(mirror.held.contains_key(&old));

        db.write(|tx| put_base(tx, "a", &base("another", 23.1, 113.3))).unwrap();
        replica.feed.look().unwrap();
        mirror.ask_to_the_end(&replica.live.now().unwrap());
        let mut all = Mirror::default();
        all.ask_to_the_end(&replica.live.now().unwrap());
        assert_eq!(mirror.held, all.held, "but for what it shows of others");
    }

    async fn it_is_told_over_http_as_well(store: Store) {
        let fresh = Arc::new(Fresh::new(store, Holds::Tables));
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let mut server = Server::over_shared(fresh.clone()).await;
        let mut mirror = Partner::default();
        for step in 0..20 {
            let mut dice = Dice(step + 1);
            db.write(|tx| {
                put_base(tx, "a", &base(&format!("a{}", step / 5), 23.1, 113.3))?;
                write(tx, &mut dice, step)
            }).unwrap();
            mirror.ask(&server, 1 + dice.below(3)).await;
            if step % 7 == 6 {
                server.running.stop().await;
                server = Server::over_shared(fresh.clone()).await;
            }
        }
        server.running.stop().await;
        let server = Server::over_shared(fresh).await;
        // It may have stopped between two pages: what changed since the first is told to the next question.
        mirror.ask_to_the_end(&server).await;
        mirror.ask_to_the_end(&server).await;
        let mut all = Partner::default();
        all.ask_to_the_end(&server).await;
        assert_eq!(mirror.held, all.held);
        assert!(mirror.held.keys().any(|(kind, _)| kind == "event"));
    }
}

/// A mirror as a partner would write one.
#[derive(Default)]
struct Partner {
    next: Option<String>,
    held: BTreeMap<(String, String), Value>,
    deleted: usize,
}

impl Partner {
    async fn ask(&mut self, site: &Site, limit: u64) -> bool {
        let since = self.next.as_ref().map(|next| format!("&since={next}")).unwrap_or_default();
        let page = site.json(&format!("/v1/changes?limit={limit}{since}")).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit as usize);
        for one in items {
            let key = (one["kind"].as_str().unwrap().to_owned(), one["id"].as_str().unwrap().to_owned());
            match one.get("item") {
                Some(item) => self.held.insert(key, item.clone()),
                None => {
                    assert!(one["deletedAt"].is_string(), "{one}");
                    self.deleted += 1;
                    self.held.remove(&key)
                }
            };
        }
        self.next = Some(page["next"].as_str().unwrap().to_owned());
        page["more"].as_bool().unwrap()
    }

    async fn ask_to_the_end(&mut self, site: &Site) {
        while self.ask(site, 50).await {}
    }
}

#[actix_web::test]
async fn an_item_is_the_detail_without_what_moves() {
    let server = Server::seeded().await;
    let mut all = Partner::default();
    all.ask_to_the_end(&server).await;
    let count = |kind: &str| all.held.keys().filter(|(of, _)| of == kind).count() as u64;
    for (kind, path) in [
        ("division", "/v1/divisions"),
        ("term", "/v1/taxonomy"),
        ("organisation", "/v1/organisations"),
        ("base", "/v1/bases"),
        ("series", "/v1/series"),
        ("campaign", "/v1/campaigns"),
        ("route", "/v1/routes"),
        ("resource", "/v1/resources"),
        ("policy", "/v1/policies"),
    ] {
        assert_eq!(count(kind), server.json(path).await["total"].as_u64().unwrap(), "{kind}");
    }
    assert_eq!(count("event"), server.running.db.read(Event::all).unwrap().len() as u64);
    // What a detail words by the clock, or cuts short.
    let apart = ["sessions", "editions", "units", "hours", "stops", "place", "status", "closures"];
    for (kind, path) in [
        ("division", "divisions"),
        ("organisation", "organisations"),
        ("base", "bases"),
        ("series", "series"),
        ("campaign", "campaigns"),
        ("route", "routes"),
        ("event", "events"),
        ("resource", "resources"),
    ] {
        for ((_, id), item) in all.held.iter().filter(|((of, _), _)| of == kind).step_by(17) {
            let detail = server.json(&format!("/v1/{path}/{id}")).await;
            for (name, value) in item.as_object().unwrap() {
                assert!(apart.contains(&name.as_str()) || detail[name] == *value, "{kind} {id}: {name}");
            }
            let text = item.to_string();
            for moving in ["\"taken\"", "\"signupState\"", "\"openNow\"", "\"nextSession\"", "\"eventCount\""]
            {
                assert!(!text.contains(moving), "{kind} {id}: {moving}");
            }
        }
    }
    let (_, event) = all.held.iter().find(|((kind, _), _)| kind == "event").unwrap();
    let sessions = server.walk(&format!("/v1/events/{}/sessions", event["id"].as_str().unwrap())).await;
    assert_eq!(event["sessions"].as_array().unwrap().len(), sessions.len(), "past ones too");
}

#[actix_web::test]
async fn what_is_published_no_more_is_taken_out() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    let put = |sample: bool| {
        let mut event = event("e", BaseId::from_slug("a"));
        event.sample = sample;
        db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            put_event(tx, "e", &event, NOW, 1)
        })
        .unwrap();
    };
    put(false);
    let server = Server::over_own(fresh).await;
    let mut mirror = Partner::default();
    mirror.ask_to_the_end(&server).await;
    let key = ("event".to_owned(), EventId::from_slug("e").to_string());
    assert!(mirror.held.contains_key(&key));
    put(true);
    eventually("the event is taken out", async || {
        let mut again = Partner { next: mirror.next.clone(), ..Partner::default() };
        again.ask_to_the_end(&server).await;
        (again.deleted == 1).then_some(())
    })
    .await;
    mirror.ask_to_the_end(&server).await;
    assert!(!mirror.held.contains_key(&key));
}

#[actix_web::test]
async fn a_token_that_is_none_or_of_another_mirror_is_refused() {
    let server = Server::seeded().await;
    let code = async |path: String| {
        let answer = server.get(&path).await;
        (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    for since in ["abc", "e30", "%2B%2B", "eyJzIjoxfQ"] {
        assert_eq!(
            code(format!("/v1/changes?since={since}")).await,
            (400, "tokenMalformed".into()),
            "{since}"
        );
    }
    let next = server.json("/v1/changes?lang=en&limit=5").await["next"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&format!("/v1/changes?lang=en&limit=7&since={next}")).await.status, 200);
    for other in ["lang=zh-HK", "lang=en&crs=wgs84"] {
        let answer = code(format!("/v1/changes?{other}&since={next}")).await;
        assert_eq!(answer, (400, "tokenMismatch".into()), "{other}");
    }
    assert_eq!(code("/v1/changes?limit=501".into()).await, (400, "invalidParameter".into()));
}

on_both_stores! {
    async fn a_token_of_another_store_or_of_long_ago_is_refused(store: Store) {
        let (one, other) = (Fresh::new(store, Holds::Tables), Fresh::new(store, Holds::Tables));
        for fresh in [&one, &other] {
            ground(&fresh.open(Arc::new(FixedClock(NOW))));
        }
        if store == Store::Sqlite {
            // Both are copies of one template, made in the same second.
            let made = "UPDATE __diesel_schema_migrations SET run_on = '2001-01-01 00:00:00'";
            let db = one.open(Arc::new(FixedClock(NOW)));
            db.read(|conn| Ok::<_, kepu::db::Error>(conn.batch_execute(made)?)).unwrap();
        }
        let (one, other) = (Server::over_own(one).await, Server::over_own(other).await);
        let next = one.json("/v1/changes").await["next"].as_str().unwrap().to_owned();
        let path = format!("/v1/changes?since={next}");
        assert_eq!(one.get(&path).await.status, 200);
        let answer = other.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (410, Some("mirrorTooOld")));

        one.clock.set(NOW + TimeDelta::days(30));
        assert_eq!(one.get(&path).await.status, 200);
        one.clock.set(NOW + TimeDelta::days(30) + TimeDelta::minutes(1));
        assert_eq!(one.get(&path).await.status, 410);
    }
}

#[actix_web::test]
async fn a_token_of_a_future_that_a_restore_undid_is_refused() {
    let fresh = Arc::new(Fresh::new(Store::Sqlite, Holds::Tables));
    let file = fresh.url.strip_prefix("sqlite://").unwrap().to_owned();
    let open = || fresh.open(Arc::new(FixedClock(NOW)));
    ground(&open());
    open().read(|c| Ok::<_, kepu::db::Error>(c.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?)).unwrap();
    let backup = std::fs::read(&file).unwrap();

    open().write(|tx| put_base(tx, "lost", &base("lost", 23.1, 113.3))).unwrap();
    let server = Server::over_shared(fresh.clone()).await;
    let next = server.json("/v1/changes").await["next"].as_str().unwrap().to_owned();
    server.running.stop().await;
    drop(server.site);
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{file}{suffix}"));
    }
    std::fs::write(&file, backup).unwrap();

    let server = Server::over_shared(fresh.clone()).await;
    server.clock.set(NOW + TimeDelta::minutes(20));
    let path = format!("/v1/changes?since={next}");
    let refused = async || (server.get(&path).await.status == 410).then_some(());
    eventually("it has not counted so far", refused).await;
    // It counts on beyond the mark: the mark stays of the future that is lost.
    for name in ["b", "c", "d"] {
        server.running.db.write(|tx| put_base(tx, name, &base(name, 23.1, 113.3))).unwrap();
    }
    eventually("the feed has carried them", async || {
        (server.json("/v1/bases").await["total"] == 3).then_some(())
    })
    .await;
    assert_eq!(server.get(&path).await.status, 410);
}
