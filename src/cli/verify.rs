//! The options of `verify`: whose scripts are judged.

use std::path::PathBuf;

use clap::Args;

/// Options of `verify`.
#[derive(Debug, Default, Args)]
pub struct VerifyArgs {
    /// Your own scripts [default: those in this folder that have a lab's name]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Check a script with another name as this lab; can be repeated
    #[arg(long = "lab", num_args = 2, value_names = ["NAME", "FILE"])]
    pub labs: Vec<String>,
    /// Check the course's own scripts, whatever is in this folder
    #[arg(long, conflicts_with_all = ["files", "labs", "watch"])]
    pub course_scripts: bool,
    /// Run the labs as this account (root only)
    #[arg(long, value_name = "USER")]
    pub owner: Option<String>,
    /// Run again whenever a file is saved, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Test the checks themselves, with scripts that must pass and fail
    #[arg(long, conflicts_with_all = ["files", "labs", "watch", "course_scripts"])]
    pub selftest: bool,
}
