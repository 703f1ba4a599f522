//! What has been used of limits: in the memory of this replica, and in Redis where all replicas count together. Redis
//! is a help and no need: while it is away, or slow, each replica counts for itself.

mod memory;
mod redis_counts;

use std::fmt;
use std::time::Instant;

use memory::Memory;
use redis_counts::RedisCounts;

use crate::domain::ids::PersonId;
use crate::domain::limits::{Limit, Standing};
use crate::domain::networks::Network;

/// Whom a limit binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whom {
    /// Everybody in a network.
    Network(Network),
    /// A person, wherever they are.
    Account(PersonId),
    /// The system of a partner, by a hash of the key that it sends, right or wrong.
    System(u64),
}

/// What is counted: something, of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// What, by a short name.
    pub what: &'static str,
    /// Of whom.
    pub whom: Whom,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whom {
            Whom::Network(network) => write!(f, "kepu:limit:{}:{network}", self.what),
            Whom::Account(person) => write!(f, "kepu:limit:{}:{person}", self.what),
            Whom::System(hash) => write!(f, "kepu:limit:{}:key-{hash:016x}", self.what),
        }
    }
}

/// What has been used.
pub struct Counts {
    memory: Memory,
    redis: Option<RedisCounts>,
    started: Instant,
}

impl Counts {
    /// Counts in memory, and in the Redis at this URL if there is one. Does not connect before [`Counts::run`].
    ///
    /// # Errors
    /// If the URL is none of Redis's.
    pub fn new(redis_url: Option<&str>) -> Result<Self, redis::RedisError> {
        let redis = redis_url.map(RedisCounts::new).transpose()?;
        Ok(Self { memory: Memory::default(), redis, started: Instant::now() })
    }

    /// Keeps connected to Redis, for ever; returns at once where there is none.
    pub async fn run(&self) {
        if let Some(redis) = &self.redis {
            redis.run().await;
        }
    }

    /// Counts once more on this replica alone, which takes well below a microsecond.
    pub fn take_here(&self, key: Key, limit: Limit) -> Standing {
        // Not the injected clock: one that stands (`KEPU_NOW`) would give nothing back.
        let now = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.memory.take(key, limit, now)
    }

    /// Counts once more over all replicas, or here if Redis gives no answer soon.
    pub async fn take(&self, key: Key, limit: Limit) -> Standing {
        let shared = match &self.redis {
            Some(redis) => redis.take(key, limit).await,
            None => None,
        };
        shared.unwrap_or_else(|| self.take_here(key, limit))
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counts").field("redis", &self.redis.is_some()).finish_non_exhaustive()
    }
}
