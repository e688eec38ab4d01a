pub mod browser;
pub mod page;
