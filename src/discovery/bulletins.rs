//! Bulletins: which are shown when, and to whom. There are a few at a time, so they are looked at one by one.

use chrono::{DateTime, Utc};

use super::page::{self, Answer, Hit, Key, Paging};
use super::snapshot::{Snapshot, Table};
use crate::domain::bulletins::{Bulletin, Standing};
use crate::domain::divisions::Adcode;
use crate::domain::ids::BulletinId;
use crate::domain::record::Record;

/// Bulletins.
pub type Bulletins = Table<BulletinId, Record<Bulletin>>;

impl Snapshot {
    /// The bulletins that stand so at `now` and concern people somewhere in a division (`None`: anywhere), the newest
    /// first.
    pub fn bulletins_at(
        &self,
        now: DateTime<Utc>,
        standing: Standing,
        adcode: Option<Adcode>,
        paging: &Paging,
    ) -> Answer<&Record<Bulletin>> {
        let shown = self.bulletins.values().map(AsRef::as_ref).filter(|record| {
            record.body.standing(now) == standing
                && adcode.is_none_or(|adcode| self.concerns(&record.body, adcode))
        });
        let hits =
            shown.map(|found| Hit { key: Key::latest(Some(found.body.valid_from)), id: found.id, found });
        page::page(hits.collect(), paging)
    }

    /// Whether a bulletin concerns somebody in a division: it names the division, one around it or one within it.
    fn concerns(&self, bulletin: &Bulletin, adcode: Adcode) -> bool {
        let within = |inner, outer| self.divisions.chain(inner).any(|division| division.adcode == outer);
        let mut named = bulletin.adcodes.iter();
        bulletin.adcodes.is_empty() || named.any(|&named| within(named, adcode) || within(adcode, named))
    }
}
