//! Decides when the next request may be sent, so that the vendor does not refuse it.

mod limiter;
mod quota;
mod reset;
mod window;

pub use limiter::{RateLimiter, RequestId};
pub use reset::reset;
