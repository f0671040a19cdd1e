//! The map.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]
pub mod apply;
pub mod cli;
pub mod commands;
pub mod course;
pub mod error;
pub mod event;
pub mod facts;
pub mod host;
pub mod lab;
pub mod plan;
pub mod report;
pub mod version;
