//! TAP 13: the newest version that Debian 12's prove reads.

use crate::lab::Verdict;
use crate::room::state::MachineState;
use crate::room::{Machine, Room};
use crate::words::one_line;

/// A test: its number is its place.
struct TapTest {
    is_ok: bool,
    name: String,
    /// Why it was skipped.
    skipped: Option<String>,
    /// Keys and values that say more.
    more: Vec<(&'static str, String)>,
}

/// A test per machine.
pub(super) fn of_room(room: &Room) -> String {
    written(&room.machines.iter().map(of_state).collect::<Vec<_>>())
}

/// A test for the machine, for each lab and for each problem that keeps it from being ready.
pub(super) fn of_machine(room: &Room) -> String {
    let tests = room.machines.iter().flat_map(|machine| {
        let labs = machine.report().into_iter().flat_map(|report| &report.labs);
        let labs = labs.map(|lab| TapTest {
            is_ok: !matches!(lab.status, Verdict::Fail | Verdict::Error),
            name: format!("lab {}", lab.name),
            skipped: (lab.status == Verdict::Inconclusive)
                .then(|| format!("inconclusive: {}", lab.summary)),
            more: match lab.status {
                Verdict::Fail | Verdict::Error => more(&lab.summary, lab.fix.as_ref()),
                _ => Vec::new(),
            },
        });
        let problems = machine.report().into_iter().flat_map(|report| report.errors());
        let problems = problems.map(|problem| TapTest {
            is_ok: false,
            name: format!("problem {}", problem.id),
            skipped: None,
            more: {
                let fix = problem.fix.as_ref().map(|fix| fix.as_typed());
                more(&problem.title, fix.as_ref().or(problem.advice.as_ref()))
            },
        });
        std::iter::once(of_state(machine)).chain(labs).chain(problems)
    });
    written(&tests.collect::<Vec<_>>())
}

fn more(message: &str, fix: Option<&String>) -> Vec<(&'static str, String)> {
    let fix = fix.map(|fix| ("fix", fix.clone()));
    std::iter::once(("message", message.to_owned())).chain(fix).collect()
}

/// A machine that nobody heard of is not well.
fn of_state(machine: &Machine) -> TapTest {
    let absence = machine.absence.as_ref().map(|absence| absence.meaning());
    let sentence = machine.report().map(|report| report.sentence.clone());
    let is_ready = machine.state.is_ready();
    let is_unsure = machine.state == MachineState::Inconclusive;
    let mut said = Vec::new();
    if !is_ready && !is_unsure {
        said.push(("state", machine.state.name().to_owned()));
        said.push(("causes", machine.causes.join(", ")));
        said.extend(absence.or_else(|| sentence.clone()).map(|message| ("message", message)));
    }
    TapTest {
        is_ok: is_ready || is_unsure,
        name: machine.name.clone(),
        skipped: is_unsure.then(|| format!("inconclusive: {}", sentence.unwrap_or_default())),
        more: said,
    }
}

fn written(tests: &[TapTest]) -> String {
    let mut text = format!("TAP version 13\n1..{}\n", tests.len());
    for (index, test) in tests.iter().enumerate() {
        let (ok, number) = (if test.is_ok { "ok" } else { "not ok" }, index + 1);
        let skipped = test.skipped.as_ref().map(|why| format!(" # SKIP {}", plain(why)));
        let skipped = skipped.unwrap_or_default();
        text += &format!("{ok} {number} - {}{skipped}\n", plain(&test.name));
        if !test.more.is_empty() {
            text += "  ---\n";
            for (key, value) in &test.more {
                text += &format!("  {key}: {}\n", quoted(value));
            }
            text += "  ...\n";
        }
    }
    text
}

/// Foreign text outside of YAML, where `#` begins a directive.
fn plain(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}
