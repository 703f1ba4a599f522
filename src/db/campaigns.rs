//! Campaigns and theme days.

use super::records::stored;
use crate::domain::campaigns::Campaign;

stored!(Campaign => campaigns {});
