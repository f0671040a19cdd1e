//! `labready verify`: the labs, run with the interpreter that the student will use, and judged.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::look::warn;
use super::{Task, copies, runner, selftest};
use crate::cli::VerifyArgs;
use crate::error::Result;
use crate::event::Event;
use crate::facts::Facts;
use crate::facts::venv::State;
use crate::lab::{self, LabResult, Setting, Subject, Verdict};
use crate::outcome::Outcome;
use crate::plan::{self, Choice, python_of};
use crate::problem::{PythonProblem, UsageProblem};

/// How often a watched file is looked at.
const GLANCE: Duration = Duration::from_millis(200);

pub(super) fn run(task: &Task<'_>, options: &VerifyArgs) -> Result<Outcome> {
    let subjects = copies::subjects(task, options)?;
    let files = copies::files(&subjects);
    if options.watch && files.is_empty() {
        return Err(UsageProblem::WatchWithoutFile.into());
    }
    let facts = task.facts()?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    warn(task, &facts);
    // A Python that was named is run whatever its version: that a lab fails with it, and why, is
    // what one wants to see.
    let is_named = facts.named.as_ref().is_some_and(|named| named.version.is_some());
    let choice = if is_named { None } else { plan::installed(&task.request.python, &facts)? };
    let setting = setting(task, &facts, choice.as_ref())?;
    if options.selftest {
        return selftest::run(task, &setting);
    }
    loop {
        let before = saved(task, &files);
        let outcome = judge(task, &subjects, &setting, "All labs passed.")?;
        if !options.watch {
            return Ok(outcome);
        }
        task.output.finish(outcome);
        task.output.write_report()?;
        task.output.emit(Event::Watching { files: files.clone() });
        while saved(task, &files) == before {
            task.host.check_interrupted()?;
            task.host.pause(GLANCE);
        }
    }
}

/// When each file was last saved. A file that an editor is just replacing counts as saved at no
/// time.
fn saved(task: &Task<'_>, files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    files.iter().map(|file| task.host.lstat(file).modified).collect()
}

/// The interpreter that `--python PATH` names, else the virtual environment's, else the one that
/// setup would choose among the installed.
///
/// # Errors
/// [`PythonProblem::NotInstalled`] when there is none.
pub(super) fn setting(task: &Task<'_>, facts: &Facts, choice: Option<&Choice>) -> Result<Setting> {
    let wanted = &task.request.python;
    // As it was named, not where that leads: a virtual environment's python is a link out of it.
    let named = wanted.named.clone();
    // The student's environment is what the labs are for, whatever made it; but a range that was
    // asked for is kept to.
    let version = facts.venv.version.as_ref();
    let fits = version.is_some_and(|version| wanted.requirement.matches(version));
    let in_venv = (facts.venv.state == State::Good && (fits || !wanted.is_narrowed()))
        .then(|| python_of(&facts.venv.folder));
    let installed = choice.map(|choice| choice.path.clone());
    let python = named.or(in_venv).or(installed);
    let python =
        python.ok_or_else(|| PythonProblem::NotInstalled { wanted: wanted.requirement.clone() })?;
    Ok(Setting { account: runner::of_course(task)?, ..Setting::new(&python) })
}

/// Runs and judges the course's own labs, and says what follows.
pub(super) fn labs(task: &Task<'_>, setting: &Setting, when_all_pass: &str) -> Result<Outcome> {
    judge(task, &copies::subjects(task, &VerifyArgs::default())?, setting, when_all_pass)
}

fn judge(
    task: &Task<'_>,
    subjects: &[Subject],
    setting: &Setting,
    when_all_pass: &str,
) -> Result<Outcome> {
    runner::expect_own_python(task, setting, subjects)?;
    let _orphans = task.host.adopt_orphans();
    let results = lab::verify(task.host, subjects, setting, &|event| task.output.emit(event))?;
    let named = |verdict| -> Vec<&str> {
        results
            .iter()
            .filter(|lab: &&LabResult| lab.status == verdict)
            .map(|lab| lab.script.as_str())
            .collect()
    };
    let (failed, errors, unsure) =
        (named(Verdict::Fail), named(Verdict::Error), named(Verdict::Inconclusive));
    let total = results.len();
    if !failed.is_empty() {
        let failed = format!("{} of {total} labs failed ({})", failed.len(), failed.join(", "));
        return Ok(Outcome::not_ready(format!("Not ready: {failed}.")));
    }
    if !errors.is_empty() {
        return Ok(Outcome::inconclusive(format!(
            "Not checked: {} of {total} labs could not be run ({}).",
            errors.len(),
            errors.join(", ")
        )));
    }
    if !unsure.is_empty() {
        return Ok(Outcome::inconclusive(format!(
            "Inconclusive: the machine was too busy to judge {} of {total} labs ({}). Run `labready verify` again when it is less busy.",
            unsure.len(),
            unsure.join(", ")
        )));
    }
    Ok(Outcome::ready(when_all_pass))
}
