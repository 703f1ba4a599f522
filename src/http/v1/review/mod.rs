//! Review (审核): what waits for an authority, and what it decides.

mod deciding;
mod listing;
mod shown;
mod written;

use utoipa_actix_web::service_config::ServiceConfig;

pub(in crate::http::v1) use deciding::LONGEST_REASON;
pub use deciding::{Approval, Approvals, Approved, Rejected, Rejection, Rejections};
pub use listing::ListReviewItems;
pub use shown::{ReviewDetail, ReviewItem, ReviewKind, ReviewLane, ReviewNote, ReviewState};

/// Mounts the operations of this directory.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(listing::configure).configure(deciding::configure);
}
