//! Why machines are not ready: each cause once, with its fix and everybody who has it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::absence::Absence;
use super::state::{MachineState, is_of_another_course, is_telling};
use super::summary::{ProblemSummary, Summary};
use super::{Machine, nodeset};
use crate::event::StepStatus;
use crate::exit::Exit;
use crate::lab::Reason;
use crate::problem::Id;

/// What kind of cause it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A problem of the catalogue.
    Problem,
    /// Steps that setup would do.
    Steps,
    /// A lab that did not pass.
    Lab,
    /// The command did not come to an answer.
    Run,
    /// The machine was judged by another course.
    OtherCourse,
    /// The report is too old.
    Stale,
    /// There is no report.
    NoReport,
}

/// Why machines are not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SharedCause {
    /// What kind it is.
    pub kind: CauseKind,
    /// Its name: a problem's id, the ids of steps, a lab with the reason of its verdict …
    pub id: String,
    /// What it is, in words.
    pub title: String,
    /// The command that fixes it, with `sudo` where it needs root.
    pub fix: Option<String>,
    /// What to do, where no single command does it.
    pub advice: Option<String>,
    /// Whether that is what most machines need, and some need something else.
    pub fixes_differ: bool,
    /// Everybody who has it.
    pub machines: Vec<String>,
    /// The same, folded.
    pub folded: String,
}

/// What to do about a cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum CauseRemedy {
    Command(String),
    Advice(String),
}

/// What one machine says of a cause.
struct Sign {
    kind: CauseKind,
    id: String,
    /// In the machine's own words.
    title: String,
    /// In general.
    meaning: String,
    remedy: Option<CauseRemedy>,
}

