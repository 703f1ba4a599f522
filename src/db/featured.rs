//! What authorities put first, by division; the id is the adcode.

use super::records::stored;
use crate::domain::featured::FeaturedList;

stored!(FeaturedList => featured_lists {});
