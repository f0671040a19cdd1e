//! labready makes a Debian- or Ubuntu-family workstation ready for a Python course, and proves it.
//! This is the map.
//!
//! The natural way of the data: [`host`] → [`apt`] → [`facts`] → [`plan`] → [`apply`] → [`lab`] → [`report`].
//! What is wanted is a [`course`]; what happens is told as an [`event`]; what is wrong with a
//! machine is a [`finding`]; what keeps a command from being carried out is an [`error`];
//! how it ends is an [`outcome`].
//! [`commands`] puts the parts together, [`cli`] says what can be typed.
//!
//! | part | what it is | outside crates confined to it |
//! | --- | --- | --- |
//! | [`host`] | the one door to the machine: files, programs, accounts, clocks, signals | duct, which, nix, signal-hook, tempfile, sha2 |
//! | [`apt`] | apt, dpkg and update-alternatives as programs: their commands, what they print and keep | |
//! | [`facts`] | what is true now, read without root: text or files → types | |
//! | [`course`] | what is wanted: course.toml and its scripts | toml |
//! | [`version`] | Python's versions, as Python spells them, and requirements on them | semver |
//! | [`plan`] | pure: (course, facts) → steps, each with its reason and its exact command | |
//! | [`diagnosis`] | pure: facts → findings, each with what mends it | |
//! | [`apply`] | steps → machine, each judged by the state afterwards | |
//! | [`bundle`] | what was fetched here for machines without a network, and what was carried here | |
//! | [`lab`] | scripts run and observed; pure: timeline × observation → verdict | |
//! | [`report`] | the fold of all events, and a renderer a file | console, indicatif (in console.rs alone) |
//!
//! Arrows: `commands → {apply, bundle, lab} → plan → facts → apt → host`. `plan`, `diagnosis`, the judge, every
//! parser and every renderer take values and return values. `tests/architecture` holds the tree to
//! this.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod apply;
pub mod apt;
pub mod archive;
pub mod bundle;
pub mod cli;
pub mod commands;
pub mod course;
pub mod diagnosis;
pub mod error;
pub mod event;
pub mod exit;
mod explained;
pub mod facts;
pub mod host;
pub mod lab;
pub mod outcome;
pub mod plan;
pub mod problem;
pub mod report;
pub mod request;
pub mod shell;
pub mod version;
pub mod waiting;
pub mod words;

#[cfg(test)]
mod tests;
