pub mod faults;
pub mod request;
pub mod windows;
