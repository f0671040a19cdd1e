//! Golden tests: a machine, a course and asked go in; the whole answer comes out and is compared
//! with what was agreed to.
//!
//! `machines` are the recorded facts in `fixtures/machines`, `shown` writes an answer as a person
//! would read it. Every other file is tests.

// A test fails by panicking, and a helper of a test does so for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod catalogue;
mod choosing;
mod columns;
mod command_line;
mod converging;
mod course_files;
mod diagnosing;
mod distributions;
mod documents;
mod environments;
mod every_problem;
mod folders;
mod folding;
mod looking;
mod machines;
mod mistakes;
mod outputs;
mod pictures;
mod planning;
mod rooms;
mod running;
mod schemas;
mod shown;
mod simulator;
mod validators;
mod versions;
mod virtual_environments;
mod whose_files;
