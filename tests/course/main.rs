//! Courses of others: the format's worked examples are run for real, drafts are made from recorded
//! and from made-up observations, and what is wrong with a course file is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod drafts;
mod examples;
mod files;
#[path = "../judge/machine.rs"]
#[allow(dead_code, reason = "the judge's tests need more of it")]
mod machine;
mod run;
mod synthetic;
