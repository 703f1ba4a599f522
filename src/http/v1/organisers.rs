//! Who runs something.

use serde::Serialize;
use utoipa::ToSchema;

use super::references::Ref;
use super::view::View;
use crate::domain::ids;
use crate::domain::organisations;
use crate::http::wire::wire;

wire! {
    /// Part of an organisation in something.
    OrganiserRole = organisations::OrganiserRole {
        /// 主办
        Organiser "organiser"
        /// 承办
        CoOrganiser "coOrganiser"
        /// 协办
        Supporter "supporter"
    }
}

/// An organisation and its part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Organiser<'a> {
    /// The organisation's id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "广东省科学技术协会")]
    pub name: &'a str,
    /// Its part.
    pub role: OrganiserRole,
}

impl<'a> View<'a> {
    /// Organisers in their order, the main one first.
    pub fn organisers(&self, organisers: &'a [organisations::Organiser]) -> Vec<Organiser<'a>> {
        let all = self.snapshot.organisers(organisers).map(|(organiser, organisation)| Organiser {
            id: ids::spell(organisation.record.id),
            name: self.text(&organisation.body().name),
            role: organiser.role.into(),
        });
        all.collect()
    }

    /// The main organiser.
    pub fn organiser(&self, organisers: &'a [organisations::Organiser]) -> Option<Ref<'a>> {
        let (_, organisation) = self.snapshot.organisers(organisers).next()?;
        Some(Ref::new(organisation.record.id, self.text(&organisation.body().name)))
    }
}
