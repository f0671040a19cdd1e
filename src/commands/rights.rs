//! How the steps that need root get it: by being root, or by sudo, which is asked once and before
//! anything is changed. Who cannot become root is given what root has to run, once.

use std::path::Path;

use super::Task;
use super::look::decide;
use super::round::Round;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::{Elevation, SudoAnswer, quoted_line};
use crate::plan::{self, Plan};
use crate::problem::{NoRights, Problem, ProblemKind, RightsProblem};
use crate::report::Password;

/// Where a program of the machine's own is put.
const PROGRAM: &str = "/usr/local/bin/labready";

/// What there is of rights.
pub(super) enum Permission {
    /// No step needs more than there is.
    Enough,
    /// sudo gives them, and has been asked.
    Given(Elevation),
    /// sudo will ask for the password, on the terminal.
    ToBeAsked(Elevation),
}

impl Permission {
    /// Which rights there are, before anybody is asked anything.
    ///
    /// # Errors
    /// [`RightsProblem::Missing`] with what root has to run.
    pub fn find(task: &Task<'_>, round: &Round) -> Result<Self> {
        let needs_root = round.plan.steps.iter().any(|step| step.needs_root);
        if !needs_root || round.facts.rights.account.is_root() {
            return Ok(Self::Enough);
        }
        let elevation =
            task.host.elevation().ok_or_else(|| refused(task, round, NoRights::NoSudo))?;
        let why = match task.host.ask_sudo(&elevation)? {
            SudoAnswer::Yes => return Ok(Self::Given(elevation)),
            SudoAnswer::WantsPassword if task.host.streams().stdin => {
                return Ok(Self::ToBeAsked(elevation));
            }
            SudoAnswer::WantsPassword => NoRights::NoTerminal,
            SudoAnswer::WrongPassword => NoRights::WrongPassword,
            SudoAnswer::Denied => NoRights::Denied,
            SudoAnswer::Other(said) => NoRights::Said(said),
        };
        Err(refused(task, round, why))
    }

    /// sudo, where it has given them.
    pub fn given(&self) -> Option<&Elevation> {
        match self {
            Self::Given(elevation) => Some(elevation),
            Self::Enough | Self::ToBeAsked(_) => None,
        }
    }

    /// Whether sudo asks.
    pub fn password(&self) -> Password {
        match self {
            Self::Enough | Self::Given(_) => Password::NotWanted,
            Self::ToBeAsked(_) => Password::Wanted,
        }
    }

    /// Gets them, asking for the password where sudo wants it.
    pub fn obtain(self, task: &Task<'_>, round: &Round) -> Result<Option<Elevation>> {
        match self {
            Self::Enough => Ok(None),
            Self::Given(elevation) => Ok(Some(elevation)),
            Self::ToBeAsked(elevation) => {
                task.output.clear_screen();
                let why = match task.host.ask_for_rights(&elevation)? {
                    SudoAnswer::Yes => return Ok(Some(elevation)),
                    SudoAnswer::Denied => NoRights::Denied,
                    SudoAnswer::WrongPassword | SudoAnswer::WantsPassword => {
                        NoRights::WrongPassword
                    }
                    SudoAnswer::Other(said) => NoRights::Said(said),
                };
                Err(refused(task, round, why))
            }
        }
    }
}

/// Who cannot become root whatever is typed is told so before anything else.
///
/// # Errors
/// As [`Permission::find`].
pub(super) fn expect_any(task: &Task<'_>) -> Result<()> {
    let me = task.host.account()?;
    // Whom sudo knows by a group is not looked at twice: setup asks it in time.
    let is_known = task.host.elevation().is_some() && task.host.is_in_sudo_group(&me);
    if me.is_root() || is_known {
        return Ok(());
    }
    let (facts, planned) = decide(task, &[])?;
    match planned {
        Ok(plan) => match Permission::find(task, &Round { facts, plan }) {
            Ok(_) => Ok(()),
            // Without a terminal, the plan is shown first.
            Err(error) if is_for_want_of_a_terminal(&error) => Ok(()),
            Err(error) => Err(error),
        },
        // What stops setup is said by itself.
        Err(_) => Ok(()),
    }
}

fn is_for_want_of_a_terminal(error: &Error) -> bool {
    matches!(
        error.kind(),
        Some(ProblemKind::Rights(RightsProblem::Missing { why: NoRights::NoTerminal, .. }))
    )
}

/// What a health check says of rights: the problem that setup would stop with; nothing where setup
/// has rights, needs none, or would ask for the password.
///
/// # Errors
/// [`Error::Interrupted`].
pub(super) fn problem(task: &Task<'_>, facts: &Facts, plan: &Plan) -> Result<Option<Problem>> {
    let round = Round { facts: facts.clone(), plan: plan.clone() };
    match Permission::find(task, &round) {
        Ok(_) => Ok(None),
        // A health check needs no terminal; setup will have one.
        Err(error) if is_for_want_of_a_terminal(&error) => Ok(None),
        Err(Error::Problem(problem)) => Ok(Some(*problem)),
        Err(error) => Err(error),
    }
}

fn refused(task: &Task<'_>, round: &Round, why: NoRights) -> Error {
    let sudo = if why == NoRights::NoSudo { "" } else { "sudo " };
    let lines: Vec<String> =
        handover(task, round).into_iter().map(|line| format!("{sudo}{line}")).collect();
    RightsProblem::Missing {
        steps: round.plan.steps.iter().filter(|step| step.needs_root).count(),
        user: round.facts.rights.account.name.clone(),
        why,
        handover: lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
    }
    .into()
}

/// Everything that root has to do, once. labready does it best where root can run it: one line.
/// Elsewhere the exact commands, unless they depend on an index that is not there yet.
fn handover(task: &Task<'_>, round: &Round) -> Vec<String> {
    let program = task.host.own_program();
    let safe = program.as_ref().filter(|program| task.host.is_only_roots(program));
    let can_hand_over = task.output.command() != "undo";
    match (safe, &program) {
        (Some(program), _) if can_hand_over => vec![as_root(task, round, program)],
        (_, Some(program)) if can_hand_over && !round.plan.open.is_empty() => {
            let words = ["install", "-m", "0755"].map(str::to_owned).to_vec();
            let paths = [program.display().to_string(), PROGRAM.to_owned()].to_vec();
            let install = quoted_line(&[words, paths].concat());
            vec![install, as_root(task, round, Path::new(PROGRAM))]
        }
        _ => {
            let steps = round.plan.steps.iter().filter(|step| step.needs_root);
            let commands = steps.flat_map(plan::by_hand);
            commands.map(|command| quoted_line(&command.argv())).collect()
        }
    }
}

/// The same command by root, for this student and this environment.
fn as_root(task: &Task<'_>, round: &Round, program: &Path) -> String {
    let owner = &round.facts.rights.owner().name;
    let venv = task.request.venv.display().to_string();
    let more = ["--owner", owner.as_str(), "--venv", venv.as_str()];
    // A health check hands over what it says is to be done.
    let command = match task.output.command().as_str() {
        "doctor" => "setup".to_owned(),
        command => command.to_owned(),
    };
    let line = task.request.typed.labready_with(&command, &more);
    let on_path = task.host.program("labready").is_some_and(|found| found == program);
    let program = quoted_line(&[program.display().to_string()]);
    let program = if on_path { "labready" } else { program.as_str() };
    format!("{program}{}", line.strip_prefix("labready").unwrap_or_default())
}
