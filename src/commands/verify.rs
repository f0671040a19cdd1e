//! `labready verify`: the labs, run with the interpreter that the student will use, and judged.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::look::warn;
use super::{Task, copies, runner, selftest};
use crate::cli::VerifyArgs;
use crate::error::Result;
use crate::event::Event;
use crate::facts::Facts;
use crate::facts::venv::State;
use crate::lab::{self, LabResult, ScriptOwner, ScriptSource, Setting, Subject, Verdict};
use crate::outcome::Outcome;
use crate::plan::{self, Choice, python_of};
use crate::problem::{PythonProblem, ScriptProblem};
use crate::words::{and_listed, count, is_are, path};

/// How often a watched file is looked at.
const GLANCE: Duration = Duration::from_millis(200);

pub(super) fn run(task: &Task<'_>, options: &VerifyArgs) -> Result<Outcome> {
    let subjects = copies::subjects(task, options)?;
    let files = copies::files(&subjects);
    if options.watch && files.is_empty() {
        return Err(ScriptProblem::WatchWithoutFile.into());
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
        let results = judge(task, &subjects, &setting)?;
        let outcome = answer(task, options, &ScriptSource::of(&subjects), &results);
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
    let results = judge(task, &copies::of_course(task), setting)?;
    Ok(Tally::of(&results).of_course("", when_all_pass))
}

fn judge(task: &Task<'_>, subjects: &[Subject], setting: &Setting) -> Result<Vec<LabResult>> {
    runner::expect_own_python(task, setting, subjects)?;
    let _orphans = task.host.adopt_orphans();
    lab::verify(task.host, subjects, setting, &|event| task.output.emit(event))
}

/// What `verify` says: how many labs were judged, whose scripts they were, what came of it.
fn answer(
    task: &Task<'_>,
    options: &VerifyArgs,
    source: &ScriptSource,
    results: &[LabResult],
) -> Outcome {
    let tally = Tally::of(results);
    let labs = task.request.course.labs.len();
    match (source.from, &source.folder) {
        (ScriptOwner::You, folder) => tally.of_files(labs, folder.as_deref()),
        (ScriptOwner::Course, _) => {
            let here = path(&task.host.absolute(Path::new("")));
            let none = format!("; none of yours are in {here}");
            let none = if options.course_scripts { "" } else { &none };
            let whose = format!(" These are the course's own scripts{none}.");
            let passed = match labs {
                1 => format!("The lab passed.{whose}"),
                labs => format!("All {labs} labs passed.{whose}"),
            };
            tally.of_course(&whose, &passed)
        }
    }
}

/// The labs by their verdicts.
struct Tally<'a> {
    failed: Vec<&'a str>,
    errors: Vec<&'a str>,
    unsure: Vec<&'a str>,
    passed: usize,
    /// How many scripts were judged, for how many labs.
    scripts: usize,
    labs: usize,
}

impl<'a> Tally<'a> {
    fn of(results: &'a [LabResult]) -> Self {
        let named = |verdict| -> Vec<&str> {
            let labs = results.iter().filter(|lab| lab.status == verdict);
            labs.map(|lab| lab.script.as_str()).collect()
        };
        let mut labs: Vec<&str> = results.iter().map(|lab| lab.name.as_str()).collect();
        labs.sort_unstable();
        labs.dedup();
        Self {
            failed: named(Verdict::Fail),
            errors: named(Verdict::Error),
            unsure: named(Verdict::Inconclusive),
            passed: named(Verdict::Pass).len(),
            scripts: results.len(),
            labs: labs.len(),
        }
    }

    /// Of the course's own scripts, which are right: it is the machine that is judged.
    fn of_course(&self, whose: &str, when_all_pass: &str) -> Outcome {
        if self.failed.is_empty() {
            return self.unknown(whose).unwrap_or_else(|| Outcome::ready(when_all_pass));
        }
        let (failed, total) = (self.failed.len(), self.scripts);
        let names = self.failed.join(", ");
        Outcome::not_ready(format!("Not ready: {failed} of {total} labs failed ({names}).{whose}"))
    }

    /// Of somebody's own files: it is they that are judged.
    fn of_files(&self, labs: usize, folder: Option<&Path>) -> Outcome {
        let whose = if self.scripts == 1 { "your file" } else { "your files" };
        let place = folder.map(|folder| format!(" in {}", path(folder))).unwrap_or_default();
        let whose = format!("{whose}{place}");
        let checked = format!("{} of {} checked", self.labs, count(labs, "lab"));
        if self.failed.is_empty() {
            let passed = match self.scripts {
                1 => "passed",
                2 => "both passed",
                _ => "all passed",
            };
            let when_all_pass = format!("{checked}, {passed}: {whose}.");
            let unknown = self.unknown(&format!(" Checked: {whose}."));
            return unknown.unwrap_or_else(|| Outcome::ready(when_all_pass));
        }
        let names = and_listed(self.failed.iter().map(|name| (*name).to_owned()).collect());
        let wrong = format!("{names} {} not right yet", is_are(self.failed.len()));
        let others = match (self.passed, self.scripts == self.passed + self.failed.len()) {
            (1, true) => "; the other file is right".to_owned(),
            (2.., true) => format!("; the other {} are right", self.passed),
            _ => String::new(),
        };
        Outcome::not_ready(format!("{wrong}{others} ({checked}, {whose})."))
    }

    /// Nothing failed, but not all of it is known.
    fn unknown(&self, whose: &str) -> Option<Outcome> {
        let total = self.scripts;
        let of = |names: &[&str]| format!("{} of {total} labs ({})", names.len(), names.join(", "));
        let sentence = match (self.errors.as_slice(), self.unsure.as_slice()) {
            ([], []) => return None,
            ([], unsure) => format!(
                "Inconclusive: the machine was too busy to judge {}. Run `labready verify` again when it is less busy.{whose}",
                of(unsure)
            ),
            (errors, _) => format!("Not checked: {} could not be run.{whose}", of(errors)),
        };
        Some(Outcome::inconclusive(sentence))
    }
}
