//! What happens at the worst moment: two replicas at once, one bad attempt among good ones, whoever asks is logged out,
//! erased or gone by then, the desk is full, the connection breaks at the commit.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::*;
use crate::support::people::people as logged_in;
use crate::support::server::vault;
use crate::support::wire::{Cut, Wire};
use futures_util::FutureExt;
use futures_util::future::join_all;
use kepu::app::companions::Companions;
use kepu::app::desk::{Attempt, BATCH, Desk, Settled};
use kepu::app::ended_logins::EndedLogins;
use kepu::app::signups::Signups;
use kepu::db::companions::{self, Lock};
use kepu::db::limits_used::{self, Use};
use kepu::db::{idempotency_keys, logins, persons, seats as stored, signups};
use kepu::domain::access::Caller;
use kepu::domain::companions::Companion;
use kepu::domain::consents::Given;
use kepu::domain::events::EventStatus;
use kepu::domain::ids::{CompanionId, SystemRandom};
use kepu::domain::signups::party::{Birth, Role};
use kepu::domain::signups::refusal::Refusal;
use kepu::domain::signups::request::{Participant, Request, Who};
use kepu::domain::signups::{RepeatKey, Status};
use kepu::http::problem::Problem;
use kepu::jobs::daily;

/// A desk, as a replica has one.
fn desk(db: &Db) -> Desk {
    Desk::open(db.clone(), vault(), Arc::new(SystemRandom), BATCH).unwrap()
}

/// A store with these sessions of the event `stars`, and people who are logged in.
fn ready(store: Store, sessions: Vec<Session>, count: usize) -> (Fresh, Db, Vec<Caller>) {
    let fresh = Fresh::new(store, Holds::Tables);
    fill(&open(&fresh), sessions);
    let db = open(&fresh);
    let callers = logged_in(&db, count);
    (fresh, db, callers)
}

fn attempt(caller: Caller, session: &str) -> Attempt {
    let myself = Participant { who: Who::Myself(None), birth_year: None, role: Role::Attendee };
    let request = Request {
        participants: vec![myself],
        headcount: None,
        contact: None,
        join_waitlist: true,
        answers: Vec::new(),
        policy_version: "1.0".to_owned(),
        guardian_for: Vec::new(),
    };
    Attempt { caller, session: SessionId::from_slug(session), request, key: None }
}

fn keyed(caller: Caller, session: &str, key: &str) -> Attempt {
    let key = RepeatKey { given: key.to_owned(), body_hash: session.to_owned() };
    Attempt { key: Some(key), ..attempt(caller, session) }
}

