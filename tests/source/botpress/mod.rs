pub mod contract;
pub mod conversation;
pub mod list;
