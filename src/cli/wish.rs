//! The options that `setup`, `plan` and `doctor` share: what is to be changed.

use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{Args, ValueEnum};

use super::help::{CommonFirst, RARE};

/// What is to be changed, besides what the course says.
#[derive(Debug, Args)]
pub struct Wish {
    /// Download nothing, and list what is missing
    #[arg(long)]
    pub offline: bool,
    /// What everybody needs stands above what follows.
    #[command(flatten)]
    pub common_first: CommonFirst,
    /// Prefer a newer Python that apt offers
    #[arg(long, help_heading = RARE)]
    pub newest: bool,
    /// Make the chosen Python the `python3` command in /usr/local/bin, or leave that alone
    #[arg(long, value_enum, default_value_t = Select::Local, value_name = "HOW", help_heading = RARE)]
    pub select: Select,
    /// Set up for this account, in its home (root only)
    #[arg(long, value_name = "USER", help_heading = RARE)]
    pub owner: Option<String>,
    /// Use this mirror of the deadsnakes archive instead of Launchpad
    #[arg(long, value_name = "URL", help_heading = RARE)]
    pub ppa_mirror: Option<String>,
    /// Verify the mirror with this key (ASCII-armored) instead of deadsnakes' own
    #[arg(long, value_name = "FILE", help_heading = RARE)]
    pub ppa_key: Option<PathBuf>,
}

/// Whether the `python3` command becomes the chosen Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Select {
    /// Through /usr/local/bin/python3 and the alternatives group labready-python3
    #[value(help = Resettable::Reset)]
    Local,
    /// Leave the machine's python3 alone
    #[value(help = Resettable::Reset)]
    None,
}
