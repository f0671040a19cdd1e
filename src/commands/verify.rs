//! `labready verify`: the labs, run with the interpreter that the student will use, and judged.

use super::Task;
use crate::error::{Error, Exit, Result};
use crate::event::Event;
use crate::facts::venv::State;
use crate::facts::{self, Facts};
use crate::lab::{self, LabResult, Setting, Verdict};
use crate::plan::{self, Choice, Settings, python_of};
use crate::report::Status;

pub(super) fn run(task: &Task<'_>) -> Result<Exit> {
    let settings = task.settings(None)?;
    let facts = facts::gather(task.host, &task.course, &task.venv)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let choice = plan::installed(&settings.wish, &facts)?;
    labs(task, &setting(&settings, &facts, choice.as_ref())?, "Every lab passed.")
}

/// The interpreter that `--python PATH` names, else the virtual environment's, else the one that setup would choose among the installed.
///
/// # Errors
/// [`Error::NoPython`] when there is none.
pub(super) fn setting(settings: &Settings, facts: &Facts, choice: Option<&Choice>) -> Result<Setting> {
    // As it was named, not where that leads: a virtual environment's python is a link out of it.
    let named = settings.wish.named.as_ref().map(|named| named.path.clone());
    let in_venv = (facts.venv.state == State::Good).then(|| python_of(&facts.venv.folder));
    let installed = choice.map(|choice| choice.path.clone());
    let python = named.or(in_venv).or(installed).ok_or_else(|| Error::NoPython {
        message: "no Python that the course can use is installed".into(),
        hint: "`labready setup` installs one".into(),
    })?;
    Ok(Setting { account: facts.rights.student.clone(), ..Setting::new(&python) })
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
