//! What can be typed after `labready course` and `labready explain`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::course;

/// Commands for whoever writes courses.
#[derive(Debug, Subcommand)]
pub enum CourseCommand {
    /// Print the course file in use, with its comments
    Show(CoursePlace),
    /// Check a course file and its scripts, and summarize each lab
    Lint(CoursePlace),
    /// Run a script three times and draft a course from what it does
    New(NewCourse),
    /// Explain the format of a course file, with worked examples
    Explain,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Name in brackets, as in error[disk-full]; lists all names if omitted
    #[arg(value_name = "ID")]
    pub id: Option<String>,
}

/// Where a course is.
#[derive(Debug, Args)]
pub struct CoursePlace {
    /// Course file, or the folder that contains it; same as `--course`
    #[arg(value_name = "FILE|DIR")]
    pub path: Option<PathBuf>,
}

/// Options of `course new`.
#[derive(Debug, Args)]
pub struct NewCourse {
    /// Script to run, in its own folder
    pub script: PathBuf,
    /// Set the length of one unit of the timeline, for example 250ms [default: from its sleeps]
    #[arg(long, value_name = "TIME", value_parser = parse_unit)]
    pub unit: Option<Duration>,
    /// Write course.toml and a copy of the script to a folder instead of printing the course
    #[arg(long, short = 'o', value_name = "DIR")]
    pub output: Option<PathBuf>,
}

fn parse_unit(text: &str) -> Result<Duration, String> {
    course::unit(text)
        .ok_or_else(|| "write a time between 100 ms and 60 s, for example 1s, 0.5s or 250ms".into())
}
