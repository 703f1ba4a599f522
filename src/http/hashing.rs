//! Who may have a password hashed. It takes a processor for some 20 milliseconds and 19 MiB, and anybody may ask for
//! it: one at a time, and few that wait, so that a flood neither takes all processors nor all places of requests.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Code, Problem};

/// How many are hashed at once: some 40 logins a second, more than all consoles of a province need.
const AT_ONCE: usize = 1;

/// How many are hashed or wait for it: half a second of waiting at most.
const WAITING: usize = 24;

/// The queue before the hash.
#[derive(Debug, Clone)]
pub struct Hashing {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Somebody's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(WAITING)), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Hashing {
    /// Waits for a turn, in order of arrival.
    ///
    /// # Errors
    /// [`Code::Unavailable`] if too many wait already.
    pub async fn turn(&self) -> Result<Turn, Problem> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_full| Code::Unavailable)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Problem::internal)?;
        Ok(Turn { _turn: turn, _place: place })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[actix_web::test]
    async fn one_has_its_turn_few_wait_and_the_rest_are_sent_away() {
        let hashing = Hashing::default();
        let first = hashing.turn().await.unwrap();
        let waiting: Vec<_> = (1..WAITING)
            .map(|_| {
                let hashing = hashing.clone();
                actix_web::rt::spawn(async move { hashing.turn().await.map(drop) })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(waiting.iter().all(|waiter| !waiter.is_finished()));
        assert_eq!(hashing.turn().await.unwrap_err().code(), Code::Unavailable);
        drop(first);
        for waiter in waiting {
            waiter.await.unwrap().unwrap();
        }
        assert!(hashing.turn().await.is_ok());
    }
}
