//! What the owners and editors of an organisation are told: what an authority decided on it, or on what it wrote.

use serde::{Deserialize, Serialize};

use crate::domain::ids::OrganisationId;
use crate::domain::text::{Lang, Text};
use crate::domain::words::words;

words! {
    /// What was decided.
    Outcome {
        /// The organisation is verified.
        Verified = "verified",
        /// What the organisation says of itself was refused.
        Refused = "refused",
        /// The organisation is suspended.
        Suspended = "suspended",
        /// The organisation is suspended no more.
        Reinstated = "reinstated",
        /// What it wrote is published.
        Approved = "approved",
        /// What it wrote was sent back.
        Rejected = "rejected",
        /// What it had published was taken down.
        TakenDown = "takenDown",
        /// What was taken down is shown again.
        Restored = "restored",
        /// Somebody had reported it, and an authority finds that they are right.
        ReportFollowed = "reportFollowed",
    }
}

/// A decision of an authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The organisation that it concerns.
    pub organisation: OrganisationId,
    /// The word of what was decided.
    pub outcome: String,
    /// The word of the kind of thing that was decided on.
    pub kind: String,
    /// The thing, by its number.
    pub object: i64,
    /// What it was called then.
    pub title: Text,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Decision {
    /// What was decided; `None` for a word that this program does not know.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        Outcome::from_name(&self.outcome)
    }

    /// The sentence of the list: what was decided of what, and why.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let title = self.title.get(lang);
        let mut text = match lang {
            Lang::ZhCn | Lang::ZhHk => format!("《{title}》"),
            Lang::En => format!("“{title}”"),
        };
        text.push_str(self.outcome().map_or("", |outcome| outcome.sentence(lang)));
        if let Some(reason) = &self.reason {
            text.push_str(match lang {
                Lang::ZhCn | Lang::ZhHk => "原因：",
                Lang::En => " Reason: ",
            });
            text.push_str(reason);
        }
        text
    }
}

impl Outcome {
    fn sentence(self, lang: Lang) -> &'static str {
        let [zh_cn, zh_hk, en] = match self {
            Self::Verified => {
                ["已通过核实，可以发布活动。", "已通過核實，可以發布活動。", " is verified and may publish."]
            }
            Self::Refused => [
                "未通过核实，请修改后重新提交。",
                "未通過核實，請修改後重新提交。",
                " was not verified; mend it and hand it in again.",
            ],
            Self::Suspended => [
                "已被暂停：发布的内容不再公开。",
                "已被暫停：發布的內容不再公開。",
                " is suspended: what it published is hidden.",
            ],
            Self::Reinstated => [
                "已恢复：发布的内容重新公开。",
                "已恢復：發布的內容重新公開。",
                " is suspended no more: what it published is shown again.",
            ],
            Self::Approved => ["已通过审核并发布。", "已通過審核並發布。", " was approved and is published."],
            Self::Rejected => {
                ["未通过审核，请修改。", "未通過審核，請修改。", " was sent back to be mended."]
            }
            Self::TakenDown => ["已被下架，不再显示。", "已被下架，不再顯示。", " was taken down."],
            Self::Restored => ["已恢复展示。", "已恢復展示。", " is shown again."],
            Self::ReportFollowed => [
                "被反映有误，情况属实，请尽快更正。",
                "被反映有誤，情況屬實，請盡快更正。",
                " was reported, rightly: please mend it.",
            ],
        };
        match lang {
            Lang::ZhCn => zh_cn,
            Lang::ZhHk => zh_hk,
            Lang::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_told_with_its_reason_in_three_languages() {
        let decision = Decision {
            organisation: OrganisationId::from_slug("org"),
            outcome: Outcome::Rejected.name().to_owned(),
            kind: "event".to_owned(),
            object: 7,
            title: Text { en: Some("Beetles".to_owned()), ..Text::zh("甲虫王国") },
            reason: Some("请补充集合地点".to_owned()),
        };
        assert_eq!(decision.text(Lang::ZhCn), "《甲虫王国》未通过审核，请修改。原因：请补充集合地点");
        assert_eq!(decision.text(Lang::En), "“Beetles” was sent back to be mended. Reason: 请补充集合地点");
        for outcome in Outcome::ALL {
            let told = Decision { outcome: outcome.name().to_owned(), reason: None, ..decision.clone() };
            assert_ne!(told.text(Lang::ZhCn), told.text(Lang::ZhHk), "{outcome:?}");
            let told = serde_json::from_str::<Decision>(&serde_json::to_string(&told).unwrap()).unwrap();
            assert_eq!(told.outcome(), Some(*outcome));
        }
    }
}
