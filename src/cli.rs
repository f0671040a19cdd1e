//! What was typed: commands, options, help texts. What it means is decided in `commands`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::course;
use crate::error::Exit;

/// labready's command line.
#[derive(Debug, Parser)]
#[command(name = "labready", version, about, max_term_width = 100, after_help = exit_codes(), arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make this workstation ready: show the plan, ask once, apply it, run the labs
    Setup(Setup),
    /// Show what setup would change, and why; needs no root and changes nothing
    Plan(Plan),
    /// Run the course's labs, or a student's own copies of them, and judge their timing
    Verify(Verify),
    /// Say everything that is wrong with this workstation, and what mends it; changes nothing
    Doctor(Doctor),
    /// Mend what labready itself can mend: show the plan, ask once, apply it
    Repair(Repair),
    /// Take back what setup did
    Undo(Undo),
    /// The course author's tools
    #[command(subcommand)]
    Course(Course),
}

impl Command {
    /// The command's name, for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Setup(_) => "setup",
            Self::Plan(_) => "plan",
            Self::Verify(_) => "verify",
            Self::Doctor(_) => "doctor",
            Self::Repair(_) => "repair",
            Self::Undo(_) => "undo",
            Self::Course(_) => "course",
        }
    }
}

/// Options of `setup`.
#[derive(Debug, Args)]
pub struct Setup {
    /// Agree to the plan without being asked
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// How long to wait for another program that uses apt, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub lock_timeout: u64,
    /// Do not run the labs afterwards
    #[arg(long)]
    pub no_verify: bool,
    /// What to change
    #[command(flatten)]
    pub wish: Wish,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// What to change
    #[command(flatten)]
    pub wish: Wish,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Run the labs, too
    #[arg(long)]
    pub labs: bool,
    /// What setup would be asked for
    #[command(flatten)]
    pub wish: Wish,
}

/// Options of `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    /// Agree to the plan without being asked
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// How long to wait for another program that uses apt, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub lock_timeout: u64,
}

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// Agree to the plan without being asked
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// How long to wait for another program that uses apt, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub lock_timeout: u64,
}

impl Setup {
    /// How long another program that uses apt is waited for.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.lock_timeout)
    }
}

impl Repair {
    /// How long another program that uses apt is waited for.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.lock_timeout)
    }
}

impl Undo {
    /// How long another program that uses apt is waited for.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.lock_timeout)
    }
}

/// Options of `verify`.
#[derive(Debug, Default, Args)]
pub struct Verify {
    /// Scripts that students typed themselves; each is matched to a lab by its file name
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Judge a script of another name as this lab; may be given more than once
    #[arg(long = "lab", num_args = 2, value_names = ["NAME", "FILE"])]
    pub labs: Vec<String>,
    /// Run again whenever one of the files is saved, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Prove on this machine that the judge can tell serial from side by side
    #[arg(long, conflicts_with_all = ["files", "labs", "watch"])]
    pub selftest: bool,
}

/// What is to be changed, besides what the course says.
#[derive(Debug, Args)]
pub struct Wish {
    /// Prefer a newer interpreter that apt offers to the one that is installed
    #[arg(long)]
    pub newest: bool,
    /// A room's own copy of the deadsnakes archive, instead of Launchpad's
    #[arg(long, value_name = "URL")]
    pub ppa_mirror: Option<String>,
    /// The key that signs that copy, in armour, instead of deadsnakes' own
    #[arg(long, value_name = "FILE")]
    pub ppa_key: Option<PathBuf>,
    /// How far `python3` is selected: /usr/local/bin/python3, or not at all
    #[arg(long, value_enum, default_value_t = Select::Local, value_name = "HOW")]
    pub select: Select,
}

/// How far `python3` is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Select {
    /// /usr/local/bin/python3, through the alternatives group labready-python3
    Local,
    /// Leave the machine's python3 alone
    None,
}

