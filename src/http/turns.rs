//! Turns for work that takes a processor and much memory for a while, and that anybody may ask for: hashing a password,
//! drawing a picture. Few at once and few that wait, so that a flood takes neither all processors nor all places of requests.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Code, Problem};

/// The queue before some kind of work.
#[derive(Debug, Clone)]
pub struct Turns {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Somebody's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Turns {
    /// One at a time, while `waiting` are worked for or wait.
    fn of(waiting: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(waiting)), turns: Arc::new(Semaphore::new(1)) }
    }

    /// For hashing passwords: 20 milliseconds and 19 MiB each, so some 40 logins a second, more than all consoles of a
    /// province need, and half a second of waiting at most.
    #[must_use]
    pub fn hashing() -> Self {
        Self::of(24)
    }

    /// For drawing pictures: half a second and up to 400 MB each, 700 MB of those that are many times as tall as wide.
    #[must_use]
    pub fn drawing() -> Self {
        Self::of(12)
    }

    /// For files to be imported: some seconds each at the largest, and some hundred megabytes.
    #[must_use]
    pub fn importing() -> Self {
        Self::of(6)
    }

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
        let turns = Turns::of(5);
        let first = turns.turn().await.unwrap();
        let waiting: Vec<_> = (1..5)
            .map(|_| {
                let turns = turns.clone();
                actix_web::rt::spawn(async move { turns.turn().await.map(drop) })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(waiting.iter().all(|waiter| !waiter.is_finished()));
        assert_eq!(turns.turn().await.unwrap_err().code(), Code::Unavailable);
        drop(first);
        for waiter in waiting {
            waiter.await.unwrap().unwrap();
        }
        assert!(turns.turn().await.is_ok());
    }
}
