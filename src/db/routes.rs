//! Science-tourism routes.

use super::records::stored;
use crate::domain::routes::Route;

stored!(reviewed Route => routes {
    organisation_id: |route| route.organisers.first().map(|organiser| organiser.organisation.get()),
});