/// Every cause, those of most machines first.
pub fn of(machines: &[Machine], course: Option<&str>) -> Vec<SharedCause> {
    let mut found: BTreeMap<(CauseKind, String), Gathered> = BTreeMap::new();
    for machine in machines.iter().filter(|machine| !machine.state.is_ready()) {
        for (place, sign) in signs(machine, course).into_iter().enumerate() {
            let cause = found.entry((sign.kind, sign.id.clone())).or_default();
            cause.place = cause.place.max(place);
            cause.add(&machine.name, sign);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    // Steps stand in the order of the plan.
    found.sort_by_key(|((kind, _), gathered)| (*kind, gathered.place));
    let causes = found.into_iter().map(|((kind, id), gathered)| gathered.cause(kind, id));
    let mut causes = joined(causes.collect());
    causes.sort_by_key(|cause| Reverse(cause.machines.len()));
    causes
}

/// What is said of a cause so far.
#[derive(Default)]
struct Gathered {
    /// The last place that it has among the causes of a machine.
    place: usize,
    title: Option<String>,
    titles_differ: bool,
    meaning: String,
    remedies: BTreeMap<CauseRemedy, usize>,
    machines: Vec<String>,
}

impl Gathered {
    fn add(&mut self, name: &str, sign: Sign) {
        // Two labs of one name, or a problem that was met twice.
        if self.machines.last().is_none_or(|last| last != name) {
            self.machines.push(name.to_owned());
        }
        self.titles_differ |= self.title.as_ref().is_some_and(|title| *title != sign.title);
        self.title.get_or_insert(sign.title);
        self.meaning = sign.meaning;
        if let Some(remedy) = sign.remedy {
            *self.remedies.entry(remedy).or_default() += 1;
        }
    }

    fn cause(self, kind: CauseKind, id: String) -> SharedCause {
        let title = self.title.filter(|title| !title.is_empty() && !self.titles_differ);
        let fixes_differ = self.remedies.len() > 1;
        let mut remedies: Vec<(CauseRemedy, usize)> = self.remedies.into_iter().collect();
        remedies.sort_by_key(|(_, count)| Reverse(*count));
        let (fix, advice) = match remedies.into_iter().next() {
            Some((CauseRemedy::Command(command), _)) => (Some(command), None),
            Some((CauseRemedy::Advice(advice), _)) => (None, Some(advice)),
            None => (None, None),
        };
        SharedCause {
            kind,
            id,
            title: title.unwrap_or(self.meaning),
            fix,
            advice,
            fixes_differ,
            folded: nodeset::fold(self.machines.iter().map(String::as_str)),
            machines: self.machines,
        }
    }
}

/// Steps of the very same machines are one cause.
fn joined(causes: Vec<SharedCause>) -> Vec<SharedCause> {
    let (steps, mut others): (Vec<_>, Vec<_>) =
        causes.into_iter().partition(|cause| cause.kind == CauseKind::Steps);
    let mut joined: Vec<SharedCause> = Vec::new();
    for step in steps {
        match joined.iter_mut().find(|known| known.machines == step.machines) {
            Some(known) => {
                known.id += &format!(" {}", step.id);
                known.title += &format!("; {}", step.title);
            }
            None => joined.push(step),
        }
    }
    others.append(&mut joined);
    others
}

/// Everything that keeps a machine from being ready: never nothing.
fn signs(machine: &Machine, course: Option<&str>) -> Vec<Sign> {
    let Some(report) = machine.report() else {
        let absence = machine.absence.as_ref();
        return absence.map(of_absence).into_iter().collect();
    };
    if machine.state == MachineState::Stale {
        return vec![stale()];
    }
    let mut signs: Vec<Sign> = Vec::new();
    let planned = || report.steps.iter().filter(|step| step.status == StepStatus::Planned);
    let is_said_by_steps =
        |problem: &&ProblemSummary| problem.id == "setup-pending" && planned().next().is_some();
    signs.extend(report.errors().filter(|problem| !is_said_by_steps(problem)).map(of_problem));
    signs.extend(planned().map(|step| of_step(&step.id, &step.title, report)));
    signs.extend(report.open_labs().map(|lab| Sign {
        kind: CauseKind::Lab,
        id: format!("{} {}", lab.name, lab.reason),
        title: match lab.summary.as_str() {
            "" => String::new(),
            summary => format!("{}: {}", lab.name, sentence(summary)),
        },
        meaning: format!("{}: {}", lab.name, meaning_of_reason(&lab.reason)),
        remedy: lab.fix.clone().map(CauseRemedy::Advice),
    }));
    if is_of_another_course(report, course) {
        signs.push(other_course());
    }
    if signs.is_empty() {
        signs.extend(report.open_steps().map(|step| of_step(&step.id, &step.title, report)));
    }
    if signs.is_empty() {
        signs.push(of_run(report));
    }
    signs
}

fn remedy(problem: &ProblemSummary) -> Option<CauseRemedy> {
    let command = problem.fix.as_ref().map(|fix| CauseRemedy::Command(fix.as_typed()));
    command.or_else(|| problem.advice.clone().map(CauseRemedy::Advice))
}

fn of_problem(problem: &ProblemSummary) -> Sign {
    let meaning = Id::of_name(&problem.id).map(|id| sentence(&id.meaning()));
    Sign {
        kind: CauseKind::Problem,
        id: problem.id.clone(),
        title: problem.title.clone(),
        meaning: meaning.unwrap_or_else(|| "a problem that this labready does not know".into()),
        remedy: remedy(problem),
    }
}

fn of_step(id: &str, title: &str, report: &Summary) -> Sign {
    let pending = report.errors().find(|problem| problem.id == "setup-pending");
    let fix = pending.and_then(remedy);
    Sign {
        kind: CauseKind::Steps,
        id: id.to_owned(),
        title: title.to_owned(),
        meaning: id.to_owned(),
        remedy: Some(fix.unwrap_or_else(|| CauseRemedy::Command("labready setup".into()))),
    }
}

fn meaning_of_reason(reason: &str) -> String {
    let known = Reason::of_name(reason).map(|reason| sentence(&reason.meaning()));
    known.unwrap_or_else(|| "a verdict that this labready does not know".into())
}

/// Without its period.
fn sentence(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

/// A run that ended before it knew.
fn of_run(report: &Summary) -> Sign {
    let is_exit = |exit: Exit| report.exit_code == exit.code();
    let (id, meaning) = if is_exit(Exit::Interrupted) {
        ("interrupted", "the run was interrupted")
    } else if is_exit(Exit::Bug) {
        ("bug", "labready itself failed")
    } else if !is_telling(report) {
        ("other-command", "the last report is of a command that does not check the machine")
    } else {
        ("unexplained", "the report gives no cause")
    };
    let said = report.error.as_ref().map_or(&report.sentence, |error| &error.message);
    Sign {
        kind: CauseKind::Run,
        id: id.into(),
        title: if id == "unexplained" { sentence(said) } else { meaning.into() },
        meaning: meaning.into(),
        remedy: Some(CauseRemedy::Command("labready doctor --labs".into())),
    }
}

fn of_absence(absence: &Absence) -> Sign {
    let said = absence.said().map(|said| format!("{}: {said}", absence.meaning()));
    Sign {
        kind: CauseKind::NoReport,
        id: absence.id().into(),
        title: said.unwrap_or_else(|| absence.meaning()),
        meaning: absence.meaning(),
        remedy: absence.remedy().map(|advice| CauseRemedy::Advice(advice.into())),
    }
}

fn stale() -> Sign {
    let meaning = "the report is too old".to_owned();
    Sign {
        kind: CauseKind::Stale,
        id: "stale".into(),
        title: meaning.clone(),
        meaning,
        remedy: Some(CauseRemedy::Command("labready doctor --labs".into())),
    }
}

fn other_course() -> Sign {
    let meaning = "it was checked with another course than the rest".to_owned();
    Sign {
        kind: CauseKind::OtherCourse,
        id: "other-course".into(),
        title: meaning.clone(),
        meaning,
        remedy: Some(CauseRemedy::Advice(
            "use the same `--course` or the same labready everywhere".into(),
        )),
    }
}
