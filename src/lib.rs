//! labready makes a Debian- or Ubuntu-family workstation ready for a Python course, and proves it.
//! This is the map.
//!
//! # The way of the data
//!
//! `Request → Host → Facts → Plan → (apply) → Labs → Report`. A machine is ready when the plan is
//! empty, no problem is an error, and every lab passes. `setup` looks, plans, agrees once, applies,
//! and looks again until nothing is left; `repair` and `undo` are the same loop with another
//! planner (`commands/converge.rs`).
//!
//! One `labready setup --yes`, in ten lines:
//!
//! 1. `main.rs` parses the command line ([`cli`]) and opens the door to the machine ([`host`]).
//! 2. `commands/reporter.rs` opens every report and log, so that a bad path fails first.
//! 3. [`request`] resolves what was typed, once: course, interpreter, sources, owner, folder.
//! 4. `commands/converge.rs` waits for its turn ([`waiting`]) and begins a round.
//! 5. [`facts`] looks at the machine, from files alone; [`apt`] is asked only if something is missing.
//! 6. [`plan`] makes steps of facts and request: pure, each with its reason and exact command.
//! 7. `commands/rights.rs` finds out how the steps become root, and asks once.
//! 8. [`apply`] does each step, writes it down before and after, and judges it by the state afterwards.
//! 9. Back to 5, until the plan is empty; then [`lab`] runs the scripts and judges their timing.
//! 10. All the way, [`event`]s reach the screen and the [`report`], which is their fold; an
//!     [`outcome`] ends it. What goes wrong is an [`error`], nearly always a [`problem`].
//!
//! # The parts, from the top down
//!
//! | part | what it is | outside crates confined to it |
//! | --- | --- | --- |
//! | [`commands`] | one command a file; the loop of those that change the machine | |
//! | [`report`] | the fold of all events, and a renderer a file | console, indicatif (in console.rs alone) |
//! | [`room`] | pure: many machines' reports → one answer, its causes, who differs | |
//! | [`apply`] | steps → machine, each judged by the state afterwards; the journal | |
//! | [`bundle`] | packages for machines without a network | |
//! | [`lab`] | scripts run and observed; pure: timeline × observation → verdict, and its words | |
//! | [`diagnosis`] | pure: facts → problems | |
//! | [`plan`] | pure: (request, facts) → steps; a planner a command | |
//! | [`facts`] | what is true now, as typed states: text or files → types | |
//! | [`request`] | what was asked for, resolved once and never changed | |
//! | [`cli`] | what can be typed | |
//! | [`apt`] | apt, dpkg and update-alternatives as programs: commands, parsers, locks, the index | |
//! | [`course`] | what is wanted: course.toml and its scripts | toml |
//! | [`host`] | the one door to the machine: files, programs, accounts, clocks, signals | duct, which, nix, signal-hook, tempfile, sha2 |
//! | [`problem`] | pure: the one catalogue of what can be wrong: evidence, texts, remedies, exit codes, pages | |
//! | [`version`] | Python's versions, as Python spells them, and requirements on them | semver |
//!
//! Small and below all of them: [`archive`] (deadsnakes), [`exit`] codes, [`shell`] quoting,
//! [`spelling`] of what was meant, [`words`] that every text shares.
//!
//! # Rules
//!
//! Arrows go down only, and there are no circles between files. The planners, the diagnosis, the
//! catalogue, the judge, every parser and every renderer take values and return values. Sentences
//! for people stand in the catalogue, in `lab/explain`, in the renderers, in the command line's help
//! and in the titles of steps, and nowhere else. `tests/architecture` keeps the tree to all this.
//!
//! State first, apt last: a ready machine is recognised from files in milliseconds. Success is the
//! state of our packages afterwards, never an exit code. `/usr/bin/python3` is the operating
//! system's and is never touched; what is somebody else's is never overwritten and never removed.
//! Never a wrong verdict: evidence that is missing or contradicts itself is inconclusive.

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
pub mod room;
pub mod shell;
pub mod spelling;
pub mod version;
pub mod waiting;
pub mod words;

#[cfg(test)]
mod tests;
