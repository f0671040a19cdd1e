//! `labready verify`: the labs, run with the interpreter that the student will use, and judged.

use std::path::PathBuf;

use super::Task;
use super::look::look;
use crate::error::{Error, Exit, Result};
use crate::facts::Facts;
use crate::facts::venv::State;
use crate::lab::{self, LabResult, Setting, Verdict};
use crate::plan::{Origin, Plan, python_of};
use crate::report::Status;

pub(super) fn run(task: &Task<'_>) -> Result<Exit> {
    let settings = task.settings(None)?;
    let named = settings.wish.named.as_ref().filter(|named| named.version.is_some());
    if let Some(named) = named {
        let setting = Setting { python: named.path.clone(), account: task.host.student()?, ..Setting::default() };
        return labs(task, &setting, "Every lab passed.");
    }
    let (facts, plan) = look(task, &settings, false)?;
    labs(task, &setting(&facts, &plan)?, "Every lab passed.")
}

/// Runs the labs with the virtual environment's interpreter, or the chosen one where there is no environment yet.
///
/// # Errors
/// [`Error::NoPython`] when none is installed.
pub(super) fn setting(facts: &Facts, plan: &Plan) -> Result<Setting> {
    let in_venv = (facts.venv.state == State::Good).then(|| python_of(&facts.venv.folder));
    let chosen = plan.python.as_ref().filter(|choice| choice.origin != Origin::Apt).map(|choice| choice.path.clone());
    let python: PathBuf = in_venv.or(chosen).ok_or_else(|| Error::NoPython {
        message: "no Python that the course can use is installed".into(),
        hint: "`labready setup` installs one".into(),
    })?;
    Ok(Setting { python, account: facts.rights.student.clone(), ..Setting::default() })
}

/// Runs and judges the course's labs, and says what follows.
pub(super) fn labs(task: &Task<'_>, setting: &Setting, when_all_pass: &str) -> Result<Exit> {
    let results = lab::verify(task.host, &task.course.labs, setting, &|event| task.output.emit(event))?;
    task.output.order_labs(&task.course);
    let named = |verdict| -> Vec<&str> {
        results.iter().filter(|lab: &&LabResult| lab.status == verdict).map(|lab| lab.name.as_str()).collect()
    };
    let (failed, errors, unsure) = (named(Verdict::Fail), named(Verdict::Error), named(Verdict::Inconclusive));
    let total = results.len();
    if !failed.is_empty() {
        task.finish(Status::NotReady, format!("Not ready: {} of {total} labs failed ({}).", failed.len(), failed.join(", ")));
        return Ok(Exit::NotReady);
    }
    if !errors.is_empty() {
        task.finish(
            Status::Inconclusive,
            format!("Could not be checked: {} of {total} labs could not be run ({}).", errors.len(), errors.join(", ")),
        );
        return Ok(Exit::Inconclusive);
    }
    if !unsure.is_empty() {
        let sentence = format!(
            "Inconclusive: this machine was too busy to judge {} of {total} labs ({}); run `labready verify` again when it is quieter.",
            unsure.len(),
            unsure.join(", ")
        );
        task.finish(Status::Inconclusive, sentence);
        return Ok(Exit::Inconclusive);
    }
    task.finish(Status::Ready, when_all_pass);
    Ok(Exit::Ready)
}
