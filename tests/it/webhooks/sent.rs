//! How it is sent: signed, in order, again and again, and never lost in silence.

use std::io::Write;
use std::process::{Command, Stdio};

use futures_util::future::join_all;
use kepu::db::webhooks::deliveries::Again;
use kepu::domain::ids::spell;
use kepu::domain::webhooks::{GIVEN_UP, LOST, Stopped, TRIED, Trouble};

use super::*;
use crate::support::eventually;

/// What the page for receivers has them run.
fn is_genuine(secret: &Secret, taken: &receiver::Taken, body: &str, now: i64) -> bool {
    let page = include_str!("../../../docs/webhooks.md");
    let code = page.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    let headers: serde_json::Map<_, _> =
        taken.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let asked = serde_json::json!([secret.expose(), headers, body, now]);
    let program = format!(
        "{code}\nimport json, sys\nsecret, headers, body, now = json.load(sys.stdin)\n\
         print(is_genuine(secret, headers, body.encode(), now))\n"
    );
    let mut python = Command::new("python3")
        .args(["-c", &program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success());
    String::from_utf8(done.stdout).unwrap().trim() == "True"
}

#[actix_web::test]
async fn receivers_know_it_for_ours_by_the_code_of_their_page() {
    let post = Post::open(Store::Sqlite).await;
    let (webhook, secret) = post.endpoint();
    post.note(webhook.id, 1, 1);
    post.send().await;
    let taken = post.receiver.taken().remove(0);
    let sent = NOW.timestamp();
    assert_eq!(
        (taken.header("webhook-timestamp"), taken.path.as_str()),
        (sent.to_string().as_str(), "/hook")
    );
    assert_eq!(taken.header("content-type"), "application/json");
    assert_eq!(taken.json()["id"], taken.header("webhook-id"));
    assert!(is_genuine(&secret, &taken, &taken.body, sent + 300));
    assert!(!is_genuine(&secret, &taken, &taken.body, sent + 301), "too old");
    assert!(!is_genuine(&secret, &taken, &taken.body, sent - 301), "of the future");
    assert!(!is_genuine(&secret, &taken, &taken.body.replace("changed", "cancelled"), sent));
    assert!(!is_genuine(&Secret::fresh(&SystemRandom), &taken, &taken.body, sent));

    let (_, newer) = post.webhooks.rotate(Actor::Operator, webhook.id).unwrap();
    post.note(webhook.id, 1, 2);
    post.send().await;
    let taken = post.receiver.taken().remove(1);
    assert!(is_genuine(&newer, &taken, &taken.body, sent) && is_genuine(&secret, &taken, &taken.body, sent));
    seconds(&post, 24 * 3600);
    post.note(webhook.id, 1, 3);
    post.send().await;
    let (taken, sent) = (post.receiver.taken().remove(2), now(&post).timestamp());
    assert!(is_genuine(&newer, &taken, &taken.body, sent) && !is_genuine(&secret, &taken, &taken.body, sent));
}

#[test]
fn the_page_for_receivers_names_all_that_is_told() {
    let page = include_str!("../../../docs/webhooks.md");
    for what in What::ALL {
        assert!(page.contains(&format!("| `{}` |", what.name())), "{}", what.name());
    }
    assert!(page.contains(&format!("> {}:", kepu::domain::webhooks::secrets::REPLAY_WINDOW_SECONDS)));
}

on_both_stores! {
    async fn what_fails_keeps_back_what_follows_about_the_same_object_and_nothing_else(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        for (id, version) in [(1, 1), (1, 2), (2, 1), (1, 3), (2, 2)] {
            post.note(webhook.id, id, version);
        }
        post.receiver.refuse(&[spell(1)]);
        post.send().await;
        let of = |id: i64| post.arrived().into_iter().filter(|one| one.1 == spell(id)).map(|one| one.2).collect::<Vec<_>>();
        assert_eq!((of(1), of(2)), (vec![1], vec![1, 2]));
        seconds(&post, 9);
        post.send().await;
        assert_eq!(of(1), [1], "it pauses");
        post.receiver.refuse(&[]);
        seconds(&post, 1);
        post.send().await;
        assert_eq!((of(1), of(2)), (vec![1, 1, 2, 3], vec![1, 2]));
        let kept = post.kept(webhook.id);
        assert!(kept.iter().all(|one| one.state == State::Delivered && one.status == Some(204)), "{kept:?}");
        assert_eq!(kept[0].attempts, 2);
    }

    async fn what_was_under_way_when_its_sender_died_is_sent_once_more_under_its_id(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        post.note(webhook.id, 1, 1);
        post.note(webhook.id, 1, 2);
        post.receiver.reply(&[Reply::Silence]);
        let dying = post.courier.clone();
        let sending = tokio::spawn(async move { dying.round().await });
        eventually("it arrives", async || (!post.receiver.taken().is_empty()).then_some(())).await;
        sending.abort();
        assert!(sending.await.unwrap_err().is_cancelled());
        post.send().await;
        assert_eq!(post.states(webhook.id), [State::Sending, State::Waiting], "another sender may be at it");
        post.clock.advance(LOST + chrono::TimeDelta::seconds(1));
        post.send().await;
        assert_eq!(post.states(webhook.id), [State::Delivered; 2]);
        let ids: Vec<_> = post.receiver.taken().iter().map(|one| one.header("webhook-id").to_owned()).collect();
        assert_eq!(ids.len(), 3);
        assert!(ids[0] == ids[1] && ids[1] != ids[2]);
    }

    async fn it_is_parked_after_a_day_and_what_follows_is_sent(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        post.note(webhook.id, 1, 1);
        post.note(webhook.id, 1, 2);
        post.receiver.refuse(&[spell(1)]);
        let begun = now(&post);
        while now(&post) - begun < TRIED {
            post.send().await;
            assert_eq!(post.states(webhook.id)[1], State::Waiting);
            seconds(&post, 600);
        }
        post.receiver.refuse(&[]);
        seconds(&post, 3600);
        post.send().await;
        let kept = post.kept(webhook.id);
        assert_eq!((kept[0].state, kept[0].trouble, kept[0].status), (State::Parked, Some(Trouble::Status), Some(500)));
        assert!((24..40).contains(&kept[0].attempts), "{}", kept[0].attempts);
        assert_eq!(kept[1].state, State::Delivered);
        let parked = post.db.read(|conn| deliveries::backlog(conn, webhook.id)).unwrap();
        assert_eq!(parked, (0, 1), "the gap is visible");

        assert_eq!(post.webhooks.replay(Actor::Operator, webhook.id, &Again::Ids(vec![kept[0].id])).unwrap(), 1);
        post.send().await;
        let last = post.receiver.taken().pop().unwrap();
        assert_eq!(last.header("webhook-id"), kept[0].id.to_string(), "under its id");
        assert_eq!(post.states(webhook.id), [State::Delivered; 2]);
    }

    async fn a_span_is_replayed_in_its_order(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        for version in 1..=4 {
            post.note(webhook.id, 1, version);
            seconds(&post, 60);
        }
        post.send().await;
        let from = NOW + chrono::TimeDelta::seconds(60);
        let span = |states: &[State]| Again::Span(from, from + chrono::TimeDelta::seconds(120), states.to_vec());
        assert_eq!(post.webhooks.replay(Actor::Operator, webhook.id, &span(&[State::Parked])).unwrap(), 0);
        assert_eq!(post.webhooks.replay(Actor::Operator, webhook.id, &span(&[State::Parked, State::Delivered])).unwrap(), 2);
        post.send().await;
        let versions: Vec<_> = post.arrived().into_iter().map(|one| one.2).collect();
        assert_eq!(versions, [1, 2, 3, 4, 2, 3]);
    }

    async fn an_endpoint_that_nothing_reaches_rests_and_is_stopped_at_last(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        for version in 1..=3 {
            (1..=9).for_each(|id| post.note(webhook.id, id, version));
        }
        let all: Vec<_> = (1..=9).map(spell).collect();
        post.receiver.refuse(&all);
        post.send().await;
        assert_eq!(post.receiver.taken().len(), 4, "after four failures at once the others are spared");
        let begun = now(&post);
        while now(&post) - begun < GIVEN_UP {
            seconds(&post, 3600);
            post.send().await;
        }
        assert_eq!(post.webhook(webhook.id).stopped, Some(Stopped::Failing));
        assert!(post.states(webhook.id).iter().all(|state| *state == State::Parked));
        let before = post.receiver.taken().len();
        post.write_event("talk", "another title");
        assert_eq!(post.look(), 0, "it is told nothing");
        post.receiver.refuse(&[]);
        post.webhooks.ping(webhook.id).unwrap();
        post.send().await;
        assert_eq!(post.receiver.taken().len(), before + 1, "it can be tried");

        let stopped = post.webhook(webhook.id);
        let said = Said { name: None, address: stopped.address, types: stopped.types, active: true };
        post.webhooks.change(Actor::Operator, webhook.id, stopped.version, &said).unwrap();
        post.write_event("talk", "a third title");
        assert_eq!(post.look(), 1);
        post.send().await;
        let last = post.kept(webhook.id).pop().unwrap();
        assert_eq!((last.what, last.state), (What::EventChanged, State::Delivered));
    }
}

on_both_stores! {
    async fn an_organisation_with_much_to_be_told_leaves_the_others_their_turn(store: Store) {
        let post = Post::open(store).await;
        for at in 0..10 {
            let (webhook, _) = post.endpoint_at(&post.receiver.url(&format!("/greedy/{at}")), &What::ALL[..10]);
            (1..=4).for_each(|id| post.note(webhook.id, id, 1));
            seconds(&post, 1);
        }
        post.db.write(|tx| organisation(tx, "lab")).unwrap();
        let said = Said { name: None, address: post.receiver.url("/lab").as_str().into(), types: What::ALL[..10].to_vec(), active: true };
        let (other, _) = post.webhooks.create(editor(), OrganisationId::from_slug("lab"), &said, None).unwrap();
        post.note(other.id, 1, 1);
        assert_eq!(post.courier.round().await.unwrap(), 7, "six of one organisation, one of the other");
        assert_eq!(post.states(other.id), [State::Delivered]);
        let greedy: Vec<_> = post.receiver.taken().into_iter().map(|one| one.path).filter(|path| path != "/lab").collect();
        let mut endpoints = greedy.clone();
        endpoints.sort();
        endpoints.dedup();
        assert_eq!((greedy.len(), endpoints.len()), (6, 6), "of its endpoints each has its turn too");
        post.send().await;
        assert_eq!(post.receiver.taken().len(), 41, "all is sent in the end");
    }

    async fn an_endpoint_that_drags_rests_although_all_is_delivered(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        (1..=5).for_each(|id| post.note(webhook.id, id, 1));
        post.receiver.reply(&vec![Reply::Late(kepu::domain::webhooks::SLOW); 4]);
        post.send().await;
        assert_eq!(post.receiver.taken().len(), 4);
        assert_eq!(post.states(webhook.id)[..4], [State::Delivered; 4]);
        assert!(post.webhook(webhook.id).failing_since.is_none(), "it is reached");
        seconds(&post, 20);
        post.send().await;
        assert_eq!(post.states(webhook.id), [State::Delivered; 5]);
        post.note(webhook.id, 6, 1);
        post.send().await;
        assert_eq!(post.states(webhook.id), [State::Delivered; 6], "one quick answer ends it");
    }
}

/// On PostgreSQL, each with connections of its own.
#[actix_web::test]
async fn two_senders_send_each_once_and_keep_the_order_of_each_object() {
    let post = Post::open(Store::Postgres).await;
    let (webhook, _) = post.endpoint();
    for version in 1..=6 {
        (1..=12).for_each(|id| post.note(webhook.id, id, version));
    }
    let couriers = (0..3).map(|_| {
        let clock: Arc<dyn Clock> = Arc::new(post.clock.clone());
        let rules = Rules { https_only: false, beside: ADMITTED.parse().unwrap() };
        let carrier = Arc::new(Carrier::new(rules, Arc::new(SystemNames)).unwrap());
        Courier::new(post.fresh.open(clock.clone()), carrier, vault(), clock)
    });
    let rounds = couriers.map(|courier| {
        tokio::spawn(async move {
            let (mut sent, mut idle) = (0, 0);
            while idle < 100 {
                match courier.round().await.unwrap() {
                    0 => {
                        idle += 1;
                        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    }
                    more => (sent, idle) = (sent + more, 0),
                }
            }
            sent
        })
    });
    let sent: Vec<usize> = join_all(rounds).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(sent.iter().sum::<usize>(), 72, "{sent:?}");
    assert!(sent.iter().filter(|count| **count > 0).count() > 1, "they share the work: {sent:?}");
    let arrived = post.arrived();
    assert_eq!(arrived.len(), 72);
    for id in 1..=12 {
        let versions: Vec<_> = arrived.iter().filter(|one| one.1 == spell(id)).map(|one| one.2).collect();
        assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
    }
}
