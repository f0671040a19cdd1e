//! End to end: the real binary on real Debian machines, with real apt, dpkg, update-alternatives
//! and Python.
//!
//! `machine` is the harness: throw-away machines, commands on them, and looks at what they became.
//! Every other file is tests. They need root, `mmdebstrap` and the Debian archive, and fail with
//! the command to type where one of them is missing.

// A test fails by panicking, and a helper of a test does so for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod alternatives;
mod becoming_ready;
mod bundle;
mod copies;
mod cut_off;
mod deadsnakes;
mod first_boot;
mod first_day;
mod harness;
mod health;
mod image;
mod imported;
mod in_the_way;
mod interruption;
mod journal;
mod locks;
mod machine;
mod network;
mod nothing_lost;
mod other_peoples_code;
mod outputs;
mod packages;
mod people;
mod pip;
mod reports;
mod rights;
mod roots_files;
mod system_python;
mod systems;
mod undo;
