//! A room for people: why machines are not ready, most machines first, then what else is worth
//! knowing, and last the one sentence that is the answer.

use super::paint::Paint;
use super::words::{count, harmless, wrapped};
use crate::outcome::Status;
use crate::problem::Severity;
use crate::room::causes::{CauseKind, SharedCause};
use crate::room::drift::{Aspect, Drift};
use crate::room::state::MachineState;
use crate::room::{Room, Unread, nodeset};
use crate::words::quoted;

/// On a terminal. `is_verbose` also names those that are ready.
pub fn text(room: &Room, paint: &Paint, is_verbose: bool) -> String {
    let mut text: String = room.causes.iter().map(|cause| cause_text(cause, paint)).collect();
    let drift: String = room.drift.iter().map(|drift| drift_text(drift, paint)).collect();
    text += &if drift.is_empty() { drift } else { format!("{drift}\n") };
    let notes = notes(room).into_iter().map(|note| {
        let label = paint.severity("note", Severity::Note);
        let note = wrapped(&format!("note: {}", harmless(&note)), paint.width());
        note.replacen("note", &label, 1) + "\n"
    });
    let notes: String = notes.collect();
    text += &if notes.is_empty() { notes } else { format!("{notes}\n") };
    if is_verbose {
        text += &ready(room).map(|ready| format!("{}\n\n", paint.dim(&ready))).unwrap_or_default();
    }
    let sentence = harmless(&room.outcome.sentence);
    let sentence = match room.outcome.status {
        Status::Ready => paint.good(&sentence),
        Status::NotReady => paint.bad(&sentence),
        Status::Inconclusive => paint.unsure(&sentence),
    };
    format!("{text}{sentence}\n")
}

fn cause_text(cause: &SharedCause, paint: &Paint) -> String {
    let width = paint.width().saturating_sub(2);
    let is_bad = matches!(cause.kind, CauseKind::Problem | CauseKind::Steps | CauseKind::Lab);
    let sign = match (is_bad, paint.is_unicode()) {
        (true, true) => "✗",
        (true, false) => "[!!]",
        (false, true) => "?",
        (false, false) => "[??]",
    };
    let head = format!("{sign} {}", count(cause.machines.len(), "machine"));
    let head = if is_bad { paint.bad(&head) } else { paint.unsure(&head) };
    let label = match cause.kind {
        CauseKind::Problem => format!("error[{}]: ", cause.id),
        _ => String::new(),
    };
    let what = wrapped(&harmless(&format!("{label}{}", title(cause))), width);
    let mut text = format!("{head}  {}\n{}", paint.bold(&cause.folded), indented(&what));
    let mostly = if cause.fixes_differ { " (most of them)" } else { "" };
    if let Some(fix) = &cause.fix {
        text += &indented(&format!("fix{mostly}: {}", paint.bold(&harmless(fix))));
    } else if let Some(advice) = &cause.advice {
        text += &indented(&wrapped(&format!("hint{mostly}: {}", harmless(advice)), width));
    }
    text + "\n"
}

/// What a cause is, after what labready's own labels say.
pub(super) fn title(cause: &SharedCause) -> String {
    match cause.kind {
        CauseKind::Steps => format!("setup has something to do: {}", cause.title),
        CauseKind::Lab => format!("lab {}", cause.title),
        _ => cause.title.clone(),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn drift_text(drift: &Drift, paint: &Paint) -> String {
    let name = paint.bold(aspect(drift.aspect));
    let most = format!("{} on {}", drift.most.value, count(drift.most.count, "machine"));
    let others = drift.others.iter().map(|other| format!("; {} on {}", other.value, other.folded));
    format!("{name}: {}\n", harmless(&(most + &others.collect::<String>())))
}

/// In what machines differ, as a word at the beginning of a line.
pub(super) fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Distribution => "Distribution",
        Aspect::Python => "Python",
        Aspect::Venv => "Virtual environment",
        Aspect::Labready => "labready",
        Aspect::Course => "Course",
    }
}

fn ready(room: &Room) -> Option<String> {
    let names = room.machines.iter().filter(|machine| machine.state.is_ready());
    let folded = nodeset::fold(names.map(|machine| machine.name.as_str()));
    (!folded.is_empty()).then(|| format!("Ready: {folded}"))
}

/// What else is worth knowing, a sentence each.
pub(super) fn notes(room: &Room) -> Vec<String> {
    let notes = &room.notes;
    let fold = |names: &[String]| nodeset::fold(names.iter().map(String::as_str));
    let named = |names: &[String], one: &str, more: &str| {
        let said = if names.len() == 1 { one } else { more };
        (!names.is_empty())
            .then(|| format!("{} {said}: {}", count(names.len(), "machine"), fold(names)))
    };
    let mut lines = Vec::new();
    lines.extend(named(
        &notes.not_expected,
        "is not in `--expect` and not counted",
        "are not in `--expect` and not counted",
    ));
    lines.extend(
        notes.shared_host_names.iter().filter_map(|names| {
            named(names, "", "have the same host name, as after cloning a disk")
        }),
    );
    lines.extend(named(
        &notes.from_the_future,
        "is ahead of this clock, so one of the two clocks is wrong",
        "are ahead of this clock, so some clock is wrong",
    ));
    lines.extend(named(
        &notes.older_than_a_day,
        "has a report that is older than a day; `--fresh 24h` counts it as stale",
        "have reports that are older than a day; `--fresh 24h` counts them as stale",
    ));
    lines.extend(unread(room));
    lines
}

fn unread(room: &Room) -> Option<String> {
    let notes = &room.notes;
    let shown: Vec<String> = notes.unread.iter().take(5).map(place).collect();
    let more = notes.unread_count.saturating_sub(shown.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| {
        let places = count(notes.unread_count, "place");
        let verb = if notes.unread_count == 1 { "holds" } else { "hold" };
        format!("{places} {verb} no report: {}{more}", shown.join("; "))
    })
}

fn place(unread: &Unread) -> String {
    let line = if unread.line > 1 { format!(", line {}", unread.line) } else { String::new() };
    format!("{}{line} ({})", quoted(&unread.file), unread.absence.meaning())
}

/// In words only: a statement a line, without signs or colour.
pub fn words(room: &Room, is_verbose: bool) -> String {
    let mut lines = Vec::new();
    for cause in &room.causes {
        let machines = count(cause.machines.len(), "machine");
        lines.push(format!("{}, {machines}: {}. {}.", cause.id, cause.folded, title(cause)));
        let mostly = if cause.fixes_differ { " of most" } else { "" };
        lines.extend(cause.fix.as_ref().map(|fix| format!("Fix{mostly}: {fix}")));
        lines.extend(cause.advice.as_ref().map(|advice| format!("Hint{mostly}: {advice}.")));
    }
    lines.extend(room.drift.iter().map(|drift| {
        let plain = Paint::uncoloured(false, usize::MAX);
        drift_text(drift, &plain).trim_end().to_owned() + "."
    }));
    lines.extend(notes(room).into_iter().map(|note| format!("Note: {note}.")));
    lines.extend(ready(room).filter(|_| is_verbose));
    let missing = room.machines.iter().filter(|machine| machine.state == MachineState::NoReport);
    let missing = nodeset::fold(missing.map(|machine| machine.name.as_str()));
    lines.extend((!missing.is_empty()).then(|| format!("No report: {missing}.")));
    lines.push(room.outcome.sentence.clone());
    lines.iter().map(|line| harmless(line) + "\n").collect()
}
