//! A session's capacity, raised and lowered while people are signed up.

use super::*;
use crate::support::server::vault;
use kepu::app::sessions::set_capacity;
use kepu::domain::ids::SystemRandom;

fn resize(server: &Server, session: &str, capacity: Option<i32>) -> Result<usize, app::Error> {
    let id = SessionId::from_slug(session);
    let promoted = server.running.db.write(|tx| set_capacity(tx, &vault(), &SystemRandom, id, capacity))?;
    Ok(promoted.len())
}

on_both_stores! {
    async fn more_seats_go_to_the_queue_and_nobody_is_thrown_out(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({ "waitlistMode": "confirm" }))]).await;
        let [lan, ming, wei] = [log_in(&server, "lan").await, log_in(&server, "ming").await, log_in(&server, "wei").await];
        signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        signed_up(&server, "s", &wei, queueing(alone()), "waitlisted").await;
        assert_eq!(resize(&server, "s", Some(2)).unwrap(), 1);
        let promoted = read(&server, &second, &ming).await;
        assert_eq!((&promoted["status"], promoted["ticket"]["code"].is_string()), (&json!("confirmed"), true));
        seats(&server, "s", 2, 1).await;
        let path = format!("/v1/sessions/{}", SessionId::from_slug("s"));
        eventually("the public sees the capacity", || async {
            (server.json(&path).await["capacity"] == 2).then_some(())
        })
        .await;
        assert!(matches!(resize(&server, "s", Some(1)), Err(app::Error::CapacityBelowTaken)));
        assert!(matches!(resize(&server, "s", None), Err(app::Error::Invalid(_))), "a queue needs a capacity");
        assert!(matches!(resize(&server, "nowhere", Some(1)), Err(app::Error::NotFound)));
        assert_eq!(server.json(&path).await["capacity"], 2, "what was refused changed nothing");
    }
}
