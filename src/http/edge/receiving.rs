//! Bodies on their way in. Whoever sends one slowly holds a place among the requests that are worked on, so a body has its
//! time, and only half of the places are for bodies that are not whole yet: reading goes on whatever is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until};

use super::capacity::Slot;

/// How long a body may take to arrive, however short it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes a second that give it more time: a phone's connection on a bad day.
const SLOWEST: u32 = 8 * 1024;

/// A body that has to arrive in time.
pub(super) struct Timely {
    body: Payload,
    until: Instant,
    /// Made when the body is first waited for: most are there with the head.
    alarm: Option<Pin<Box<Sleep>>>,
    /// Given back as soon as the body is whole.
    place: Option<Slot>,
}

impl Timely {
    /// A body that starts to arrive now, with its place among those that are not whole yet.
    pub(super) fn body(body: Payload, place: Slot) -> Payload {
        let timely = Self { body, until: Instant::now() + PATIENCE, alarm: None, place: Some(place) };
        Payload::Stream { payload: Box::pin(timely) }
    }

    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let until = self.until;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if alarm.deadline() != until {
            alarm.as_mut().reset(until);
        }
        alarm.as_mut().poll(context).is_ready()
    }
}

impl Stream for Timely {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.body.poll_next_unpin(context);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                self.until += Duration::from_secs(1) * length / SLOWEST;
            }
            Poll::Ready(_) => self.place = None,
            Poll::Pending if self.is_late(context) => {
                self.place = None;
                let late = io::Error::from(io::ErrorKind::TimedOut);
                return Poll::Ready(Some(Err(PayloadError::Io(late))));
            }
            Poll::Pending => {}
        }
        polled
    }
}
