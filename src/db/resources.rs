//! The resource directory.

use super::records::stored;
use crate::domain::resources::Resource;

stored!(Resource => resources {
    base_id: |resource| resource.base.map(|base| base.get()),
});
