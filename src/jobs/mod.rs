//! Floor 3: what is started by time or by the store rather than by a request.
//!
//! - [`feed`] carries what changed in the store into the read model, on every replica.
//! - [`announcing`] tells of new events whoever asked for such.
//! - [`called_off`] finishes telling whoever signed up for a session that is called off.
//! - [`audit`] gives the entries of the audit their place in its chain.
//! - [`lapses`] lets offers lapse, and ends the queues of what has begun.
//! - [`moderation`] asks WeChat about texts that were handed in.
//! - [`reminders`] tells those who have seats that their session is near.
//! - [`daily`] does the day's chores: the sample programme, the purge of old changes.
//! - [`sender`] sends notices as messages of WeChat's.
//! - [`webhooks`] tells organisations' own systems what happened to their things.

pub mod announcing;
pub mod audit;
pub mod called_off;
pub mod daily;
pub mod feed;
pub mod lapses;
pub mod moderation;
pub mod reminders;
pub mod sender;
pub mod webhooks;
