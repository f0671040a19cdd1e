//! The plan for people: one sentence, one line a step, the whole on one screen; why, and the exact
//! commands, for whoever asks.

use crate::apt::offers::Sizes;
use crate::event::StepStatus;
use crate::shell::quoted;

use super::paint::Paint;
use super::words::{count, harmless, rounded_bytes, wrapped, wrapped_words};
use super::{Candidate, Report, StepPart};
use crate::words::and_listed;

/// What comes first where apt's index does not know enough: the sizes are said afterwards.
const REFRESH: &str =
    "labready updates apt's package index first, to see what there is to install.";

/// Whether sudo asks for a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// Nobody has tried.
    Unknown,
    /// It will, once.
    Wanted,
    /// It does not, or was answered already; or root needs none.
    NotWanted,
}

impl Password {
    /// To be said before a step that needs root, as a part of a sentence.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Unknown => Some("you may be asked for your password, once"),
            Self::Wanted => Some("you will be asked for your password, once"),
            Self::NotWanted => None,
        }
    }
}

/// What changes. `is_verbose` also says why, by which command, and why the other Pythons were not
/// chosen. `more` is the command that shows this.
pub(super) fn text(
    report: &Report,
    paint: &Paint,
    is_verbose: bool,
    (password, more): (Password, Option<&str>),
) -> String {
    let mut text = String::new();
    if is_verbose {
        text += &choice(report, paint);
    }
    let planned = planned(report);
    if planned.is_empty() {
        return text;
    }
    text += if text.is_empty() { "" } else { "\n" };
    text += &format!("{}\n\n", wrapped(&harmless(&headline(report, &planned)), paint.width()));
    for (index, step) in planned.iter().enumerate() {
        text += &step_text(index + 1, step, paint, is_verbose);
    }
    for (index, open) in report.open.iter().enumerate() {
        text += &item(planned.len() + index + 1, &capitalized(open), paint);
    }
    text += "\n";
    text +=
        &wrapped(&footer(report, &planned, password, more.filter(|_| !is_verbose)), paint.width());
    text.trim_end().to_owned() + "\n\n"
}

/// What is done before the plan can be shown: apt's index is refreshed, and nothing else.
pub(super) fn refresh(paint: &Paint, password: Password, is_agreed: bool) -> String {
    let asked = password.words().map(capitalized);
    let told = (!is_agreed).then_some("nothing is installed before you agree");
    let told = match (asked, told) {
        (Some(asked), Some(told)) => format!(" {asked}; {told}."),
        (None, Some(told)) => format!(" {}.", capitalized(told)),
        (Some(asked), None) => format!(" {asked}."),
        (None, None) => String::new(),
    };
    wrapped(&format!("{REFRESH}{told}"), paint.width())
}

/// Steps of an earlier round are done and no longer planned.
fn planned(report: &Report) -> Vec<&StepPart> {
    report.steps.iter().filter(|step| step.status == StepStatus::Planned).collect()
}

/// The one sentence that says what will be done, and what it weighs.
fn headline(report: &Report, planned: &[&StepPart]) -> String {
    let number = count(planned.len() + report.open.len(), "step");
    match report.command.as_str() {
        "undo" => return format!("labready will undo what setup did, in {number}."),
        "repair" => return format!("labready will fix this machine, in {number}."),
        _ => {}
    }
    let has = |id: &str| planned.iter().any(|step| step.id == id);
    let is_open = !report.open.is_empty();
    let python = report.python.as_ref().filter(|_| has("install-python"));
    let python =
        python.map(|python| format!("Python {}.{}", python.version.major, python.version.minor));
    let python = python.or_else(|| is_open.then(|| "Python".to_owned()));
    let tools = (python.is_none() && has("install-build")).then(|| "the build tools".to_owned());
    let venv = (is_open || has("make-venv")).then(|| "a virtual environment".to_owned());
    let parts: Vec<String> = [python, tools, venv].into_iter().flatten().collect();
    let course = report.course.as_ref().map(|course| format!(" for the course {}", course.name));
    let course = course.unwrap_or_default();
    let weight = report.sizes.as_ref().map_or_else(|| ".".into(), weight);
    match parts.is_empty() {
        true => format!("labready has {number} left to do{course}{weight}"),
        false => format!("labready will install {}{course}{weight}", and_listed(parts)),
    }
}

