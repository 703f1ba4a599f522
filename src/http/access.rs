//! Who may do what: the one table of all operations. Handlers hold to it by what they take ([`super::person`],
//! [`super::staff`]); the document says it; tests walk both, and ask a server as everybody who may not.

use crate::domain::api_keys::Scope;
use crate::domain::roles::{AuthorityRole, MemberRole};

/// Whom an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody; most never look at `Authorization`.
    Anybody,
    /// Whoever is logged in, for what is their own.
    Person,
    /// Members of an organiser of the session's event.
    Desk,
    /// Members of the organisation whose thing it is, from this role on.
    Member(MemberRole),
    /// Members of any organisation, from this role on, for what is theirs.
    Members(MemberRole),
    /// Authorities over the division concerned, from this role on.
    Authority(AuthorityRole),
    /// Members of the organisation whose thing it is, from the first role on, and authorities over the division concerned,
    /// from the second one on.
    MemberOr(MemberRole, AuthorityRole),
}

impl Who {
    /// Whether somebody who is logged in may be kept out.
    #[must_use]
    pub fn holds_a_role(self) -> bool {
        !matches!(self, Self::Anybody | Self::Person)
    }
}

impl Who {
    /// A sentence about it for the document; none where nobody is kept out.
    #[must_use]
    pub fn about(self) -> Option<String> {
        let member = |role: MemberRole| match role {
            MemberRole::Desk => "members",
            MemberRole::Editor => "editors and owners",
            MemberRole::Owner => "owners",
        };
        let authority = |role: AuthorityRole| match role {
            AuthorityRole::Reviewer => "reviewers and administrators",
            AuthorityRole::Administrator => "administrators",
        };
        Some(match self {
            Self::Anybody | Self::Person => return None,
            Self::Desk => "For members of an organiser of the session's event.".to_owned(),
            Self::Member(role) => format!("For {} of the organisation whose it is.", member(role)),
            Self::Members(role) => format!("For {} of any organisation, for what is theirs.", member(role)),
            Self::Authority(role) => format!("For {} over the division concerned.", authority(role)),
            Self::MemberOr(role, over) => format!(
                "For {} of the organisation whose it is, and {} over the division concerned.",
                member(role),
                authority(over)
            ),
        })
    }
}

/// Whom the operation of this id is for; `None` if there is no such operation.
#[must_use]
pub fn of(operation: &str) -> Option<Who> {
    OPERATIONS.iter().find(|(id, _)| *id == operation).map(|(_, who)| *who)
}

