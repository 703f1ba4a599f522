//! Applications for levels as they are written.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::shown::AccreditationLevel;
use crate::app::accreditations::Wish;
use crate::domain::accreditations::{Application, Evidence, Form};
use crate::domain::ids::{AccreditationId, BaseId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::http::v1::manage::words::{Words, words};

/// An application for a level.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccreditation {
    /// The base.
    #[schema(example = "01h2x7m9k4qpz")]
    base_id: String,
    /// The level.
    level: AccreditationLevel,
    /// The accreditation that is to be renewed: of the same base and level.
    #[schema(example = "01h2x7m9k4qpz")]
    renews: Option<String>,
    /// The body that grants it, or the title under which it is granted.
    #[schema(schema_with = words)]
    body: Words,
    /// Why the base deserves it. Needed to hand it in.
    #[schema(example = "全年开放，配有三名专职讲解员。", min_length = 1, max_length = 5000)]
    statement: Option<String>,
    /// What shows that it does: at least one to hand it in.
    #[schema(max_items = 20)]
    evidence: Option<Vec<AccreditationEvidence>>,
    /// What the base is like.
    form: Option<AccreditationForm>,
}

/// What an application is to say from now on: what is left out is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedAccreditation {
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
    /// The body that grants it, or the title under which it is granted.
    #[schema(schema_with = words)]
    body: Words,
    /// Why the base deserves it.
    #[schema(example = "全年开放，配有三名专职讲解员。", min_length = 1, max_length = 5000)]
    statement: Option<String>,
    /// What shows that it does.
    #[schema(max_items = 20)]
    evidence: Option<Vec<AccreditationEvidence>>,
    /// What the base is like.
    form: Option<AccreditationForm>,
}

/// A piece of evidence: a text, an address, or both.
#[skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccreditationEvidence {
    /// What it is.
    #[schema(example = "上年度开放记录", min_length = 1, max_length = 120)]
    title: String,
    /// What it says, or where it can be seen.
    #[schema(example = "全年开放 302 天", min_length = 1, max_length = 2000)]
    text: Option<String>,
    /// Where it can be read.
    #[schema(example = "https://example.org/")]
    url: Option<String>,
}

/// What a base is like, in figures.
#[skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccreditationForm {
    /// What is open to visitors, in square metres.
    #[schema(example = 1200)]
    area: Option<u32>,
    /// Days a year on which it is open.
    #[schema(example = 300, maximum = 366)]
    open_days: Option<u32>,
    /// Visitors a year.
    #[schema(example = 50000)]
    visitors: Option<u32>,
    /// People who work there for science popularization.
    #[schema(example = 3)]
    staff: Option<u32>,
    /// Volunteers.
    #[schema(example = 20)]
    volunteers: Option<u32>,
}

fn application(
    body: Words,
    statement: Option<String>,
    evidence: Option<Vec<AccreditationEvidence>>,
    form: Option<AccreditationForm>,
) -> Application {
    let piece = |AccreditationEvidence { title, text, url }| Evidence { title, text, url };
    let evidence = evidence.unwrap_or_default().into_iter().map(piece).collect();
    let form = form.map(|AccreditationForm { area, open_days, visitors, staff, volunteers }| Form {
        area,
        open_days,
        visitors,
        staff,
        volunteers,
    });
    Application { body: body.0, statement, evidence, form: form.unwrap_or_default() }
}

impl NewAccreditation {
    /// What is asked for.
    pub(super) fn wish(self) -> Result<Wish, Invalid> {
        let mut invalid = Invalid::default();
        let base = self.base_id.parse::<BaseId>().ok();
        if base.is_none() {
            invalid.push("baseId", FieldCode::NoSuch { kind: "base" });
        }
        let renews = self.renews.as_deref().map(str::parse::<AccreditationId>);
        if matches!(renews, Some(Err(_))) {
            invalid.push("renews", FieldCode::NoSuch { kind: "accreditation" });
        }
        let (Some(base), true) = (base, invalid.0.is_empty()) else { return Err(invalid) };
        Ok(Wish {
            base,
            level: self.level.into(),
            renews: renews.and_then(Result::ok),
            application: application(self.body, self.statement, self.evidence, self.form),
        })
    }
}

impl ChangedAccreditation {
    /// The version that is changed, and what it is to say.
    pub(super) fn application(self) -> (i64, Application) {
        (self.version, application(self.body, self.statement, self.evidence, self.form))
    }
}

impl From<Evidence> for AccreditationEvidence {
    fn from(Evidence { title, text, url }: Evidence) -> Self {
        Self { title, text, url }
    }
}

impl From<Form> for AccreditationForm {
    fn from(Form { area, open_days, visitors, staff, volunteers }: Form) -> Self {
        Self { area, open_days, visitors, staff, volunteers }
    }
}
