//! The JSON summary of a run.

mod summary;
