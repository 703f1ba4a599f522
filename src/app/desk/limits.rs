//! Limits over several sessions: who uses how much, and who is in a session at all.

use chrono::{DateTime, Utc};

use super::super::Error;
use super::ground::Ground;
use crate::db::limits_used::{self, Use};
use crate::db::signups::Member;
use crate::db::{Tx, signups};
use crate::domain::ids::{CampaignId, EventId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::signup_terms::SignupTerms;
use crate::domain::signups::Signup;
use crate::domain::signups::bars::Bar;
use crate::domain::signups::refusal::Refusal;
use crate::domain::signups::request::Allowed;

/// Who uses how much of a limit: each who is told apart for themselves, the account for all others. A class that is
/// booked by its heads comes once, however many they are and whoever of them is on its list yet: beside those who are told
/// apart it is one use of the account.
pub(in crate::app) fn users(
    members: Vec<String>,
    others: i32,
    headcount: Option<u16>,
    account: Option<String>,
) -> Vec<(String, i32)> {
    let others = match headcount {
        Some(_) => i32::from(!account.as_ref().is_some_and(|account| members.contains(account))),
        None => others,
    };
    let mut users: Vec<(String, i32)> = members.into_iter().map(|who| (who, 1)).collect();
    if let Some(account) = account.filter(|_| others > 0) {
        match users.iter_mut().find(|(who, _)| *who == account) {
            Some((_, used)) => *used += others,
            None => users.push((account, others)),
        }
    }
    users
}

/// What these users use of the limits that the terms of a session set, of this event, which ends then.
pub(in crate::app) fn uses(
    terms: &SignupTerms,
    (event, until): (EventId, DateTime<Utc>),
    campaigns: &[CampaignId],
    users: &[(String, i32)],
) -> Vec<Use> {
    let of_event = terms.per_event_max.map(|most| (format!("event:{event}"), most));
    let of_campaigns = terms.per_campaign_max.into_iter();
    let of_campaigns =
        of_campaigns.flat_map(|most| campaigns.iter().map(move |id| (format!("campaign:{id}"), most)));
    let scopes = of_event.into_iter().chain(of_campaigns);
    scopes
        .flat_map(|(scope, most)| {
            let one = move |(who, used): &(String, i32)| Use {
                scope: scope.clone(),
                who: who.clone(),
                used: *used,
                most: most.into(),
                until,
            };
            users.iter().map(one)
        })
        .collect()
}

/// What a party uses, if the limits allow it beside what the batch used so far.
pub(super) fn used(
    tx: &mut Tx<'_>,
    ground: &mut Ground,
    (event, until): (EventId, DateTime<Utc>),
    terms: &SignupTerms,
    account: &str,
    (allowed, headcount): (&Allowed, Option<u16>),
) -> Result<Vec<Use>, Error> {
    let campaigns = ground.events.get(&event).map(|event| event.campaigns.clone()).unwrap_or_default();
    let members = allowed.members.iter().map(|(who, _)| who.clone()).collect();
    let users = users(members, allowed.others.into(), headcount, Some(account.to_owned()));
    let uses = uses(terms, (event, until), &campaigns, &users);
    for one in &uses {
        let so_far = ground.used(tx, &one.scope, &one.who)?;
        within(one, so_far)?;
    }
    Ok(uses)
}

/// Gives back what was used and uses limits anew.
///
/// # Errors
/// [`Refusal::LimitReached`] if a limit does not allow that.
pub(in crate::app) fn exchange(tx: &mut Tx<'_>, before: Vec<Use>, after: Vec<Use>) -> Result<(), Error> {
    let mut all: Vec<Use> = Vec::new();
    for one in after {
        match all.iter_mut().find(|other| (&other.scope, &other.who) == (&one.scope, &one.who)) {
            Some(other) => {
                *other = Use { used: other.used + one.used, until: other.until.max(one.until), ..one }
            }
            None => all.push(one),
        }
    }
    limits_used::hold(tx, before.iter().chain(&all))?;
    limits_used::give_back(tx, before)?;
    for one in &all {
        within(one, limits_used::used(tx, &one.scope, &one.who)?)?;
    }
    Ok(limits_used::raise(tx, all)?)
}

fn within(one: &Use, so_far: i32) -> Result<(), Error> {
    if so_far + one.used <= one.most {
        return Ok(());
    }
    let bar = Bar::TooManySessions { most: one.most.try_into().unwrap_or(u16::MAX) };
    Err(Error::Refused(Refusal::LimitReached(Invalid::one("participants", FieldCode::Barred(bar)))))
}

/// Notes who is in a session by a sign-up whose people were taken out of it; says who they are.
///
/// # Errors
/// [`Refusal::Duplicate`] if somebody else signed up one of them.
pub(in crate::app) fn add_members(
    tx: &mut Tx<'_>,
    signup: &Signup,
    allowed: &Allowed,
) -> Result<Vec<String>, Error> {
    let who: Vec<String> = allowed.members.iter().map(|(who, _)| who.clone()).collect();
    let taken = signups::members(tx, &[signup.session], &who)?;
    elsewhere(allowed, |who| taken.contains_key(&(signup.session, who.to_owned())))?;
    let member = |who: &String| Member { session: signup.session, who: who.clone(), signup: signup.id };
    signups::add_members(tx, &who.iter().map(member).collect::<Vec<_>>())?;
    Ok(who)
}

/// Refuses whom somebody else signed up.
pub(super) fn elsewhere(allowed: &Allowed, is_in: impl Fn(&str) -> bool) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    for (_, place) in allowed.members.iter().filter(|(who, _)| is_in(who)) {
        invalid.push(format!("participants[{place}]"), FieldCode::Barred(Bar::AlreadySignedUp));
    }
    invalid.or(()).map_err(|invalid| Error::Refused(Refusal::Duplicate(invalid)))
}