/// Keeps everybody else from the seats of a session until what it gives is dropped, having done `work` first.
fn hold(
    db: &Db,
    session: &str,
    work: impl FnOnce(&mut db::Tx<'_>) + Send + 'static,
) -> std::sync::mpsc::Sender<()> {
    let (db, id) = (db.clone(), SessionId::from_slug(session));
    let ((release, released), (held, holds)) = (channel::<()>(), channel());
    thread::spawn(move || {
        db.write(|tx| {
            stored::lock(tx, &[id])?;
            work(tx);
            held.send(()).unwrap();
            let _ = released.recv_timeout(Duration::from_secs(30));
            Ok::<_, db::Error>(())
        })
    });
    holds.recv().unwrap();
    release
}

fn taken(db: &Db, session: &str) -> (i32, i32) {
    let id = SessionId::from_slug(session);
    let found = db.read(|conn| db::sessions::find(conn, &[id])).unwrap();
    (found[&id].taken, found[&id].waiting)
}

fn made(settled: &Result<Settled, app::Error>) -> bool {
    matches!(settled, Ok(Settled { made: true, .. }))
}

fn is_unavailable(error: &app::Error) -> bool {
    matches!(error, app::Error::Db(db::Error::Unavailable(_)))
}

#[actix_web::test]
async fn two_replicas_never_pass_a_limit_nor_wait_in_a_circle() {
    let terms = || json!({ "perEventMax": 1 });
    let names = ["a", "b", "c", "d", "e", "f"];
    let sessions = names.iter().map(|name| stars(name, 1000, terms())).collect();
    let (fresh, one, callers) = ready(Store::Postgres, sessions, 120);
    let two = open(&fresh);
    let desks = [desk(&one), desk(&two)];
    // Everybody asks both replicas for two sessions each, the second replica in the opposite order.
    let attempts = (0..callers.len() * 4).map(|n| {
        let (person, turn) = (n / 4, n % 4);
        let place = if turn % 2 == 0 { person + turn } else { names.len() * 100 - person - turn };
        let key = format!("{n}");
        desks[turn % 2].sign_up(keyed(callers[person], names[place % names.len()], &key))
    });
    let settled = join_all(attempts).await;
    for (n, outcome) in settled.iter().enumerate() {
        let fair = matches!(outcome, Ok(_) | Err(app::Error::Refused(Refusal::LimitReached(_))));
        assert!(fair, "{n}: {outcome:?}");
    }
    for (person, all) in settled.chunks(4).enumerate() {
        assert_eq!(all.iter().filter(|one| made(one)).count(), 1, "{person} is in one session");
    }
    let taken: i32 = names.iter().map(|name| taken(&one, name).0).sum();
    assert_eq!(taken, 120);
}

/// Companions, as a replica has them.
fn family(db: &Db) -> Companions {
    Companions::new(db.clone(), vault(), Arc::new(SystemRandom))
}

/// A companion of eleven years, whose guardian consents.
fn child(db: &Db, guardian: Caller, name: &str) -> CompanionId {
    let birth = Some(Birth::Date("2015-06-01".parse().unwrap()));
    let given = Given { policy_version: "2.0".to_owned(), guardian: true };
    let child = Companion { name: name.into(), birth, relation: None };
    family(db).add(guardian.person, &child, Some(&given), None).unwrap().id
}

fn bringing(caller: Caller, session: &str, companion: CompanionId) -> Attempt {
    let mut attempt = attempt(caller, session);
    attempt.request.participants[0].who = Who::Companion(companion);
    attempt
}

fn guardians_may_consent(db: &Db) {
    db.write(|tx| put_policy(tx, &policy("guardian", "2.0", NOW - TimeDelta::days(1)))).unwrap();
}

#[actix_web::test]
async fn a_consent_withdrawn_while_the_child_is_signed_up_takes_it_out() {
    let (fresh, one, callers) = ready(Store::Postgres, vec![stars("s", 9, json!({}))], 1);
    guardians_may_consent(&one);
    let id = child(&one, callers[0], "陈小明");
    let (desk, other, person) = (desk(&one), open(&fresh), callers[0].person);
    let release = hold(&one, "s", |_| {});
    // The desk has read the consent and waits for the session; the guardian withdraws at the other replica.
    let withdrawn = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let removing = thread::spawn(move || family(&other).remove(person, id));
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(release);
        tokio::task::spawn_blocking(|| removing.join().unwrap()).await.unwrap()
    };
    let (settled, withdrawn) = tokio::join!(desk.sign_up(bringing(callers[0], "s", id)), withdrawn);
    withdrawn.unwrap();
    let made = settled.unwrap().signup.id;
    let left = one.read(|conn| signups::get(conn, &vault(), made)).unwrap().unwrap();
    assert_eq!((left.status, taken(&one, "s")), (Status::Cancelled, (0, 0)));
}

#[actix_web::test]
async fn a_companion_is_changed_and_removed_at_once_without_a_circle() {
    let (fresh, one, callers) = ready(Store::Postgres, vec![stars("s", 99, json!({}))], 12);
    guardians_may_consent(&one);
    let desk = desk(&one);
    for (n, caller) in callers.iter().enumerate() {
        let id = child(&one, *caller, &format!("陈小明{n}"));
        assert!(made(&desk.sign_up(bringing(*caller, "s", id)).await));
        let (first, second, person) = (family(&one), family(&open(&fresh)), caller.person);
        let birth = Some(Birth::Date("2015-06-02".parse().unwrap()));
        let after = Companion { name: format!("陈晓明{n}").into(), birth, relation: None };
        let changing = thread::spawn(move || first.change(person, id, 1, &after, None));
        second.remove(person, id).unwrap();
        let changed = changing.join().unwrap();
        assert!(matches!(changed, Ok(_) | Err(app::Error::NotFound)), "{changed:?}");
    }
    assert_eq!(taken(&one, "s"), (0, 0));
}