/// Every operation by its `operationId`, in the order of the alphabet.
pub const OPERATIONS: &[(&str, Who)] = &[
    ("acceptInvitation", Who::Person),
    ("acceptOffer", Who::Person),
    ("addCampaignEvent", Who::Authority(AuthorityRole::Reviewer)),
    ("addFavourite", Who::Person),
    ("addPhone", Who::Person),
    ("applyForAccreditation", Who::Members(MemberRole::Editor)),
    ("applyForOrganisation", Who::Person),
    ("applyImport", Who::Member(MemberRole::Editor)),
    ("approveReviewItem", Who::Authority(AuthorityRole::Reviewer)),
    ("approveReviewItems", Who::Authority(AuthorityRole::Reviewer)),
    ("approveSignup", Who::Desk),
    ("archiveBase", Who::Member(MemberRole::Editor)),
    ("archiveEvent", Who::Member(MemberRole::Editor)),
    ("archiveMyResource", Who::Person),
    ("archiveRoute", Who::Member(MemberRole::Editor)),
    ("archiveSeries", Who::Member(MemberRole::Editor)),
    ("assignOrganiser", Who::Authority(AuthorityRole::Administrator)),
    ("cancelEvent", Who::MemberOr(MemberRole::Editor, AuthorityRole::Administrator)),
    ("cancelSession", Who::MemberOr(MemberRole::Editor, AuthorityRole::Administrator)),
    ("cancelSessions", Who::MemberOr(MemberRole::Editor, AuthorityRole::Administrator)),
    ("cancelSignup", Who::Person),
    ("changePassword", Who::Person),
    ("checkInSignup", Who::Person),
    // WeChat, by its signature.
    ("checkWechatPush", Who::Anybody),
    ("claimReviewItem", Who::Authority(AuthorityRole::Reviewer)),
    ("confirmMyResource", Who::Person),
    ("createApiKey", Who::Member(MemberRole::Owner)),
    ("createBase", Who::Members(MemberRole::Editor)),
    ("createBulletin", Who::Authority(AuthorityRole::Administrator)),
    ("createCampaign", Who::Authority(AuthorityRole::Administrator)),
    ("createCompanion", Who::Person),
    ("createEvent", Who::Members(MemberRole::Editor)),
    ("createImport", Who::Members(MemberRole::Editor)),
    ("createInvitation", Who::Member(MemberRole::Owner)),
    // Whoever is logged in is remembered.
    ("createReport", Who::Anybody),
    ("createRoute", Who::Members(MemberRole::Editor)),
    ("createSeries", Who::Members(MemberRole::Editor)),
    ("createSessions", Who::Member(MemberRole::Editor)),
    ("createSignup", Who::Person),
    ("createSubscription", Who::Person),
    ("createTarget", Who::Authority(AuthorityRole::Administrator)),
    ("createWebhook", Who::Member(MemberRole::Editor)),
    ("deleteCompanion", Who::Person),
    ("deleteImage", Who::Member(MemberRole::Editor)),
    ("deleteInvitation", Who::Member(MemberRole::Owner)),
    ("deleteMe", Who::Person),
    ("deletePhone", Who::Person),
    ("deleteSubscription", Who::Person),
    ("deleteTarget", Who::Authority(AuthorityRole::Administrator)),
    ("deleteWebhook", Who::Member(MemberRole::Editor)),
    ("duplicateBase", Who::Member(MemberRole::Editor)),
    ("duplicateEvent", Who::Member(MemberRole::Editor)),
    ("duplicateRoute", Who::Member(MemberRole::Editor)),
    ("duplicateSeries", Who::Member(MemberRole::Editor)),
    // By either token of the login.
    ("endLogin", Who::Anybody),
    ("exportMe", Who::Person),
    ("exportSessions", Who::Members(MemberRole::Editor)),
    ("getAccreditation", Who::Member(MemberRole::Desk)),
    ("getAdministeredBulletin", Who::Authority(AuthorityRole::Administrator)),
    ("getAdministeredCampaign", Who::Authority(AuthorityRole::Reviewer)),
    ("getAssessment", Who::Member(MemberRole::Desk)),
    ("getBase", Who::Anybody),
    ("getBaseClosures", Who::Member(MemberRole::Editor)),
    ("getBaseHours", Who::Anybody),
    ("getCampaign", Who::Anybody),
    ("getCompanion", Who::Person),
    ("getDesk", Who::Desk),
    ("getDivision", Who::Anybody),
    ("getDoorCode", Who::Desk),
    ("getEvent", Who::Anybody),
    ("getEventCalendar", Who::Anybody),
    ("getEventWxacode", Who::Anybody),
    ("getEventsCalendar", Who::Anybody),
    ("getEventsFeed", Who::Anybody),
    ("getFeatured", Who::Authority(AuthorityRole::Administrator)),
    ("getHealth", Who::Anybody),
    ("getHome", Who::Anybody),
    ("getImage", Who::Anybody),
    ("getImportTemplate", Who::Members(MemberRole::Desk)),
    ("getManagedBase", Who::Member(MemberRole::Editor)),
    ("getManagedEvent", Who::Member(MemberRole::Editor)),
    ("getManagedRoute", Who::Member(MemberRole::Editor)),
    ("getManagedSeries", Who::Member(MemberRole::Editor)),
    ("getManagedSession", Who::Member(MemberRole::Editor)),
    ("getMap", Who::Anybody),
    ("getMe", Who::Person),
    ("getMyOrganisation", Who::Member(MemberRole::Desk)),
    ("getMyResource", Who::Person),
    ("getOrganisation", Who::Anybody),
    ("getOrganisationStatistics", Who::Member(MemberRole::Desk)),
    ("getReadiness", Who::Anybody),
    ("getResource", Who::Anybody),
    ("getReviewItem", Who::Authority(AuthorityRole::Reviewer)),
    ("getRoute", Who::Anybody),
    ("getRouteTrack", Who::Anybody),
    ("getSeries", Who::Anybody),
    ("getSession", Who::Anybody),
    ("getSignup", Who::Person),
    ("getStatistics", Who::Authority(AuthorityRole::Reviewer)),
    ("getSubscription", Who::Person),
    ("getSuggestions", Who::Anybody),
    ("getTarget", Who::Authority(AuthorityRole::Reviewer)),
    ("getWebhook", Who::Member(MemberRole::Editor)),
    ("getYearlyReport", Who::Member(MemberRole::Desk)),
    ("giveFeedback", Who::Person),
    ("inviteOwner", Who::Authority(AuthorityRole::Administrator)),
    ("leaveEvent", Who::Member(MemberRole::Editor)),
    ("leaveOrganisation", Who::Member(MemberRole::Desk)),
    ("listAccreditations", Who::Members(MemberRole::Desk)),
    ("listAdministeredAccreditations", Who::Authority(AuthorityRole::Reviewer)),
    ("listAdministeredAssessments", Who::Authority(AuthorityRole::Reviewer)),
    ("listAdministeredBulletins", Who::Authority(AuthorityRole::Administrator)),
    ("listAdministeredCampaigns", Who::Authority(AuthorityRole::Reviewer)),
    ("listAdministeredOrganisations", Who::Authority(AuthorityRole::Administrator)),
    ("listApiKeys", Who::Member(MemberRole::Owner)),
    ("listAssessmentRounds", Who::Authority(AuthorityRole::Reviewer)),
    ("listAssessments", Who::Members(MemberRole::Desk)),
    ("listAuditEntries", Who::Authority(AuthorityRole::Administrator)),
    ("listBases", Who::Anybody),
    ("listBulletins", Who::Anybody),
    ("listCampaignDuties", Who::Authority(AuthorityRole::Reviewer)),
    ("listCampaignEvents", Who::Authority(AuthorityRole::Reviewer)),
    ("listCampaigns", Who::Anybody),
    ("listChanges", Who::Anybody),
    ("listCompanions", Who::Person),
    ("listDivisions", Who::Anybody),
    ("listEventSessions", Who::Anybody),
    ("listEvents", Who::Anybody),
    ("listFavourites", Who::Person),
    ("listImages", Who::Members(MemberRole::Desk)),
    ("listInvitations", Who::Member(MemberRole::Owner)),
    ("listManagedBases", Who::Members(MemberRole::Desk)),
    ("listManagedEvents", Who::Members(MemberRole::Desk)),
    ("listManagedRoutes", Who::Members(MemberRole::Desk)),
    ("listManagedSeries", Who::Members(MemberRole::Desk)),
    ("listManagedSessions", Who::Member(MemberRole::Editor)),
    ("listMembers", Who::Member(MemberRole::Desk)),
    ("listMessageTemplates", Who::Anybody),
    ("listMyDuties", Who::Member(MemberRole::Desk)),
    ("listMyOrganisations", Who::Person),
    ("listMyResources", Who::Person),
    ("listNotices", Who::Person),
    ("listOrganisations", Who::Anybody),
    ("listPolicies", Who::Anybody),
    ("listResources", Who::Anybody),
    ("listReviewItems", Who::Authority(AuthorityRole::Reviewer)),
    ("listRoutes", Who::Anybody),
    ("listSeries", Who::Anybody),
    ("listSessionSignups", Who::Desk),
    ("listSignups", Who::Person),
    ("listSubscriptions", Who::Person),
    ("listTargets", Who::Authority(AuthorityRole::Reviewer)),
    ("listTerms", Who::Anybody),
    ("listWebhookDeliveries", Who::Member(MemberRole::Editor)),
    ("listWebhooks", Who::Members(MemberRole::Editor)),
    ("markNoticesRead", Who::Person),
    ("openAssessmentRound", Who::Authority(AuthorityRole::Administrator)),
    ("pingWebhook", Who::Member(MemberRole::Editor)),
    ("previewBase", Who::MemberOr(MemberRole::Editor, AuthorityRole::Reviewer)),
    ("previewEvent", Who::MemberOr(MemberRole::Editor, AuthorityRole::Reviewer)),
    ("previewRoute", Who::MemberOr(MemberRole::Editor, AuthorityRole::Reviewer)),
    ("previewSeries", Who::MemberOr(MemberRole::Editor, AuthorityRole::Reviewer)),
    ("proposeEvent", Who::Member(MemberRole::Editor)),
    ("publishNow", Who::Authority(AuthorityRole::Administrator)),
    // WeChat, by its signature.
    ("receiveWechatPush", Who::Anybody),
    ("recordCheckins", Who::Desk),
    ("recordWalkIn", Who::Desk),
    ("refreshLogin", Who::Anybody),
    ("rejectReviewItem", Who::Authority(AuthorityRole::Reviewer)),
    ("rejectReviewItems", Who::Authority(AuthorityRole::Reviewer)),
    ("rejectSignup", Who::Desk),
    ("releaseReviewItem", Who::Authority(AuthorityRole::Reviewer)),
    ("removeCampaignEvent", Who::Authority(AuthorityRole::Reviewer)),
    ("removeFavourite", Who::Person),
    ("removeMember", Who::Member(MemberRole::Owner)),
    ("replayWebhookDeliveries", Who::Member(MemberRole::Editor)),
    ("reportMessageCredits", Who::Person),
    ("restoreOrganisation", Who::Authority(AuthorityRole::Administrator)),
    ("restorePublished", Who::Authority(AuthorityRole::Administrator)),
    ("revokeAccreditation", Who::Authority(AuthorityRole::Administrator)),
    ("revokeApiKey", Who::Member(MemberRole::Owner)),
    ("rotateWebhookSecret", Who::Member(MemberRole::Editor)),
    ("searchEverything", Who::Anybody),
    ("setFeatured", Who::Authority(AuthorityRole::Administrator)),
    ("setHeadcount", Who::Desk),
    ("startLogin", Who::Anybody),
    ("startPasswordLogin", Who::Anybody),
    ("startTotp", Who::Anybody),
    ("submitAccreditation", Who::Member(MemberRole::Editor)),
    ("submitAssessment", Who::Member(MemberRole::Editor)),
    ("submitBase", Who::Member(MemberRole::Editor)),
    ("submitBases", Who::Member(MemberRole::Editor)),
    ("submitEvent", Who::Member(MemberRole::Editor)),
    ("submitEvents", Who::Member(MemberRole::Editor)),
    ("submitManySeries", Who::Member(MemberRole::Editor)),
    ("submitResource", Who::Person),
    ("submitRoute", Who::Member(MemberRole::Editor)),
    ("submitRoutes", Who::Member(MemberRole::Editor)),
    ("submitSeries", Who::Member(MemberRole::Editor)),
    ("suspendOrganisation", Who::Authority(AuthorityRole::Administrator)),
    ("takeDown", Who::Authority(AuthorityRole::Administrator)),
    ("takeDownImage", Who::Authority(AuthorityRole::Administrator)),
    ("transferOrganisation", Who::Member(MemberRole::Owner)),
    ("trustOrganisation", Who::Authority(AuthorityRole::Administrator)),
    ("updateAccreditation", Who::Member(MemberRole::Editor)),
    ("updateAssessment", Who::Member(MemberRole::Editor)),
    ("updateBase", Who::Member(MemberRole::Editor)),
    ("updateBaseClosures", Who::Member(MemberRole::Editor)),
    ("updateBulletin", Who::Authority(AuthorityRole::Administrator)),
    ("updateCampaign", Who::Authority(AuthorityRole::Administrator)),
    ("updateCompanion", Who::Person),
    ("updateEvent", Who::Member(MemberRole::Editor)),
    ("updateMe", Who::Person),
    ("updateMember", Who::Member(MemberRole::Owner)),
    ("updateMyOrganisation", Who::Member(MemberRole::Owner)),
    ("updateMyResource", Who::Person),
    ("updateRoute", Who::Member(MemberRole::Editor)),
    ("updateSeries", Who::Member(MemberRole::Editor)),
    ("updateSession", Who::Member(MemberRole::Editor)),
    ("updateSignup", Who::Person),
    ("updateSubscription", Who::Person),
    ("updateTarget", Who::Authority(AuthorityRole::Administrator)),
    ("updateWebhook", Who::Member(MemberRole::Editor)),
    ("uploadImage", Who::Members(MemberRole::Editor)),
    ("withdrawAccreditation", Who::Member(MemberRole::Editor)),
    ("withdrawApplication", Who::Member(MemberRole::Owner)),
    ("withdrawAssessment", Who::Member(MemberRole::Editor)),
    ("withdrawBase", Who::Member(MemberRole::Editor)),
    ("withdrawBulletin", Who::Authority(AuthorityRole::Administrator)),
    ("withdrawEvent", Who::Member(MemberRole::Editor)),
    ("withdrawMyResource", Who::Person),
    ("withdrawProposal", Who::Member(MemberRole::Editor)),
    ("withdrawRoute", Who::Member(MemberRole::Editor)),
    ("withdrawSeries", Who::Member(MemberRole::Editor)),
];

