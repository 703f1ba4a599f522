//! Campaigns and theme days.

use diesel::prelude::*;

use super::Tx;
use super::error::Error;
use super::records::stored;
use super::schema::campaigns;
use crate::domain::campaigns::Campaign;
use crate::domain::ids::CampaignId;

stored!(Campaign => campaigns {});

/// Keeps other transactions from changing a campaign, or which events are proposed for it, until this one ends; `false` if
/// there is no such campaign.
pub fn hold(tx: &mut Tx<'_>, id: CampaignId) -> Result<bool, Error> {
    let held = diesel::update(campaigns::table.find(id.get()))
        .set(campaigns::id.eq(id.get()))
        .execute(&mut *tx.conn)?;
    Ok(held == 1)
}
