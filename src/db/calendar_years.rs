//! Years of the calendar of public holidays; the id is the year.

use super::records::stored;
use crate::domain::calendar::CalendarYear;

stored!(CalendarYear => calendar_years {});
