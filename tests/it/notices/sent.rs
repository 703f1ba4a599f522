//! What is sent: once for each agreement, never twice, and never silently lost.

use std::time::Duration;

use chrono::TimeDelta;
use kepu::app::notices::outbox::LOST;
use kepu::domain::notices::Details;

use super::*;
use crate::support::eventually;

fn state(state: &str, reason: Option<&str>) -> (String, Option<String>) {
    (state.to_owned(), reason.map(str::to_owned))
}

on_both_stores! {
    async fn a_message_is_sent_for_each_agreement(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-signup", 1).await;
        let confirmed = notice(lan, Purpose::Confirmed, &session);
        post.tell(&[confirmed.clone(), confirmed]);
        post.send().await;
        let states: Vec<_> = post.kept().into_iter().map(|kept| (kept.state, kept.reason)).collect();
        assert_eq!(states, [state("sent", None), state("unsent", Some("noCredit"))]);
        post.send().await;
        assert_eq!(post.calls().await, 1, "what lacks an agreement is not tried");

        let [message] = &post.arrived().await[..] else { panic!("one message") };
        assert_eq!((&message["to"], &message["templateId"]), (&json!("lan"), &json!("demo-signup")));
        assert_eq!(message["page"], format!("pages/event/event?scene={}", session.event));
        assert_eq!(message["data"]["phrase4"], "报名成功");
        let title = message["data"]["thing1"].as_str().unwrap();
        assert!((1..=20).contains(&title.chars().count()), "{title}");
    }

    async fn every_purpose_is_taken_by_wechat(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        for template in ["demo-signup", "demo-waitlist", "demo-change", "demo-reminder", "demo-subscription"] {
            post.agree("lan", lan, template, 4).await;
        }
        let until = Some(NOW + TimeDelta::hours(2));
        let details = Details { until, moved: true, ..Details::default() };
        let by_message = |purpose: &&Purpose| purpose.ahead().is_none() && purpose.occasion().is_some();
        let purposes = Purpose::ALL.iter().filter(by_message);
        let mut all: Vec<_> =
            purposes.map(|purpose| notice(lan, *purpose, &session).with(details.clone())).collect();
        let event = About { session: None, ..about(&session) };
        all.push(Notice::new(lan, Purpose::Subscription, event));
        post.tell(&all);
        post.send().await;
        let kept = post.kept();
        assert!(kept.iter().all(|kept| kept.state == "sent"), "{kept:?}");
        assert_eq!(post.arrived().await.len(), all.len());
    }

    async fn an_agreement_may_come_after_the_notice(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        let confirmed = notice(lan, Purpose::Confirmed, &session);
        post.tell(&[confirmed.clone(), confirmed.clone()]);
        post.send().await;
        post.clock.advance(TimeDelta::minutes(9));
        post.agree("lan", lan, "demo-change", 1).await;
        post.agree("lan", lan, "demo-signup", 1).await;
        post.send().await;
        let states: Vec<_> = post.kept().into_iter().map(|kept| kept.state).collect();
        assert_eq!(states, ["sent", "unsent"], "one agreement is one message");
        post.clock.advance(TimeDelta::minutes(10));
        post.agree("lan", lan, "demo-signup", 1).await;
        post.send().await;
        assert_eq!(post.arrived().await.len(), 1, "too late to be news");
    }

    async fn a_refusal_by_the_person_is_final(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        // The phone claims what WeChat does not know of.
        let counts: Vec<_> = (0..3).map(|_| post.report(lan, "demo-signup", Answered::Accept)).collect();
        assert_eq!(counts, [1, 2, 3]);
        post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
        post.send().await;
        assert_eq!(post.only(), state("unsent", Some("refused")));
        assert_eq!(post.report(lan, "demo-signup", Answered::Reject), 0, "WeChat knows better");
        post.clock.advance(TimeDelta::hours(1));
        post.tell(&[notice(lan, Purpose::Rejected, &session)]);
        post.send().await;
        assert_eq!(post.calls().await, 1, "neither is it repeated nor another tried");
    }

    async fn what_passes_is_tried_again_later_and_later(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-signup", 1).await;
        post.played.doors.fail(MESSAGES, Some(2), json!({ "errcode": -1 })).await;
        post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
        for (seconds, calls) in [(0, 1), (4, 1), (1, 2), (9, 2), (1, 3)] {
            post.clock.advance(TimeDelta::seconds(seconds));
            post.send().await;
            assert_eq!(post.calls().await, calls);
        }
        assert_eq!(post.only(), state("sent", None));
        assert_eq!(post.report(lan, "demo-signup", Answered::Reject), 0, "one agreement was used, once");
    }

    async fn it_is_given_up_after_a_day(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-signup", 1).await;
        post.played.doors.fail(MESSAGES, None, json!({ "errcode": -1 })).await;
        post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
        for _ in 0..110 {
            post.send().await;
            post.clock.advance(TimeDelta::minutes(15));
        }
        assert_eq!(post.only(), state("failed", Some("gaveUp")));
        assert_eq!(post.report(lan, "demo-signup", Answered::Reject), 1, "the agreement still stands");
    }

    async fn a_wrong_template_is_not_tried_again(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-signup", 1).await;
        post.played.doors.fail(MESSAGES, Some(1), json!({ "errcode": 47003 })).await;
        post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
        post.send().await;
        post.clock.advance(TimeDelta::hours(1));
        post.send().await;
        assert_eq!((post.only(), post.calls().await), (state("failed", Some("wrongTemplate")), 1));
        assert_eq!(post.report(lan, "demo-signup", Answered::Reject), 1, "WeChat counts what it took");
    }

    async fn an_unknown_outcome_is_not_repeated(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        for answer in [json!({ "status": 502 }), json!("garbage")] {
            post.agree("lan", lan, "demo-signup", 1).await;
            let before = post.calls().await;
            post.played.doors.fail(MESSAGES, Some(1), answer).await;
            post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
            post.send().await;
            post.clock.advance(TimeDelta::hours(1));
            post.send().await;
            let last = post.kept().pop().unwrap();
            assert_eq!((last.state.as_str(), last.reason), ("unknown", None));
            assert_eq!(post.calls().await, before + 1);
        }
    }

    /// The sender dies after it has asked WeChat, and before it heard the answer.
    async fn a_crash_while_sending_sends_nothing_twice(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-signup", 2).await;
        post.played.doors.fail(MESSAGES, Some(1), json!("hang")).await;
        post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
        let dying = post.sender.clone();
        let sending = tokio::spawn(async move { dying.round().await });
        eventually("WeChat is asked", async || (post.calls().await == 1).then_some(())).await;
        sending.abort();
        assert!(sending.await.unwrap_err().is_cancelled());

        assert_eq!(post.only(), state("sending", None));
        post.send().await;
        assert_eq!(post.only(), state("sending", None), "another sender may be at it");
        post.clock.advance(LOST + TimeDelta::seconds(1));
        post.sender.round().await.unwrap();
        assert_eq!(post.only(), state("unknown", None));
        post.clock.advance(TimeDelta::days(2));
        post.send().await;
        assert_eq!((post.only(), post.calls().await), (state("unknown", None), 1));
    }

    /// The sender dies at any moment: whatever was due is sent at most once, and what was not is told.
    async fn crashes_at_any_moment_send_nothing_twice(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-signup", 90).await;
        let all: Vec<_> = (0..60).map(|_| notice(lan, Purpose::Confirmed, &session)).collect();
        post.tell(&all);
        for round in 0..20_u64 {
            let dying = post.sender.clone();
            let sending = tokio::spawn(async move { dying.round().await });
            tokio::time::sleep(Duration::from_millis(2 * round)).await;
            sending.abort();
            let _ = sending.await;
        }
        // What a blocking thread was at when its future died comes to its end.
        tokio::time::sleep(Duration::from_millis(300)).await;
        post.clock.advance(LOST + TimeDelta::seconds(1));
        post.send().await;
        let kept = post.kept();
        let count = |state: &str| kept.iter().filter(|kept| kept.state == state).count();
        assert_eq!(count("sent") + count("unknown"), 60, "{kept:?}");
        let arrived = post.arrived().await.len();
        assert!((count("sent")..=60).contains(&arrived), "{arrived} arrived, {} are sent", count("sent"));
        assert_eq!(post.calls().await as usize, arrived, "each was asked for once");
    }
}