#[actix_web::test]
async fn a_batch_that_is_cut_from_a_circle_of_waiting_is_settled_all_the_same() {
    let sessions = vec![stars("s", 99, json!({})), stars("t", 99, json!({}))];
    let (fresh, one, callers) = ready(Store::Postgres, sessions, 8);
    guardians_may_consent(&one);
    let id = child(&one, callers[0], "陈小明");
    let (desk, other) = (desk(&one), open(&fresh));
    let (held, holds) = channel();
    // Somebody who locks in the wrong order: the session, and then the companion that the desk holds.
    let wrong = thread::spawn(move || {
        other.write(|tx| {
            stored::lock(tx, &[SessionId::from_slug("s")])?;
            held.send(()).unwrap();
            thread::sleep(Duration::from_millis(500));
            companions::lock(tx, &[id], Lock::Alone)
        })
    });
    holds.recv().unwrap();
    // While the desk waits for one, the others arrive together.
    let release = hold(&one, "t", |_| {});
    let first = desk.sign_up(attempt(callers[7], "t"));
    let all = callers[..7].iter().enumerate().map(|(n, caller)| {
        desk.sign_up(if n == 0 { bringing(*caller, "s", id) } else { attempt(*caller, "s") })
    });
    let later = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(release);
    };
    let (first, settled, ()) = tokio::join!(first, join_all(all), later);
    assert!(made(&first), "{first:?}");
    let _ = wrong.join().unwrap();
    assert!(settled.iter().all(made), "{settled:?}");
}

#[actix_web::test]
async fn a_session_that_stays_locked_keeps_nobody_from_another() {
    let sessions = vec![stars("free", 10, json!({})), stars("held", 10, json!({}))];
    let (_fresh, db, callers) = ready(Store::Postgres, sessions, 3);
    let desk = desk(&db);
    let both = hold(&db, "free", |_| ());
    let first = desk.sign_up(attempt(callers[0], "free"));
    // While the desk waits for the first, two more arrive together.
    let (_held, second, third) = (
        hold(&db, "held", |_| ()),
        desk.sign_up(attempt(callers[1], "held")),
        desk.sign_up(attempt(callers[2], "free")),
    );
    let free = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(both);
    };
    let (first, second, third, ()) = futures_util::join!(first, second, third, free);
    assert!(made(&first) && made(&third), "{first:?} {third:?}");
    assert!(second.is_err_and(|error| is_unavailable(&error)));
    assert_eq!((taken(&db, "free").0, taken(&db, "held").0), (2, 0));
}

/// Who gives one limit back and uses another, while somebody else does it the other way round.
#[test]
fn limits_are_exchanged_in_one_order() {
    let fresh = Fresh::new(Store::Postgres, Holds::Tables);
    let limit =
        |who: &str| Use { scope: "event:1".to_owned(), who: who.to_owned(), used: 1, most: 1000, until: NOW };
    let exchange = |from: Use, to: Use| {
        let db = open(&fresh);
        move || {
            for _ in 0..100 {
                let done = db.write(|tx| {
                    limits_used::hold(tx, [&from, &to].into_iter())?;
                    limits_used::give_back(tx, vec![from.clone()])?;
                    limits_used::raise(tx, vec![to.clone()])
                });
                done.unwrap();
            }
        }
    };
    let (there, back) = (exchange(limit("a"), limit("b")), exchange(limit("b"), limit("a")));
    let both = [thread::spawn(there), thread::spawn(back)];
    both.into_iter().for_each(|one| one.join().unwrap());
}

#[actix_web::test]
async fn one_key_at_two_replicas_is_one_request() {
    let (fresh, one, callers) =
        ready(Store::Postgres, vec![stars("a", 99, json!({})), stars("b", 99, json!({}))], 40);
    let two = open(&fresh);
    let desks = [desk(&one), desk(&two)];
    // The same request at both; and the same key for two requests.
    let same = callers[..20]
        .iter()
        .flat_map(|caller| desks.iter().map(move |desk| desk.sign_up(keyed(*caller, "a", "k"))));
    let other = callers[20..].iter().flat_map(|caller| {
        desks.iter().zip(["a", "b"]).map(move |(desk, session)| desk.sign_up(keyed(*caller, session, "k")))
    });
    let (same, other) = tokio::join!(join_all(same), join_all(other));
    for pair in same.chunks(2) {
        let [Ok(first), Ok(second)] = pair else { panic!("{pair:?}") };
        assert_eq!(first, second);
    }
    for pair in other.chunks(2) {
        let reused = |one: &Result<_, _>| matches!(one, Err(app::Error::Refused(Refusal::KeyReused)));
        assert!(pair.iter().any(made) && pair.iter().any(reused), "{pair:?}");
    }
    assert_eq!(taken(&one, "a").0 + taken(&one, "b").0, 40);
}

