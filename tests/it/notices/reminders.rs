//! Reminders: the day before and the hour before, of what still takes place when it was said to.

use chrono::{DateTime, TimeDelta, Utc};
use kepu::domain::ids::SignupId;

use super::*;

fn reminders(post: &Post, person: PersonId, session: &Session) -> SignupId {
    let signup = SignupId::fresh(NOW, &SystemRandom);
    let about = About { signup: Some(signup), ..about(session) };
    post.tell(&Notice::reminders(person, about, session.start));
    signup
}

/// Moves a session, as its host would.
fn move_to(db: &Db, session: &Session, start: DateTime<Utc>) {
    let (end, id) = (start + (session.end - session.start), session.id.get());
    let spell = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S").to_string();
    let (start, end) = (spell(start), spell(end));
    change(db, &format!("UPDATE sessions SET start_at = '{start}', end_at = '{end}' WHERE id = {id}"));
}

on_both_stores! {
    async fn they_come_the_day_before_and_the_hour_before(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-reminder", 2).await;
        reminders(&post, lan, &session);
        for (before, arrived) in [
            (TimeDelta::hours(25), 0),
            (TimeDelta::hours(24), 1),
            (TimeDelta::minutes(61), 1),
            (TimeDelta::minutes(60), 2),
        ] {
            post.clock.set(session.start - before);
            post.send().await;
            assert_eq!(post.arrived().await.len(), arrived, "{before}");
        }
    }

    async fn a_moment_that_has_passed_is_not_reminded_of(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.clock.set(session.start - TimeDelta::hours(24));
        reminders(&post, lan, &session);
        assert_eq!(post.kept().into_iter().map(|kept| kept.purpose).collect::<Vec<_>>(), ["hourBefore"]);
        post.clock.set(session.start - TimeDelta::hours(1));
        reminders(&post, lan, &session);
        assert_eq!(post.kept().len(), 1);
    }

    async fn a_sign_up_that_ended_is_not_reminded_of(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-reminder", 4).await;
        let (ended, stands) = (reminders(&post, lan, &session), reminders(&post, lan, &session));
        let about = About { signup: Some(ended), ..about(&session) };
        post.tell(&[Notice::new(lan, Purpose::Cancelled, about)]);
        post.db.write(|tx| notices::drop_reminders(tx, &[ended])).unwrap();
        let number = |signup: SignupId| {
            let count = format!("SELECT count(*) AS n FROM notices WHERE signup_id = {}", signup.get());
            post.db.read(|conn| rows::<Number>(conn, &count)).unwrap()[0].n
        };
        assert_eq!((number(ended), number(stands)), (1, 2), "the notice of its end stays");
    }

    async fn a_session_that_moved_is_reminded_of_in_its_time(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-reminder", 2).await;
        reminders(&post, lan, &session);
        let later = session.start + TimeDelta::days(7);
        move_to(&post.db, &session, later);
        post.clock.set(session.start - TimeDelta::hours(1));
        post.send().await;
        assert_eq!(post.arrived().await.len(), 0);
        post.clock.set(later - TimeDelta::days(1));
        post.send().await;
        assert_eq!(post.arrived().await.len(), 1);
    }

    async fn nobody_is_reminded_of_what_does_not_take_place(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-reminder", 2).await;
        reminders(&post, lan, &session);
        change(&post.db, &format!("UPDATE sessions SET status = 'cancelled' WHERE id = {}", session.id.get()));
        post.clock.set(session.start - TimeDelta::minutes(30));
        post.send().await;
        assert_eq!((post.kept(), post.calls().await), (Vec::new(), 0), "it is not in the list either");
    }

    async fn a_late_reminder_is_not_sent(store: Store) {
        let post = Post::open(store);
        let (lan, session) = (post.person("lan").await, a_session(&post.db));
        post.agree("lan", lan, "demo-reminder", 2).await;
        reminders(&post, lan, &session);
        post.clock.set(session.start);
        post.send().await;
        let reasons: Vec<_> = post.kept().into_iter().map(|kept| kept.reason).collect();
        assert_eq!((reasons, post.calls().await), (vec![Some("tooLate".to_owned()); 2], 0));
    }
}
