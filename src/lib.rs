//! The map.
#![warn(missing_docs)]
pub mod course;
pub mod error;
pub mod host;
pub mod version;