#[actix_web::test]
async fn who_has_no_mini_program_is_told_in_the_list_alone() {
    let post = Post::open(Store::Sqlite);
    let session = a_session(&post.db);
    let stranger = PersonId::fresh(NOW, &SystemRandom);
    post.db.write(|tx| persons::insert(tx, stranger)).unwrap();
    post.tell(&[notice(stranger, Purpose::Confirmed, &session)]);
    post.send().await;
    assert_eq!(post.only(), state("unsent", Some("noMiniProgram")));
}

#[actix_web::test]
async fn what_is_over_or_gone_is_not_sent() {
    let post = Post::open(Store::Sqlite);
    let (lan, session) = (post.person("lan").await, a_session(&post.db));
    post.agree("lan", lan, "demo-signup", 5).await;
    post.agree("lan", lan, "demo-waitlist", 5).await;
    let gone = About { session: Some(kepu::domain::ids::SessionId::from_slug("no such")), ..about(&session) };
    let lapsed = Details { until: Some(NOW), ..Details::default() };
    post.tell(&[
        Notice::new(lan, Purpose::Confirmed, gone),
        notice(lan, Purpose::Offered, &session).with(lapsed),
    ]);
    post.send().await;
    post.clock.set(session.end);
    post.tell(&[notice(lan, Purpose::Confirmed, &session)]);
    post.send().await;
    let reasons: Vec<_> = post.kept().into_iter().map(|kept| kept.reason.unwrap()).collect();
    assert_eq!(
        (reasons, post.calls().await),
        (["gone", "tooLate", "tooLate"].map(str::to_owned).to_vec(), 0)
    );
}
