//! Where conversations come from: both vendors, and earlier exports.

mod boost;
pub mod botpress;
mod ids;
pub mod saved;
mod years;
