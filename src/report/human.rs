//! The report for people on a terminal: the plan, the labs with their pictures, and one sentence
//! that is the answer.

use crate::lab::{Exception, LabResult, Verdict};
use crate::outcome::Status;
use crate::problem::ProblemRecord;
use crate::words::{padded, width};

use super::paint::Paint;
use super::picture::Pen;
use super::plan::Password;
use super::words::{count, harmless, label, more, remedy, wrapped};
use super::{Report, Topic, exception, next, picture, plan};

/// What the command prints on standard output. A passed lab is one line, and the plan one a step,
/// unless `is_verbose` asks for the evidence, the reasons and the commands.
pub fn text(report: &Report, paint: &Paint, is_verbose: bool) -> String {
    let mut text = String::new();
    if report.command == "plan" {
        text += &plan::text(report, paint, is_verbose, (Password::Unknown, None));
    }
    if report.command == "doctor" {
        text += &checkup(report, paint);
        let more = more(report.problems.iter().map(|found| found.id));
        text +=
            &more.map(|more| format!("{}\n\n", paint.dim(&paint.prose(&more)))).unwrap_or_default();
    }
    text += &labs(&report.labs, paint, is_verbose);
    if !report.outcome.sentence.is_empty() {
        text += &format!("{}\n", answer(report, paint));
    }
    text +=
        &report.outcome.next.as_ref().map(|it| next::text(it, report, paint)).unwrap_or_default();
    text
}

/// What a health check looked at: a line a subject, with the problems that belong to it.
fn checkup(report: &Report, paint: &Paint) -> String {
    let mut text = String::new();
    for subject in &report.subjects {
        let found = match (subject.detail.as_str(), subject.id) {
            ("", _) => subject.summary.clone(),
            // Its name has parentheses of its own.
            (detail, Topic::System) => format!("{}, {detail}", subject.summary),
            (detail, _) => format!("{} ({detail})", subject.summary),
        };
        let mark = paint.health(subject.status);
        let line = format!("{}: {}", subject.id.title(), harmless(&found));
        // The lines after the first stand below the words.
        let width = paint.width().saturating_sub(paint.mark_width() + 1);
        let indent = format!("\n{}", " ".repeat(paint.mark_width() + 1));
        text += &format!("{mark} {}\n", wrapped(&line, width).replace('\n', &indent));
        let own =
            report.problems.iter().filter(|problem| Topic::of_problem(problem.id) == subject.id);
        text += &own.map(|problem| indented(&problem_text(problem, paint))).collect::<String>();
    }
    if text.is_empty() { text } else { text + "\n" }
}

fn problem_text(problem: &ProblemRecord, paint: &Paint) -> String {
    let paint = &paint.narrower(2);
    let width = paint.width().saturating_sub(2);
    let label = label(problem.severity, Some(problem.id));
    let title = wrapped(&format!("{label}: {}", harmless(&problem.title)), paint.width());
    let mut text = format!(
        "{}\n{}",
        paint.severity(&title, problem.severity),
        indented(&wrapped(&harmless(&problem.detail), width))
    );
    if let Some(fix) = &problem.fix {
        text += &indented(&format!("fix: {}", paint.bold(&harmless(&fix.to_string()))));
    } else if let Some(remedy) = remedy(problem) {
        text += &indented(&wrapped(&harmless(&remedy), width));
    }
    text
}

/// The labs: a line for each pass, a paragraph with its evidence for everything else.
fn labs(labs: &[LabResult], paint: &Paint, is_verbose: bool) -> String {
    let is_short = |lab: &LabResult| lab.status == Verdict::Pass && !is_verbose;
    let names = labs.iter().filter(|lab| is_short(lab)).map(|lab| harmless(&lab.script));
    let column = names.map(|name| width(&name)).max().unwrap_or_default();
    let mut text = String::new();
    let mut follows_line = false;
    for lab in labs {
        if is_short(lab) {
            text += &pass_line(lab, paint, column);
        } else {
            // An empty line keeps paragraphs apart.
            text += if follows_line { "\n" } else { "" };
            text += &format!("{}\n", lab_text(lab, paint));
        }
        follows_line = is_short(lab);
    }
    text + if follows_line { "\n" } else { "" }
}

/// `✓ pass  learning_tasks.py  The two sleeps overlapped: 0.2 ms apart`, on a second line where the
/// terminal is narrow.
fn pass_line(lab: &LabResult, paint: &Paint, column: usize) -> String {
    let summary = harmless(lab.summary.trim_end_matches('.'));
    let script = padded(&harmless(&lab.script), column);
    let line = |paint: &Paint| {
        format!("{}  {}  {summary}\n", paint.verdict(lab.status), paint.bold(&script))
    };
    let uncoloured = line(&Paint::uncoloured(paint.is_unicode(), paint.width()));
    if width(uncoloured.trim_end()) <= paint.width() {
        return line(paint);
    }
    let summary = indented(&wrapped(&summary, paint.width().saturating_sub(2)));
    format!("{}  {}\n{summary}", paint.verdict(lab.status), paint.bold(script.trim_end()))
}

/// A lab with its evidence.
fn lab_text(lab: &LabResult, paint: &Paint) -> String {
    let id = match lab.status {
        Verdict::Pass => String::new(),
        _ => format!("[{}]", lab.reason.name()),
    };
    let script = paint.bold(&harmless(&lab.script));
    let mut text = format!("{}{id}  {script}\n", paint.verdict(lab.status));
    let width = paint.width().saturating_sub(2);
    text += &indented(&wrapped(&harmless(&lab.statement()), width));
    text += &lab.exception.as_ref().map(|said| python_said(lab, said, width)).unwrap_or_default();
    // Of a script that never got to a line of its own there is nothing to draw.
    let has_marks = lab.attempts.iter().any(|attempt| !attempt.marks.is_empty());
    if has_marks || lab.exception.is_none() {
        let pen = if paint.is_unicode() { Pen::Unicode } else { Pen::Ascii };
        text += &indented(&harmless(&picture::draw(lab, width, pen).join("\n")));
    }
    if let Some(fix) = &lab.fix {
        let fix = wrapped(&format!("hint: {}", harmless(fix)), width);
        text += &indented(&fix.replacen("hint:", &paint.unsure("hint:"), 1));
    }
    text
}

/// Python's own words, unless the sentence above has them already.
fn python_said(lab: &LabResult, said: &Exception, width: usize) -> String {
    let mut lines = exception::shown(said, &lab.script, width.saturating_sub(2));
    let last = lines.pop().filter(|_| !lab.summary.contains(&said.text));
    lines.extend(last.map(|last| wrapped(&last, width.saturating_sub(2))));
    indented(&indented(&lines.join("\n")))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn answer(report: &Report, paint: &Paint) -> String {
    let sentence = harmless(&report.outcome.sentence);
    if report.command == "plan" && !report.steps.is_empty() {
        let steps = count(report.steps.len() + report.open.len(), "step");
        return paint.prose(&format!("{steps}: {sentence}"));
    }
    let sentence = paint.prose(&sentence);
    match report.outcome.status {
        Status::Ready => paint.good(&sentence),
        Status::NotReady => paint.bad(&sentence),
        Status::Inconclusive => paint.unsure(&sentence),
    }
}
