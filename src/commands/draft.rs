//! `labready course new`: runs a script three times, and once more to see what waits for what, and
//! drafts a course from what it did.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reporter::Reporter;
use super::{Task, copies, runner, verify};
use crate::cli::{Cli, NewCourse};
use crate::course::{Course, Draft, Due, Lab, Timeline};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::Facts;
use crate::host::{Host, Kind};
use crate::lab::{self, Copy, Guess, Pause, Script, Setting, Subject};
use crate::outcome::Outcome;
use crate::plan;
use crate::problem::{FileFault, ScriptProblem, UsageProblem};
use crate::request::{PythonRequest, Request};
use crate::version::{PythonVersion, Requirement};

/// How often the script is run.
const RUNS: usize = 3;
/// How long one run may take: its timeline is not known yet.
const LIMIT: Duration = Duration::from_secs(120);
/// More than any script that a person wrote, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

pub(super) fn run(
    host: &Host,
    cli: &Cli,
    options: &NewCourse,
    output: &Reporter,
) -> Result<Outcome> {
    let mut request = Request::resolve(host, cli, None, &|_| Vec::new())?;
    if cli.common.course.is_none() {
        // The embedded course's range is no concern of another course's script.
        let any = Requirement::parse(">=3.7")
            .map_err(|fault| Error::Bug { message: fault.to_string() })?;
        request.course.python = any.clone();
        request.python =
            PythonRequest { range: any.clone(), requirement: any, because: None, ..request.python };
    }
    let task = Task::begin(host, cli, output, request);
    let (path, name, source) = script(&task, &options.script)?;
    let output_folder = options.output.as_deref().map(|folder| host.absolute(folder));
    let writer = output_folder.as_deref().map(|folder| runner::of_output(&task, folder));
    let writer = host.as_seen_by(writer.transpose()?.flatten().as_ref());
    if let Some(folder) = &output_folder {
        is_free(&writer, folder, &path, &name)?;
    }
    let facts = task.facts()?;
    let choice = plan::installed(&task.request.python, &facts)?;
    let setting = Setting { limit: LIMIT, ..verify::setting(&task, &facts, choice.as_ref())? };
    let guess = guess(&task, options, &path, &source, &setting)?;
    let draft = Draft {
        script: &name,
        source: &source,
        python: version(&facts, &setting).as_ref(),
        timeline: &guess.timeline,
        came_ms: &guess.came_ms,
        ended_ms: &guess.ended_ms,
    }
    .text();
    match &output_folder {
        Some(folder) => write(&writer, folder, &path, &name, &source, &draft)?,
        None => output.print(&draft)?,
    }
    Ok(Outcome::printed())
}

/// Runs the script, and guesses its timeline.
fn guess(
    task: &Task<'_>,
    options: &NewCourse,
    path: &Path,
    source: &str,
    setting: &Setting,
) -> Result<Guess> {
    let _orphans = task.host.adopt_orphans();
    let subject = subject(task, path, &options.script)?;
    runner::expect_own_python(task, setting, std::slice::from_ref(&subject))?;
    let shown = options.script.display().to_string();
    let observe = |attempt, pauses: &[Pause]| {
        task.host.check_interrupted()?;
        task.output.emit(Event::LabStarted {
            name: subject.lab.name.clone(),
            script: shown.clone(),
            attempt,
        });
        lab::observe(task.host, &subject, setting, pauses)
    };
    let observations =
        (1..=RUNS).map(|attempt| observe(attempt, &[])).collect::<Result<Vec<_>>>()?;
    let script = Script { shown: shown.clone(), source: source.to_owned(), shadows: Vec::new() };
    let mut guess = lab::infer(&script, &observations, options.unit)?;
    let pauses = guess.pauses();
    if !pauses.is_empty() {
        guess = guess.settled(&script, &observations, &observe(RUNS + 1, &pauses)?);
    }
    task.output.clear_screen();
    Ok(guess)
}