/// `: 92 MB to download, 405 MB on disk, about a minute.` Megabytes are apt's own numbers; the time
/// is for a usual line and a slow laptop.
fn weight(sizes: &Sizes) -> String {
    let seconds = 20 + sizes.download_bytes / 4_000_000 + sizes.disk_bytes / 10_000_000;
    let time = match (seconds + 30) / 60 {
        0 | 1 => "about a minute".to_owned(),
        minutes => format!("about {minutes} minutes"),
    };
    let download = match sizes.download_bytes {
        0 => "nothing".to_owned(),
        bytes => rounded_bytes(bytes),
    };
    format!(": {download} to download, {} on disk, {time}.", rounded_bytes(sizes.disk_bytes))
}

/// Who is asked for what, once, and where to read more.
fn footer(
    report: &Report,
    planned: &[&StepPart],
    password: Password,
    more: Option<&str>,
) -> String {
    let numbered = planned.iter().enumerate().filter(|(_, step)| step.needs_root);
    let numbers: Vec<String> = numbered.map(|(index, _)| (index + 1).to_string()).collect();
    let total = planned.len() + report.open.len();
    let who = match numbers.as_slice() {
        [] => None,
        _ if report.is_root => None,
        _ if !report.open.is_empty() => Some("Installing needs".to_owned()),
        _ if total == 1 => Some("This needs".to_owned()),
        all if all.len() == total => Some("All steps need".to_owned()),
        [one] => Some(format!("Step {one} needs")),
        _ => Some(format!("Steps {} need", and_listed(numbers))),
    };
    let asked = password.words().map(|words| format!("; {words}")).unwrap_or_default();
    let rights = who.map(|who| format!("{who} administrator rights{asked}."));
    let more = more.map(|more| format!("To see the reasons and the commands, run `{more}`."));
    rights.into_iter().chain(more).collect::<Vec<_>>().join("\n")
}

/// The chosen Python, and the others that were considered.
fn choice(report: &Report, paint: &Paint) -> String {
    let mut text = String::new();
    if let Some(python) = &report.python {
        let line =
            format!("Python {} ({}): {}.", python.version, python.path.display(), python.why);
        text += &format!("{}\n", wrapped(&harmless(&line), paint.width()));
    }
    let refused = report.candidates.iter().filter(|candidate| !candidate.taken);
    text + &refused.map(|candidate| candidate_text(candidate, paint)).collect::<String>()
}

fn candidate_text(candidate: &Candidate, paint: &Paint) -> String {
    let version = candidate.version.as_ref().map(|version| format!(" ({version})"));
    let version = version.unwrap_or_default();
    let line = format!("not {}{version}, {}: {}", candidate.what, candidate.origin, candidate.why);
    let line = harmless(&line);
    hanging(line.split_whitespace(), ["  ", "    "], "", paint)
}

fn step_text(number: usize, step: &StepPart, paint: &Paint, is_verbose: bool) -> String {
    let mut text = item(number, &step.title, paint);
    if is_verbose {
        let why = harmless(&step.why);
        text += &hanging(why.split_whitespace(), ["     ", "     "], "", paint);
        let words: Vec<String> = step.command.iter().map(|word| harmless(&quoted(word))).collect();
        let words = words.iter().map(String::as_str);
        text += &hanging(words, ["     $ ", "         "], " \\", paint);
    }
    text
}

fn item(number: usize, title: &str, paint: &Paint) -> String {
    let title = wrapped(&harmless(title), paint.width().saturating_sub(5));
    let mut lines = title.lines();
    let first = lines.next().unwrap_or_default();
    let rest: String = lines.map(|line| format!("     {}\n", paint.bold(line))).collect();
    format!("{number:>3}. {}\n{rest}", paint.bold(first))
}

/// Lines that go on below their beginning. `ending` stands at the end of each line but the last.
fn hanging<'a>(
    words: impl Iterator<Item = &'a str>,
    [first, indent]: [&str; 2],
    ending: &str,
    paint: &Paint,
) -> String {
    let width = paint.width().saturating_sub(indent.len() + ending.len());
    let lines = wrapped_words(words, width);
    let last = lines.len().saturating_sub(1);
    let shown = lines.iter().enumerate().map(|(index, line)| {
        let start = if index == 0 { first } else { indent };
        let end = if index == last { "" } else { ending };
        format!("{start}{}\n", paint.dim(&format!("{line}{end}")))
    });
    shown.collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
