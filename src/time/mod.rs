//! Points in time: parsing what people and vendors write, and showing it. Only this folder uses chrono.

mod day;
mod rfc3339_fast;
mod span;
mod style;
mod timestamp;
mod when;
mod zone;

pub use day::Day;
pub use span::Span;
pub use style::{DEFAULT_FORMAT, SPREADSHEET_FORMAT, TimeStyle, check_format};
pub use timestamp::{Timestamp, from_http_date, required, seconds_until_http_date};
pub use when::When;
pub use zone::Zone;
