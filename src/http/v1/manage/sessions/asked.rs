//! What hosts say of sessions, as it is sent.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::calendar::DayKind;
use crate::domain::invalid::Invalid;
use crate::domain::sessions::Plan;
use crate::domain::timetable::Timetable;
use crate::http::list::Crs;
use crate::http::v1::manage::instants::{Instant, days, instant};
use crate::http::v1::manage::places::{AuthoredPlace, Ground, Warning};
use crate::http::v1::manage::returned::Answered;
use crate::http::v1::manage::terms::{AuthoredQuestion, AuthoredRules, Said};
use crate::http::v1::manage::words::{Words, words};
use crate::http::v1::sessions::WaitlistMode;

/// What is said of a session, alone or beside what else a body says: a body cannot hold it and still name each unknown
/// field.
macro_rules! session {
    ($($(#[$doc:meta])* $name:ident { $($beside:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($beside)*
            /// When it starts.
            #[schema(example = "2026-11-28T14:00:00+08:00", value_type = String, format = DateTime)]
            start: Instant,
            /// When it ends.
            #[schema(example = "2026-11-28T16:00:00+08:00", value_type = String, format = DateTime)]
            end: Instant,
            /// Its place, where that is not the event's.
            place: Option<AuthoredPlace>,
            /// How many people or parties there is room for; absent: unlimited.
            #[schema(example = 40, minimum = 0, maximum = 1_000_000)]
            capacity: Option<i32>,
            /// When sign-up opens; absent: it has always been open.
            #[schema(example = "2026-11-14T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
            signup_opens_at: Option<Instant>,
            /// When sign-up closes; absent: at the start.
            #[schema(example = "2026-11-28T12:00:00+08:00", value_type = Option<String>, format = DateTime)]
            signup_closes_at: Option<Instant>,
            /// What happens when it is full; `none` if absent.
            waitlist_mode: Option<WaitlistMode>,
            /// The terms of sign-up. Where nothing at all is said about signing up, the event's `admission` says whether
            /// one does.
            rules: Option<AuthoredRules>,
            /// What is asked at sign-up.
            #[schema(max_items = 20)]
            questions: Option<Vec<AuthoredQuestion>>,
            #[schema(schema_with = words)]
            notice: Option<Words>,
        }

        impl $name {
            /// The session that is meant; `None` if something about it cannot be read.
            pub(super) fn plan(
                self,
                ground: Ground<'_>,
                warnings: &mut Vec<Warning>,
                invalid: &mut Invalid,
            ) -> Option<Plan> {
                let start = instant(Some(&self.start), "start", invalid);
                let end = instant(Some(&self.end), "end", invalid);
                let said = Said {
                    opens_at: self.signup_opens_at,
                    closes_at: self.signup_closes_at,
                    waitlist_mode: self.waitlist_mode,
                    rules: self.rules,
                    questions: self.questions,
                };
                Some(Plan {
                    signup: said.terms(invalid),
                    place: self.place.and_then(|place| place.read("place", ground, warnings, invalid)),
                    capacity: self.capacity,
                    notice: self.notice.map(|words| words.0),
                    start: start?,
                    end: end?,
                })
            }
        }
    )+};
}

session! {
    /// A session that is to be.
    AuthoredSession {}

    /// What a session is to be from now on: what is left out is removed.
    ChangedSession {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
        /// Whether it is only tried: the answer says who would be told.
        #[serde(default)]
        #[schema(example = false)]
        pub(super) dry_run: bool,
        /// The datum of `place`; `gcj02` if absent.
        pub(super) crs: Option<Crs>,
    }
}

impl Answered for ChangedSession {
    const ANSWERED: &'static [&'static str] =
        &["id", "event", "status", "taken", "waiting", "signupState", "told", "promoted", "warnings"];
}

/// Sessions that are to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSessions {
    /// The sessions. With `recurrence`, each is repeated at its time of day.
    #[schema(min_items = 1, max_items = 400)]
    pub(super) sessions: Vec<AuthoredSession>,
    /// On which days the sessions are repeated; absent: they are not.
    pub(super) recurrence: Option<Recurrence>,
    /// Whether it is only tried: the answer shows the dates.
    #[serde(default)]
    #[schema(example = true)]
    pub(super) dry_run: bool,
    /// The datum of places; `gcj02` if absent.
    pub(super) crs: Option<Crs>,
}

/// On which days sessions are repeated. The day of each session's start is the first that the rule may give; its time
/// of day, its length and its terms of sign-up move along.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// An RFC 5545 `RRULE` of days. Without `COUNT` and `UNTIL` it is followed for a year.
    #[schema(example = "FREQ=MONTHLY;BYDAY=2SA,4SA;UNTIL=20270630", min_length = 1, max_length = 500)]
    rule: String,
    /// Days left out.
    #[serde(default)]
    #[schema(example = json!(["2026-12-26"]), max_items = 400)]
    exdates: Vec<String>,
    /// Days added, whatever kind of day they are.
    #[serde(default)]
    #[schema(example = json!(["2026-12-19"]), max_items = 400)]
    rdates: Vec<String>,
    /// Kinds of day left out.
    #[serde(default)]
    except: Vec<DaysOf>,
    /// Kinds of day on which alone there are sessions; absent: on all.
    #[serde(default)]
    only: Vec<DaysOf>,
}

/// Kinds of day in mainland China's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum DaysOf {
    /// Monday to Friday, unless a holiday.
    #[serde(rename = "workdays")]
    Workdays,
    /// Saturday and Sunday, unless a holiday or worked.
    #[serde(rename = "weekends")]
    Weekends,
    /// Public holidays, with the days off that were moved to them.
    #[serde(rename = "holidays")]
    Holidays,
    /// Saturdays and Sundays that are worked in exchange for a day off.
    #[serde(rename = "adjustedWorkdays")]
    AdjustedWorkdays,
}

impl From<DaysOf> for DayKind {
    fn from(days: DaysOf) -> Self {
        match days {
            DaysOf::Workdays => Self::Workday,
            DaysOf::Weekends => Self::Weekend,
            DaysOf::Holidays => Self::Holiday,
            DaysOf::AdjustedWorkdays => Self::AdjustedWorkday,
        }
    }
}

impl Recurrence {
    pub(super) fn timetable(self, invalid: &mut Invalid) -> Timetable {
        Timetable {
            rule: self.rule,
            left_out: days(&self.exdates, "recurrence.exdates", invalid),
            added: days(&self.rdates, "recurrence.rdates", invalid),
            except: self.except.into_iter().map(DayKind::from).collect(),
            only: self.only.into_iter().map(DayKind::from).collect(),
        }
    }
}

/// Sessions that are to be called off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelledSessions {
    /// Which.
    #[schema(example = json!(["01h2x7m9k4qpz"]), min_items = 1, max_items = 400)]
    pub(super) ids: Vec<String>,
    #[schema(schema_with = words)]
    pub(super) reason: Words,
    /// Whether it is only tried: the answer says who would be told.
    #[serde(default)]
    #[schema(example = true)]
    pub(super) dry_run: bool,
}

/// Why a session is called off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancellation {
    #[schema(schema_with = words)]
    pub(in crate::http::v1::manage) reason: Words,
    /// Whether it is only tried: the answer says who would be told.
    #[serde(default)]
    #[schema(example = false)]
    pub(in crate::http::v1::manage) dry_run: bool,
}
