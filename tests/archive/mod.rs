pub mod crash;
pub mod failed;
pub mod increment;
