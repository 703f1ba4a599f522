//! Telling the members of an organisation what an authority decided, in the transaction that decides it.

use super::tell;
use crate::db::{self, Tx, roles};
use crate::domain::audit::Object;
use crate::domain::ids::OrganisationId;
use crate::domain::notices::decisions::{Decision, Outcome};
use crate::domain::notices::{About, Details, Notice, Purpose};
use crate::domain::roles::MemberRole;
use crate::domain::text::Text;

/// Tells the owners and editors of an organisation what was decided on one of its things, or on itself.
///
/// # Errors
/// If the store fails.
pub fn tell_organisation(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    outcome: Outcome,
    object: Object,
    title: &Text,
    reason: Option<&str>,
) -> Result<(), db::Error> {
    let decision = Decision {
        organisation,
        outcome: outcome.name().to_owned(),
        kind: object.kind.to_owned(),
        object: object.id,
        title: title.clone(),
        reason: reason.map(str::to_owned),
    };
    let about = About { event: None, session: None, signup: None };
    let members = roles::members(tx, organisation)?;
    let concerned = members.iter().filter(|member| member.role >= MemberRole::Editor);
    let notice = |member: &roles::Member| {
        let details = Details { decision: Some(decision.clone()), ..Details::default() };
        Notice::new(member.person, Purpose::Decided, about).with(details)
    };
    tell(tx, &concerned.map(notice).collect::<Vec<_>>())
}