/// The script's path, its name, and what it says, as whoever runs it sees it.
fn script(task: &Task<'_>, typed: &Path) -> Result<(PathBuf, String, String)> {
    let file = || typed.to_owned();
    let path = task.host.absolute(typed);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    if !Course::can_name(&name) || path.to_str().is_none() {
        return Err(ScriptProblem::ScriptName { file: file() }.into());
    }
    let is_missing = task.host.lstat(&path).kind == Kind::Missing;
    let account = if is_missing { None } else { runner::of_script(task, &path)? };
    let host = task.host.as_seen_by(account.as_ref());
    let fault = match host.lstat(&path).kind {
        Kind::File => None,
        Kind::Missing => return Err(copies::no_such_file(&host, typed, &[]).into()),
        Kind::Folder => Some(FileFault::Folder),
        Kind::Link(_) => Some(FileFault::Link),
        Kind::Other => Some(FileFault::Special),
        Kind::Unreadable(_) => Some(FileFault::Unreadable),
    };
    if let Some(why) = fault {
        return Err(ScriptProblem::ScriptFile { file: file(), why }.into());
    }
    let source = host.read_at_most(&path, FILE_LIMIT)?.unwrap_or_default();
    Ok((path, name, source))
}

/// Nothing is overwritten, and that is known before anything is run.
fn is_free(host: &Host, folder: &Path, script: &Path, name: &str) -> Result<()> {
    let in_the_way =
        |file: &Path, why| Err(UsageProblem::FileInTheWay { file: file.to_owned(), why }.into());
    let course = folder.join(Course::FILE);
    if host.inspect(&course)?.exists() {
        return in_the_way(&course, FileFault::Exists);
    }
    let copy = folder.join(name);
    if host.inspect(&copy)?.exists() && !host.is_same(&copy, script) {
        return in_the_way(&copy, FileFault::OtherScript);
    }
    match host.lstat(folder).kind {
        Kind::Missing | Kind::Folder => Ok(()),
        Kind::Link(_)
            if host
                .real_path(folder)
                .is_some_and(|real| host.lstat(&real).kind == Kind::Folder) =>
        {
            Ok(())
        }
        _ => in_the_way(folder, FileFault::NotAFolder),
    }
}

fn write(
    host: &Host,
    folder: &Path,
    script: &Path,
    name: &str,
    source: &str,
    draft: &str,
) -> Result<()> {
    if !host.lstat(folder).exists() {
        host.make_folder(folder, None)?;
    }
    let copy = folder.join(name);
    if !host.lstat(&copy).exists() || !host.is_same(&copy, script) {
        host.write_new(&copy, source)?;
    }
    host.write_new(&folder.join(Course::FILE), draft)
}

/// The script as a lab of which nothing is known yet, run where it lies.
fn subject(task: &Task<'_>, path: &Path, typed: &Path) -> Result<Subject> {
    let timeline = Timeline {
        unit: Duration::from_secs(1),
        marks: Vec::new(),
        ends: Due { at: 0.0, after: None },
    };
    let shown = typed.display().to_string();
    let lab = Lab {
        name: shown.clone(),
        script: shown.clone(),
        source: String::new(),
        teaches: String::new(),
        timeline,
    };
    let account = runner::of_script(task, path)?;
    Ok(Subject { lab, copy: Some(Copy { path: path.to_owned(), shown, account }) })
}

/// The version of the interpreter that ran it, where that was found out.
fn version(facts: &Facts, setting: &Setting) -> Option<PythonVersion> {
    let named = facts.named.iter().chain(&facts.interpreters);
    let known = named
        .filter(|python| python.path == setting.python)
        .find_map(|python| python.version.clone());
    let in_venv = || {
        setting.python.starts_with(&facts.venv.folder).then(|| facts.venv.version.clone()).flatten()
    };
    known.or_else(in_venv)
}
