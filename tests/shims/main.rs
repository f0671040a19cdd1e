//! Whole commands on a machine in a folder: labready runs as a process of its own whose machine is that
//! folder, and apt, dpkg, update-alternatives, sudo and Python are small shell scripts in it (`bin/`)
//! that change the folder's files as the real ones would. Without root, in milliseconds.
//!
//! `machine` builds the folder and runs labready in it. Every other file is tests.

// A test fails by panicking, and a helper of a test does so for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod agreement;
mod becoming_ready;
mod damaged;
mod failing;
mod journal;
mod machine;
mod output;
mod problems;
mod process;
mod reports;
mod rights;
mod running;
mod selection;
mod undoing;
mod whose;
