//! The judge with real interpreters and real scripts, right ones and wrong ones.
//!
//! `fixtures/labs/verdicts.tsv` says what is due of every variant of the four labs. They sleep, so
//! that many run side by side. A variant whose verdict is `inconclusive` is run once more: a busy
//! machine may keep the judge from telling, never make it wrong.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod golden;
mod machine;
mod mistakes;
mod properties;
mod rules;
mod simulation;
#[path = "../course/synthetic.rs"]
#[allow(dead_code, reason = "the drafts' tests need more of it")]
mod synthetic;
mod variants;
