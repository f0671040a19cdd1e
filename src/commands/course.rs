//! `labready course`: the author's tools.

use std::path::Path;

use super::draft;
use super::reporter::Reporter;
use crate::cli::{Cli, Common, CourseCommand, CoursePlace};
use crate::course::{Course, Due, Lab};
use crate::error::Result;
use crate::event::Event;
use crate::host::Host;
use crate::outcome::Outcome;
use crate::problem::{CourseNote, Problem, UsageProblem};
use crate::report::words::{harmless, label};
use crate::words::count;

pub(super) fn run(
    host: &Host,
    cli: &Cli,
    command: &CourseCommand,
    output: &Reporter,
) -> Result<Outcome> {
    match command {
        CourseCommand::Show(place) => show(host, path(&cli.common, place)?, output),
        CourseCommand::Lint(place) => lint(host, path(&cli.common, place)?, output),
        CourseCommand::New(options) => draft::run(host, cli, options, output),
        CourseCommand::Explain => output.print(Course::format()).map(|()| Outcome::printed()),
    }
}

/// The course that is meant: as an argument, or by `--course`; the embedded one where there is
/// neither.
fn path<'a>(common: &'a Common, place: &'a CoursePlace) -> Result<Option<&'a Path>> {
    match (&place.path, &common.course) {
        (Some(path), Some(other)) => {
            Err(UsageProblem::TwoCourses { argument: path.clone(), option: other.clone() }.into())
        }
        (path, course) => Ok(path.as_deref().or(course.as_deref())),
    }
}

fn load(host: &Host, path: Option<&Path>) -> Result<Course> {
    path.map_or_else(Course::embedded, |path| Course::load(host, path))
}

/// A course that does not load is not shown: its author needs to know why.
fn show(host: &Host, path: Option<&Path>, output: &Reporter) -> Result<Outcome> {
    load(host, path)?;
    let text = path
        .map_or_else(|| Ok(Course::embedded_text().to_owned()), |path| Course::text(host, path))?;
    output.print(&text)?;
    Ok(Outcome::printed())
}

fn lint(host: &Host, path: Option<&Path>, output: &Reporter) -> Result<Outcome> {
    let mut problems = path.map(|path| Course::problems(host, path)).unwrap_or_default();
    // The last one ends the run; those before it are reported here.
    if let Some(last) = problems.pop() {
        for problem in &problems {
            output.emit(Event::failed(problem, output.clock().elapsed_ms()));
        }
        return Err(last);
    }
    let course = load(host, path)?;
    let mut text = format!(
        "`{}` is valid: {}, Python {}.\n",
        course.name,
        count(course.labs.len(), "lab"),
        course.python
    );
    text += &course.labs.iter().map(lab).collect::<String>();
    if !course.labs.is_empty() {
        text += &format!(
            "All labs together take {}, because they run in parallel.\n",
            seconds(course.duration().as_secs_f64())
        );
    }
    text += &course.notes().into_iter().map(note).collect::<String>();
    output.print(&harmless(&text))?;
    Ok(Outcome::printed())
}

/// A note, and what to do about it, a line each.
fn note(note: CourseNote) -> String {
    let note = Problem::new(note);
    let advice = note.hint().map(|hint| format!("  {hint}\n")).unwrap_or_default();
    format!("{}: {note}\n{advice}", label(note.severity, Some(note.id())))
}

/// A lab and its timeline, a line each.
fn lab(lab: &Lab) -> String {
    let timeline = &lab.timeline;
    let lines = count(timeline.marks.len(), "line");
    let units = format!("units of {}", seconds(timeline.unit.as_secs_f64()));
    let row = |due: Due, what: &str| {
        let after = due.after.map(|line| format!("after line {line}")).unwrap_or_default();
        format!("    {:>7}  {after:14}  {what}\n", seconds(timeline.due(due).as_secs_f64()))
    };
    let marks: String = timeline.marks.iter().map(|mark| row(mark.due, &mark.line)).collect();
    let end = row(timeline.ends, "(the end)");
    format!(
        "  {}: {lines}, {}, {units}. {}\n{marks}{end}",
        lab.script,
        seconds(lab.duration().as_secs_f64()),
        lab.teaches
    )
}

/// `3 s`, `0.25 s`.
fn seconds(seconds: f64) -> String {
    let text = format!("{seconds:.3}");
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}
