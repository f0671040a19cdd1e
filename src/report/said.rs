//! What is said at once, on stderr, of problems and errors. Pure.

use crate::event::ErrorPart;
use crate::problem::{ProblemRecord, Severity};

use super::paint::Paint;
use super::words::{harmless, label, remedy};

/// A problem that stops nobody, and what to do about it.
pub fn problem(problem: &ProblemRecord, paint: &Paint) -> String {
    let label = label(problem.severity, Some(problem.id));
    let painted = paint.severity(&label, problem.severity);
    let mut text = labelled(&label, &painted, &problem.sentence(), paint);
    if let Some(fix) = &problem.fix {
        // A command is not broken: it is pasted.
        text += &format!("\n{}", paint.dim(&format!("  fix: {}", harmless(&fix.to_string()))));
    } else if let Some(remedy) = remedy(problem) {
        let remedy = paint.prose_within(&harmless(&remedy), 2);
        let lines = remedy.lines().map(|line| paint.dim(&format!("  {line}")));
        text += &format!("\n{}", lines.collect::<Vec<_>>().join("\n"));
    }
    text
}

/// Why the command could not be carried out, and what to do.
pub fn error(error: &ErrorPart, paint: &Paint) -> String {
    let label = label(Severity::Error, error.problem.as_ref().map(|problem| problem.id));
    let text = labelled(&label, &paint.bad(&label), &error.message, paint);
    match &error.hint {
        Some(hint) => format!("{text}\n\n{}", labelled("hint", &paint.bold("hint"), hint, paint)),
        None => text,
    }
}

/// A word in its colour, and sentences.
fn labelled(label: &str, painted: &str, text: &str, paint: &Paint) -> String {
    let text = paint.prose(&format!("{label}: {}", harmless(text)));
    text.replacen(label, painted, 1)
}
