pub mod boost;
pub mod botpress;
pub mod saved;
