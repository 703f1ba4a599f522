//! Science-tourism routes.

use super::records::stored;
use crate::domain::routes::Route;

stored!(Route => routes {});
