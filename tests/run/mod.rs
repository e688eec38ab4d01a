pub mod failures;
pub mod manual;
pub mod memory;
pub mod schema;
pub mod tap;
