//! What was typed: commands, options, help texts; `common` are the options of all commands, `verify`
//! those of that one. What it means is decided in `commands`.

mod common;
mod course;
mod help;
mod parse;
mod room;
mod verify;
mod wish;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
pub use common::{Color, Common, Format, ReportFile};
pub use course::{CourseCommand, CoursePlace, ExplainArgs, NewCourse};
use help::RARE;
pub use parse::Refusal;
pub use room::RoomArgs;
pub use verify::VerifyArgs;
pub use wish::{Select, Wish};

use crate::error::Exit;

/// labready's command line.
#[derive(Debug, Parser)]
#[command(name = "labready", version, about, max_term_width = 100, after_help = exit_codes(), disable_help_flag = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Commands,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Set up this workstation: show the plan, ask once, apply it and run the labs
    Setup(SetupArgs),
    /// Show what setup would change, and why, without changing anything
    Plan(PlanArgs),
    /// Run your scripts, or the course's own, and check what they print and when
    Verify(VerifyArgs),
    /// Download everything that setup needs on machines without a network
    Bundle(BundleArgs),
    /// Diagnose problems and suggest fixes, without changing anything
    Doctor(DoctorArgs),
    /// Fix what labready can fix itself: show the plan, ask once and apply it
    Repair(RepairArgs),
    /// Undo what setup did for this folder's virtual environment; what others need stays
    Undo(UndoArgs),
    /// Fold the reports of many machines into one answer: who is not ready, and why
    Room(RoomArgs),
    /// Write and check courses
    #[command(subcommand)]
    Course(CourseCommand),
    /// Explain a problem: what it means, how labready knows and what to do
    Explain(ExplainArgs),
}

impl Commands {
    /// The command's name, for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Setup(_) => "setup",
            Self::Plan(_) => "plan",
            Self::Verify(_) => "verify",
            Self::Bundle(_) => "bundle",
            Self::Doctor(_) => "doctor",
            Self::Repair(_) => "repair",
            Self::Undo(_) => "undo",
            Self::Room(_) => "room",
            Self::Course(_) => "course",
            Self::Explain(_) => "explain",
        }
    }
}

/// Options of `setup`.
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// Apply the plan without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Skip the labs
    #[arg(long)]
    pub no_verify: bool,
    /// What to change
    #[command(flatten)]
    pub wish: Wish,
    /// Wait this many seconds for other programs that use apt
    #[arg(long, value_name = "SECONDS", default_value_t = 600, help_heading = RARE)]
    pub lock_timeout: u64,
    /// Install from a bundle made by `labready bundle`
    #[arg(long, value_name = "DIR", conflicts_with = "offline", help_heading = RARE)]
    pub bundle: Option<PathBuf>,
    /// Set up an image that is being built: ask nothing and start no services
    #[arg(long, help_heading = RARE)]
    pub image: bool,
    /// Empty the image's apt cache and package index when done
    #[arg(long, requires = "image", help_heading = RARE)]
    pub clean: bool,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What to change
    #[command(flatten)]
    pub wish: Wish,
}

/// Options of `bundle`.
#[derive(Debug, Args)]
pub struct BundleArgs {
    /// Folder to create, for machines of the same release and architecture
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Run the labs as well
    #[arg(long)]
    pub labs: bool,
    /// What setup would be asked for
    #[command(flatten)]
    pub wish: Wish,
}

/// Options of `repair`.
#[derive(Debug, Args)]
pub struct RepairArgs {
    /// Apply the plan without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Wait this many seconds for other programs that use apt
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub lock_timeout: u64,
    /// Fix the virtual environment of this account (root only)
    #[arg(long, value_name = "USER")]
    pub owner: Option<String>,
}

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Apply the plan without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Wait this many seconds for other programs that use apt
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub lock_timeout: u64,
}

impl Commands {
    /// The account of `--owner`.
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Setup(setup) => setup.wish.owner.as_deref(),
            Self::Plan(plan) => plan.wish.owner.as_deref(),
            Self::Verify(verify) => verify.owner.as_deref(),
            Self::Doctor(doctor) => doctor.wish.owner.as_deref(),
            Self::Repair(repair) => repair.owner.as_deref(),
            Self::Bundle(_)
            | Self::Undo(_)
            | Self::Room(_)
            | Self::Course(_)
            | Self::Explain(_) => None,
        }
    }

    /// What setup would be asked for.
    pub fn wish(&self) -> Option<&Wish> {
        match self {
            Self::Setup(setup) => Some(&setup.wish),
            Self::Plan(plan) => Some(&plan.wish),
            Self::Doctor(doctor) => Some(&doctor.wish),
            Self::Repair(_)
            | Self::Verify(_)
            | Self::Bundle(_)
            | Self::Undo(_)
            | Self::Room(_)
            | Self::Course(_)
            | Self::Explain(_) => None,
        }
    }

    /// Whether the plan is agreed to without a question.
    pub fn agrees(&self) -> bool {
        match self {
            Self::Setup(setup) => setup.yes,
            Self::Repair(repair) => repair.yes,
            Self::Undo(undo) => undo.yes,
            _ => false,
        }
    }

    /// How long another program that uses apt is waited for, in seconds.
    pub fn lock_timeout(&self) -> Option<u64> {
        match self {
            Self::Setup(setup) => Some(setup.lock_timeout),
            Self::Repair(repair) => Some(repair.lock_timeout),
            Self::Undo(undo) => Some(undo.lock_timeout),
            _ => None,
        }
    }

    /// Whether it looks at the virtual environment, or works in it.
    pub fn works_in_venv(&self) -> bool {
        match self {
            Self::Setup(_)
            | Self::Plan(_)
            | Self::Verify(_)
            | Self::Doctor(_)
            | Self::Repair(_) => true,
            Self::Course(command) => matches!(command, CourseCommand::New(_)),
            Self::Bundle(_) | Self::Undo(_) | Self::Room(_) | Self::Explain(_) => false,
        }
    }

    /// Whether it looks for a virtual environment that is there already. What is built into an image
    /// is built where it was said, whatever was built before.
    pub fn finds_venv(&self) -> bool {
        self.works_in_venv() && !self.is_for_image() && !matches!(self, Self::Course(_))
    }

    /// Whether an image is being built.
    pub fn is_for_image(&self) -> bool {
        matches!(self, Self::Setup(SetupArgs { image: true, .. }))
    }
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
            let helps = command
                .get_arguments()
                .map(|argument| (argument.get_id().to_string(), argument.get_help()));
            for (name, help) in helps.chain([(command.get_name().to_owned(), command.get_about())])
            {
                let help = help.map(ToString::to_string).unwrap_or_default();
                assert!(
                    help.starts_with(|c: char| c.is_uppercase() || c == '/') || name == "help",
                    "`{name}`: {help}"
                );
                assert!(!help.ends_with('.'), "`{name}`: {help}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
