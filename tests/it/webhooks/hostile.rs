//! Addresses that lead where nothing may be sent, and answers that lead elsewhere.

use kepu::domain::webhooks::Trouble;

use super::*;

/// What came of the only delivery to an endpoint at this address, whose name leads to these lists.
async fn tried(lists: &[&[&str]], url: impl FnOnce(&Receiver) -> String) -> (Post, WebhookId, Arc<Listed>) {
    let names = Listed::new(lists);
    let post = Post::with(Store::Sqlite, names.clone()).await;
    let (webhook, _) = post.endpoint_at(&url(&post.receiver), &[What::EventChanged]);
    post.note(webhook.id, 1, 1);
    post.send().await;
    (post, webhook.id, names)
}

fn last(post: &Post, webhook: WebhookId) -> (State, Option<Trouble>) {
    let delivery = post.kept(webhook).pop().unwrap();
    (delivery.state, delivery.trouble)
}

#[actix_web::test]
async fn names_that_lead_to_private_addresses_are_refused() {
    for list in [
        &["127.0.0.1"][..],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["100.64.0.1"],
        &["0.0.0.0"],
        &["224.0.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["::ffff:10.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["2002:7f00:1::"],
        &["fe80::1"],
        &["fd00:ec2::254"],
        // One that is admitted beside one that is not.
        &["127.0.0.2", "127.0.0.1"],
    ] {
        let (post, webhook, _) = tried(&[list], |receiver| receiver.named("hooks.example.org")).await;
        assert_eq!(last(&post, webhook), (State::Waiting, Some(Trouble::Address)), "{list:?}");
        assert!(post.receiver.taken().is_empty(), "{list:?}");
    }
    let (post, webhook, _) = tried(&[&[]], |receiver| receiver.named("hooks.example.org")).await;
    assert_eq!(last(&post, webhook), (State::Waiting, Some(Trouble::Name)));
}

/// The name leads to the receiver when it is looked up first, and elsewhere from then on.
#[actix_web::test]
async fn a_name_is_looked_up_once_for_a_connection_and_checked_again_for_the_next() {
    let lists: [&[&str]; 2] = [&["127.0.0.2"], &["127.0.0.1"]];
    let (post, webhook, names) = tried(&lists, |receiver| receiver.named("hooks.example.org")).await;
    assert_eq!((last(&post, webhook), names.looks()), ((State::Delivered, None), 1));
    assert_eq!(
        post.receiver.taken()[0].header("host"),
        post.receiver.named("hooks.example.org")[7..].trim_end_matches("/hook")
    );

    // Without the connection that is kept, the new address is found out.
    let names = Listed::new(&lists[1..]);
    let rules = Rules { https_only: false, beside: ADMITTED.parse().unwrap() };
    let carrier = Arc::new(Carrier::new(rules, names.clone()).unwrap());
    let clock: Arc<dyn Clock> = Arc::new(post.clock.clone());
    let courier = Courier::new(post.db.clone(), carrier, vault(), clock);
    post.note(webhook, 1, 2);
    courier.round().await.unwrap();
    assert_eq!((last(&post, webhook), names.looks()), ((State::Waiting, Some(Trouble::Address)), 1));
    assert_eq!(post.receiver.taken().len(), 1);
}

#[actix_web::test]
async fn answers_are_followed_nowhere_and_not_waited_for() {
    let post = Post::open(Store::Sqlite).await;
    let (webhook, _) = post.endpoint();
    let elsewhere = post.receiver.url("/elsewhere");
    post.receiver.reply(&[
        Reply::Redirect("http://127.0.0.1:1/".to_owned()),
        Reply::Redirect(elsewhere),
        Reply::Endless,
        Reply::Status(410),
    ]);
    let expected = [
        (State::Waiting, Some(Trouble::Redirect)),
        (State::Waiting, Some(Trouble::Redirect)),
        (State::Delivered, None),
        (State::Waiting, Some(Trouble::Status)),
    ];
    for (object, expected) in (1..).zip(expected) {
        post.note(webhook.id, object, 1);
        post.courier.round().await.unwrap();
        assert_eq!(last(&post, webhook.id), expected);
    }
    assert!(post.receiver.taken().iter().all(|one| one.path == "/hook"));
}

#[actix_web::test]
async fn what_was_allowed_once_is_not_sent_when_it_no_longer_is() {
    let post = Post::open(Store::Sqlite).await;
    let (webhook, _) = post.endpoint();
    let carrier = Arc::new(Carrier::new(Rules::default(), Arc::new(SystemNames)).unwrap());
    let clock: Arc<dyn Clock> = Arc::new(post.clock.clone());
    post.note(webhook.id, 1, 1);
    Courier::new(post.db.clone(), carrier, vault(), clock).round().await.unwrap();
    assert_eq!(last(&post, webhook.id), (State::Waiting, Some(Trouble::Address)));
    assert!(post.receiver.taken().is_empty());
}
