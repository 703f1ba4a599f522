//! Two senders over one store.

use futures_util::future::join_all;

use super::*;

/// On PostgreSQL, each with connections of its own.
#[actix_web::test]
async fn replicas_send_each_message_once() {
    let post = Post::open(Store::Postgres);
    let session = a_session(&post.db);
    let mut all = Vec::new();
    for name in ["lan", "ming", "hua", "yue"] {
        let person = post.person(name).await;
        post.agree(name, person, "demo-signup", 50).await;
        all.extend((0..50).map(|_| notice(person, Purpose::Confirmed, &session)));
    }
    post.tell(&all);
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let shared: Arc<dyn Clock> = Arc::new(post.clock.clone());
            Sender::new(post.fresh.open(shared.clone()), post.wechat.clone(), vault(), shared)
        })
        .collect();
    let rounds = senders.into_iter().map(|sender| {
        tokio::spawn(async move {
            let mut taken = 0;
            loop {
                match sender.round().await.unwrap() {
                    0 => return taken,
                    more => taken += more,
                }
            }
        })
    });
    let taken: Vec<usize> = join_all(rounds).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(taken.iter().sum::<usize>(), 200, "each was taken by one: {taken:?}");
    assert!(taken.iter().filter(|taken| **taken > 0).count() > 1, "they share the work: {taken:?}");
    let kept = post.kept();
    assert!(kept.iter().all(|kept| kept.state == "sent"), "{kept:?}");
    assert_eq!((post.arrived().await.len(), post.calls().await), (200, 200));
}