on_both_stores! {
    async fn one_bad_attempt_harms_nobody_else(store: Store) {
        // Terms that could not be written today: a class of nobody, whose row the store refuses.
        let (_fresh, db, callers) = ready(store, vec![stars("s", 99, json!({ "group": { "min": 0, "max": 9 } }))], 12);
        let desk = desk(&db);
        let release = hold(&db, "s", |_| {});
        let mut attempts: Vec<Attempt> = callers.iter().map(|caller| attempt(*caller, "s")).collect();
        attempts[5].request.headcount = Some(0);
        attempts[5].request.participants.clear();
        let all = join_all(attempts.into_iter().map(|attempt| desk.sign_up(attempt)));
        let later = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            drop(release);
        };
        let (settled, ()) = tokio::join!(all, later);
        for (n, outcome) in settled.iter().enumerate() {
            let refused = matches!(outcome, Err(app::Error::Db(db::Error::Constraint(_))));
            assert!(if n == 5 { refused } else { made(outcome) }, "{n}: {outcome:?}");
        }
        assert_eq!(taken(&db, "s"), (11, 0));
    }

    async fn whoever_is_logged_out_or_erased_by_then_is_not_signed_up(store: Store) {
        let (_fresh, db, callers) = ready(store, vec![stars("s", 99, json!({}))], 3);
        let desk = desk(&db);
        let [out, gone] = [callers[0], callers[1]];
        let release = hold(&db, "s", move |tx| {
            logins::end(tx, out.login).unwrap();
            logins::forget(tx, gone.person).unwrap();
            persons::delete(tx, gone.person).unwrap();
        });
        let all = join_all(callers.iter().map(|caller| desk.sign_up(attempt(*caller, "s"))));
        let later = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            drop(release);
        };
        let (settled, ()) = tokio::join!(all, later);
        for outcome in &settled[..2] {
            assert!(matches!(outcome, Err(app::Error::LoginEnded)), "{outcome:?}");
        }
        assert!(made(&settled[2]));
        assert_eq!(taken(&db, "s"), (1, 0));
    }

    async fn a_login_that_another_replica_ended_is_learnt_of(store: Store) {
        let (_fresh, db, callers) = ready(store, vec![stars("s", 10, json!({}))], 2);
        let ended = EndedLogins::default();
        ended.learn(&db, NOW).unwrap();
        db.write(|tx| logins::end(tx, callers[0].login)).unwrap();
        assert!(!ended.includes(callers[0]));
        ended.learn(&db, NOW).unwrap();
        assert!(ended.includes(callers[0]) && !ended.includes(callers[1]));
    }

    async fn a_key_is_known_for_a_day(store: Store) {
        let (fresh, db, callers) = ready(store, vec![stars("a", 9, json!({})), stars("b", 9, json!({}))], 1);
        let person = callers[0].person;
        assert!(made(&desk(&db).sign_up(keyed(callers[0], "a", "k")).await));
        let known = |days: i64, seconds: i64| {
            let later = NOW + TimeDelta::days(days) + TimeDelta::seconds(seconds);
            let db = fresh.open(Arc::new(FixedClock(later)));
            daily::chores(&db, false).unwrap();
            !db.read(|conn| idempotency_keys::find(conn, "signUp", &[person], &["k"])).unwrap().is_empty()
        };
        assert_eq!((known(1, 0), known(1, 1)), (true, false));
    }

    async fn who_hangs_up_is_signed_up_all_the_same(store: Store) {
        let (_fresh, db, callers) = ready(store, vec![stars("s", 99, json!({}))], 2);
        let desk = desk(&db);
        let release = hold(&db, "s", |_| {});
        let mut waits = Box::pin(desk.sign_up(attempt(callers[0], "s")));
        assert!((&mut waits).now_or_never().is_none(), "it cannot be settled yet");
        drop(waits);
        drop(release);
        assert!(made(&desk.sign_up(attempt(callers[1], "s")).await));
        assert_eq!(taken(&db, "s"), (2, 0));
        let again = desk.sign_up(attempt(callers[0], "s")).await.unwrap();
        assert_eq!((again.made, again.signup.status), (false, Status::Confirmed));
    }

    async fn a_desk_whose_queue_is_full_says_so_at_once(store: Store) {
        let (_fresh, db, callers) = ready(store, vec![stars("s", 2000, json!({}))], 1500);
        let desk = desk(&db);
        let release = hold(&db, "s", |_| {});
        let all: Vec<_> = callers.iter().map(|caller| Box::pin(desk.sign_up(attempt(*caller, "s")))).collect();
        let mut waits = Vec::new();
        let mut turned_away = 0;
        for mut one in all {
            match (&mut one).now_or_never() {
                Some(Err(app::Error::Busy)) => turned_away += 1,
                Some(other) => panic!("nothing can be settled yet: {other:?}"),
                None => waits.push(one),
            }
        }
        assert!((200..=476).contains(&turned_away), "{turned_away}");
        drop(release);
        let settled = join_all(waits).await;
        assert!(settled.iter().all(made), "who is taken in is settled");
        assert_eq!(taken(&db, "s"), (1500 - turned_away, 0));
        let answer = Problem::from(app::Error::Busy).render(kepu::domain::text::Lang::En, "id");
        assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    }

    async fn nobody_signs_up_for_an_event_that_is_called_off(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        fill(&open(&fresh), vec![stars("s", 5, json!({ "waitlistMode": "confirm" }))]);
        open(&fresh)
            .write(|tx| {
                let event = event("stars", BaseId::from_slug("dome"));
                put_event(tx, "stars", &kepu::domain::events::Event { status: EventStatus::Cancelled, ..event }, NOW, 0)
            })
            .unwrap();
        let server = Server::simulated(Arc::new(fresh)).await;
        let lan = log_in(&server, "lan").await;
        assert_refused(&sign_up(&server, "s", &lan, alone()).await, "calledOff");
        seats(&server, "s", 0, 0).await;
    }

    async fn what_the_store_cannot_hold_is_refused_before_it(store: Store) {
        let fresh = Arc::new(Fresh::new(store, Holds::Tables));
        let db = open(&fresh);
        ground(&db);
        // No policy is in force, so nothing else looks at the version.
        db.write(|tx| {
            put_base(tx, "dome", &base("dome", 23.1, 113.3))?;
            put_event(tx, "stars", &event("stars", BaseId::from_slug("dome")), NOW, 0)?;
            Ok::<_, app::Error>(db::sessions::insert_with_events(tx, &[stars("s", 5, json!({}))])?)
        })
        .unwrap();
        let server = Server::simulated(fresh).await;
        let lan = log_in(&server, "lan").await;
        let mut body = alone();
        body["consent"]["policyVersion"] = "1\u{0}".into();
        let refused = sign_up(&server, "s", &lan, body).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!("consent.policyVersion")));
    }
}

