pub mod retry;
pub mod secret;
