//! What to type next, for people. Pure.

use crate::lab::{LabResult, Verdict};
use crate::outcome::Next;

use super::Report;
use super::paint::Paint;
use super::words::harmless;

/// A Python says so of what works now and will not for ever.
const WARNING: &str = "DeprecationWarning";

/// The sentence before the commands.
pub(super) fn heading(next: &Next) -> String {
    let (python, venv) = (&next.python, next.venv.display());
    format!("Python {python} is in `{venv}`. Next:")
}

/// What is to be known before they are typed.
pub(super) fn notes(next: &Next, report: &Report) -> Vec<String> {
    let lacks = next.lacks.as_ref().map(|lab| {
        format!("`{lab}` is not in that folder yet: save your own copy of the lab there first.")
    });
    let warns = |lab: &&LabResult| {
        let last = lab.attempts.last().filter(|_| lab.status == Verdict::Pass);
        last.is_some_and(|attempt| attempt.stderr.contains(WARNING))
    };
    let warned = report.labs.iter().find(warns).map(|lab| {
        format!("With this Python, `{}` prints a {WARNING}; that is expected.", lab.script)
    });
    lacks.into_iter().chain(warned).collect()
}

/// The whole block; the commands are to be pasted.
pub(super) fn text(next: &Next, report: &Report, paint: &Paint) -> String {
    let commands = next.commands.iter();
    let commands: String =
        commands.map(|line| format!("  {}\n", paint.bold(&harmless(line)))).collect();
    let notes = notes(next, report);
    let notes: String = notes.iter().map(|note| paint.prose(&harmless(note)) + "\n").collect();
    format!("\n{}\n{commands}{notes}", paint.prose(&harmless(&heading(next))))
}