/// The connection breaks at the commit: before the server learns of it, or after it was made.
#[actix_web::test]
async fn a_commit_whose_answer_is_lost_is_found_by_a_repeat() {
    let (fresh, db, callers) =
        ready(Store::Postgres, vec![stars("s", 99, json!({ "waitlistMode": "confirm" }))], 20);
    let wire = Wire::to(&fresh.url);
    let behind = Db::open(crate::support::stores::settings(&wire.url), Arc::new(FixedClock(NOW))).unwrap();
    let desk = desk(&behind);
    let signups = Signups::new(behind, vault(), Arc::new(SystemRandom));
    for (n, cut) in [Cut::Before, Cut::After].into_iter().enumerate() {
        let some = &callers[n * 10..n * 10 + 10];
        let try_all = || join_all(some.iter().map(|caller| desk.sign_up(keyed(*caller, "s", "k"))));
        wire.cut(cut);
        let first = try_all().await;
        assert!(wire.was_cut(), "{cut:?}: no commit passed");
        for outcome in &first {
            assert!(made(outcome) || outcome.as_ref().is_err_and(is_unavailable), "{cut:?}: {outcome:?}");
        }
        assert!(first.iter().any(|outcome| !made(outcome)), "{cut:?}");
        for outcome in try_all().await {
            assert!(
                made(&outcome),
                "{cut:?}: a repeat with its key is told what the first one made: {outcome:?}"
            );
        }
        assert_eq!(taken(&db, "s"), (some.len() as i32, 0), "{cut:?}");
        // The same for whatever is done about a sign-up later.
        for caller in some {
            let signup = desk.sign_up(attempt(*caller, "s")).await.unwrap().signup;
            wire.cut(cut);
            let lost = signups.cancel(caller.person, signup.id);
            assert!(lost.as_ref().is_err_and(is_unavailable), "{cut:?}: {lost:?}");
            assert_eq!(signups.cancel(caller.person, signup.id).unwrap().status, Status::Cancelled);
        }
        assert_eq!(taken(&db, "s"), (0, 0), "{cut:?}");
    }
}