/// Commands for whoever writes courses.
#[derive(Debug, Subcommand)]
pub enum Course {
    /// Print the course file that applies, with its comments
    Show(CoursePlace),
    /// Check a course file and its scripts, and say what each lab has
    Lint(CoursePlace),
    /// Run a script three times and draft a course from what it does
    New(NewCourse),
    /// Explain the format of a course file, with worked examples
    Explain,
}

/// Where a course is.
#[derive(Debug, Args)]
pub struct CoursePlace {
    /// A course.toml, or the folder that holds one; the same as `--course`
    #[arg(value_name = "FILE|DIR")]
    pub path: Option<PathBuf>,
}

/// Options of `course new`.
#[derive(Debug, Args)]
pub struct NewCourse {
    /// The script; it is run in its own folder
    pub script: PathBuf,
    /// How long one unit of its timeline is (`1s`, `250ms`), instead of its greatest common sleep
    #[arg(long, value_name = "TIME", value_parser = parse_unit)]
    pub unit: Option<Duration>,
    /// Write course.toml and a copy of the script into a folder, instead of the course to standard output
    #[arg(long, short = 'o', value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// A course.toml, or the folder that holds one, instead of the embedded course
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub course: Option<PathBuf>,
    /// Narrow the range (`3.12`, `>=3.10, <3.13`), or take this very interpreter
    #[arg(long, global = true, value_name = "REQ|PATH")]
    pub python: Option<String>,
    /// Where the virtual environment is, instead of the course's folder below the current one
    #[arg(long, global = true, value_name = "DIR")]
    pub venv: Option<PathBuf>,
    /// What is printed on standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// The same as `--format plain`: words first, for a screen reader
    #[arg(long, global = true, conflicts_with = "format")]
    pub plain: bool,
    /// Also write the report in a format to a file; may be given more than once
    #[arg(long, global = true, value_name = "FORMAT=FILE", value_parser = parse_report)]
    pub report: Vec<ReportFile>,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Say nothing on standard error but errors
    #[arg(long, short = 'q', global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every candidate, every line that a step prints
    #[arg(long, short = 'v', global = true)]
    pub verbose: bool,
    /// Append every event to a file, as JSON lines
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// Formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with pictures
    Human,
    /// For people, in words: no tables, no pictures
    Plain,
    /// One JSON document
    Json,
    /// One JSON object per event, as it happens
    Ndjson,
    /// One SVG picture: the labs' timelines, to scale
    Svg,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR, CLICOLOR=0 or TERM=dumb says no
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A report for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Its format.
    pub format: Format,
    /// Its file.
    pub path: PathBuf,
}

fn parse_unit(text: &str) -> Result<Duration, String> {
    course::unit(text).ok_or_else(|| "write a time between 100 ms and 60 s, for example 1s, 0.5s or 250ms".into())
}

fn parse_report(text: &str) -> Result<ReportFile, String> {
    let names = || {
        let names: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
            .collect();
        names.join(", ")
    };
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=FILE, for example json=report.json")?;
    let format = Format::from_str(format, false).map_err(|_| format!("`{format}` is no format; there are {}", names()))?;
    if path.is_empty() {
        return Err("the file's name is missing after `=`".into());
    }
    Ok(ReportFile { format, path: PathBuf::from(path) })
}

/// The table of exit codes for `--help`.
fn exit_codes() -> String {
    let lines = Exit::ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
    format!("Exit codes:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_help_text_starts_with_a_capital_and_has_no_final_period() {
        fn check(command: &clap::Command) {
            let helps = command.get_arguments().map(|argument| (argument.get_id().to_string(), argument.get_help()));
            for (name, help) in helps.chain([(command.get_name().to_owned(), command.get_about())]) {
                let help = help.map(ToString::to_string).unwrap_or_default();
                assert!(help.starts_with(|c: char| c.is_uppercase() || c == '/') || name == "help", "`{name}`: {help}");
                assert!(!help.ends_with('.'), "`{name}`: {help}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
