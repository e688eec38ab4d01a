pub mod file;
pub mod name;