/// The operations that the system of a partner may call by its key, as an editor of its organisation, and the scope that
/// each needs, if it needs one.
pub const BY_KEY: &[(&str, Option<Scope>)] = &[
    ("applyImport", Some(Scope::EventsWrite)),
    ("archiveBase", Some(Scope::EventsWrite)),
    ("archiveEvent", Some(Scope::EventsWrite)),
    ("archiveRoute", Some(Scope::EventsWrite)),
    ("archiveSeries", Some(Scope::EventsWrite)),
    ("cancelEvent", Some(Scope::EventsWrite)),
    ("cancelSession", Some(Scope::EventsWrite)),
    ("cancelSessions", Some(Scope::EventsWrite)),
    ("createBase", Some(Scope::EventsWrite)),
    ("createEvent", Some(Scope::EventsWrite)),
    ("createImport", Some(Scope::EventsWrite)),
    ("createRoute", Some(Scope::EventsWrite)),
    ("createSeries", Some(Scope::EventsWrite)),
    ("createSessions", Some(Scope::EventsWrite)),
    ("deleteImage", Some(Scope::EventsWrite)),
    ("duplicateBase", Some(Scope::EventsWrite)),
    ("duplicateEvent", Some(Scope::EventsWrite)),
    ("duplicateRoute", Some(Scope::EventsWrite)),
    ("duplicateSeries", Some(Scope::EventsWrite)),
    ("exportSessions", Some(Scope::EventsRead)),
    ("getBaseClosures", Some(Scope::EventsRead)),
    ("getManagedBase", Some(Scope::EventsRead)),
    ("getManagedEvent", Some(Scope::EventsRead)),
    ("getManagedRoute", Some(Scope::EventsRead)),
    ("getManagedSeries", Some(Scope::EventsRead)),
    ("getManagedSession", Some(Scope::EventsRead)),
    ("getMyOrganisation", None),
    ("getOrganisationStatistics", Some(Scope::EventsRead)),
    ("getYearlyReport", Some(Scope::EventsRead)),
    ("leaveEvent", Some(Scope::EventsWrite)),
    ("listImages", Some(Scope::EventsRead)),
    ("listManagedBases", Some(Scope::EventsRead)),
    ("listManagedEvents", Some(Scope::EventsRead)),
    ("listManagedRoutes", Some(Scope::EventsRead)),
    ("listManagedSeries", Some(Scope::EventsRead)),
    ("listManagedSessions", Some(Scope::EventsRead)),
    ("previewBase", Some(Scope::EventsRead)),
    ("previewEvent", Some(Scope::EventsRead)),
    ("previewRoute", Some(Scope::EventsRead)),
    ("previewSeries", Some(Scope::EventsRead)),
    ("proposeEvent", Some(Scope::EventsWrite)),
    ("submitBase", Some(Scope::EventsWrite)),
    ("submitBases", Some(Scope::EventsWrite)),
    ("submitEvent", Some(Scope::EventsWrite)),
    ("submitEvents", Some(Scope::EventsWrite)),
    ("submitManySeries", Some(Scope::EventsWrite)),
    ("submitRoute", Some(Scope::EventsWrite)),
    ("submitRoutes", Some(Scope::EventsWrite)),
    ("submitSeries", Some(Scope::EventsWrite)),
    ("updateBase", Some(Scope::EventsWrite)),
    ("updateBaseClosures", Some(Scope::EventsWrite)),
    ("updateEvent", Some(Scope::EventsWrite)),
    ("updateRoute", Some(Scope::EventsWrite)),
    ("updateSeries", Some(Scope::EventsWrite)),
    ("updateSession", Some(Scope::EventsWrite)),
    ("uploadImage", Some(Scope::EventsWrite)),
    ("withdrawBase", Some(Scope::EventsWrite)),
    ("withdrawEvent", Some(Scope::EventsWrite)),
    ("withdrawProposal", Some(Scope::EventsWrite)),
    ("withdrawRoute", Some(Scope::EventsWrite)),
    ("withdrawSeries", Some(Scope::EventsWrite)),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::openapi;

    #[test]
    fn every_operation_stands_in_the_table_once_and_says_so_in_the_document() {
        let document = openapi::document();
        let items = document["paths"].as_object().unwrap().values();
        let operations: Vec<_> = items.flat_map(|item| item.as_object().unwrap().values()).collect();
        for operation in &operations {
            let id = operation["operationId"].as_str().unwrap();
            let who =
                of(id).unwrap_or_else(|| panic!("{id} is missing: src/http/access.rs says who may do what"));
            let ways = operation["security"].as_array().cloned().unwrap_or_default();
            let open = ways.is_empty() || ways.iter().any(|way| way.as_object().unwrap().is_empty());
            assert_eq!(open, who == Who::Anybody, "{id}: its `security` tells another tale");
            let refuses = |status: &str| operation["responses"].get(status).is_some();
            assert!(open || refuses("401"), "{id} does not tell of 401");
            assert!(!who.holds_a_role() || refuses("403"), "{id} does not tell of 403");
        }
        assert!(
            BY_KEY
                .iter()
                .all(|(id, _)| matches!(of(id), Some(Who::Member(_) | Who::Members(_) | Who::MemberOr(..)))),
            "editors' operations only"
        );
        let ids: BTreeSet<_> = OPERATIONS.iter().map(|(id, _)| id).collect();
        assert_eq!((ids.len(), OPERATIONS.len()), (operations.len(), operations.len()));
        assert!(OPERATIONS.is_sorted_by_key(|(id, _)| id));
    }
}
