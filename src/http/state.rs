//! What every handler works on.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use tokio::task::spawn_blocking;

use super::problem::{Code, Problem};
use super::turns::Turns;
use crate::app::accounts::Accounts;
use crate::app::accreditations::Accreditations;
use crate::app::assessments::Assessments;
use crate::app::authoring::Authoring;
use crate::app::bases::Bases;
use crate::app::bulletins::Bulletins;
use crate::app::campaigns::Campaigns;
use crate::app::checkins::Checkins;
use crate::app::companions::Companions;
use crate::app::desk::Desk;
use crate::app::drafts::Drafts;
use crate::app::events::Events;
use crate::app::favourites::Favourites;
use crate::app::featured::FeaturedLists;
use crate::app::images::Images;
use crate::app::imports::Imports;
use crate::app::notices::agreements::Agreements;
use crate::app::organisations::Organisations;
use crate::app::passwords::Passwords;
use crate::app::reports::Reports;
use crate::app::resources::Resources;
use crate::app::review::Reviews;
use crate::app::sessions::Sessions;
use crate::app::signups::Signups;
use crate::app::subscriptions::Subscriptions;
use crate::app::targets::Targets;
use crate::app::webhooks::Webhooks;
use crate::clients::wechat::Wechat;
use crate::db::Db;
use crate::discovery::{Live, Snapshot};
use crate::domain::access::Keys;
use crate::domain::clock::Clock;
use crate::domain::sealing::Vault;

/// Taken by handlers as `web::Data<State>`; shared by all workers.
pub struct State {
    /// The read model.
    pub live: Arc<Live>,
    /// WeChat, as the configured mini-programs know it.
    pub wechat: Arc<Wechat>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl State {
    /// What is published now.
    ///
    /// # Errors
    /// [`Code::Unavailable`] until the first snapshot was loaded.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Problem> {
        self.live.now().ok_or_else(|| Code::Unavailable.into())
    }

    /// The present minute, by which an answer judges time. Venues tell time by the minute too, and a cursor
    /// carries this instant: finer, and no page with a next one would ever have the same ETag twice.
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now)
    }
}

/// What handlers work on that are not for everybody, taken as `web::Data<Members>`. Public ones work without: they go on
/// while the store is away.
pub struct Members {
    /// The store, to read from.
    pub db: Db,
    /// The keys of access tokens.
    pub keys: Arc<Keys>,
    /// What personal fields are opened with.
    pub vault: Arc<Vault>,
    /// Where sign-ups are handed in.
    pub desk: Desk,
    /// The use cases of sign-ups that were made.
    pub signups: Signups,
    /// The use cases of whatever organisations write.
    pub authoring: Authoring,
    /// The use cases of bases.
    pub bases: Bases,
    /// The use cases of events.
    pub events: Events,
    /// The use cases of sessions.
    pub sessions: Sessions,
    /// Whether one can sign up for invented events, as in a demonstration.
    pub sample_signups: bool,
    /// The use cases of accounts.
    pub accounts: Accounts,
    /// The use cases of companions.
    pub companions: Companions,
    /// The use cases of check-in.
    pub checkins: Checkins,
    /// The use cases of organisations that joined.
    pub organisations: Organisations,
    /// The use cases of bulletins.
    pub bulletins: Bulletins,
    /// The use cases of what comes first on the first screen.
    pub featured: FeaturedLists,
    /// The use cases of campaigns.
    pub campaigns: Campaigns,
    /// The use cases of console accounts.
    pub passwords: Passwords,
    /// Whose turn it is to have a password hashed.
    pub hashing: Turns,
    /// Whose turn it is to have a picture drawn.
    pub drawing: Turns,
    /// The use cases of imports.
    pub imports: Imports,
    /// Whose turn it is to have a file read that is to be imported.
    pub importing: Turns,
    /// The use cases of pictures.
    pub images: Images,
    /// The use cases of messages: what people agreed to, and what WeChat pushes.
    pub agreements: Agreements,
    /// The use cases of favourites.
    pub favourites: Favourites,
    /// The use cases of subscriptions.
    pub subscriptions: Subscriptions,
    /// The use cases of targets.
    pub targets: Targets,
    /// The use cases of drafts.
    pub drafts: Drafts,
    /// The use cases of review.
    pub reviews: Reviews,
    /// The use cases of the resource directory.
    pub resources: Resources,
    /// The use cases of accreditation.
    pub accreditations: Accreditations,
    /// The use cases of assessments.
    pub assessments: Assessments,
    /// The use cases of reports.
    pub reports: Reports,
    /// The use cases of web-hooks.
    pub webhooks: Webhooks,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where the service is reached from outside, for addresses that are kept.
    pub origin: String,
}

impl Members {
    /// Works on a thread that may block, as everything does that asks the store.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn aside<T, E>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let span = tracing::Span::current();
        let done = spawn_blocking(move || span.in_scope(|| work(&self))).await;
        done.map_err(Problem::internal)?.map_err(Into::into)
    }

    /// Works in its turn. It goes on to its end even if the caller has gone, and so does the turn.
    ///
    /// # Errors
    /// Those of the work; [`Code::Unavailable`] if too many wait.
    pub async fn aside_in_turn<T, E>(
        self: Arc<Self>,
        turns: fn(&Self) -> &Turns,
        work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let turn = turns(&self).turn().await?;
        let in_turn = move |members: &Self| {
            let done = work(members);
            drop(turn);
            done
        };
        self.aside(in_turn).await
    }
}
