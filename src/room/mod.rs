//! Room = the fold of many machines' reports. Pure: it carries nothing, connects to nothing and asks
//! no machine.
//!
//! `input` finds reports in bytes, `summary` is what is read of each, `absence` why there is none,
//! `arrivals` keeps the newest of each machine, `anonymous` takes the names away. Then `state` is
//! what each machine is, `causes` why those that are not ready are not, `drift` how they differ,
//! `answer` the one sentence. `nodeset` folds names.

pub mod absence;
mod anonymous;
mod answer;
pub mod arrivals;
pub mod causes;
pub mod drift;
pub mod input;
pub mod nodeset;
pub mod state;
pub mod summary;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::outcome::Outcome;
use absence::Absence;
pub use anonymous::without_names;
pub use arrivals::{Arrivals, Unread, UnreadPlaces};
use causes::SharedCause;
use drift::Drift;
use state::{Counts, MachineState};
use summary::Summary;

/// By how much the clocks of two machines may differ before somebody should know.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What is asked of a room.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who should be there; `None`: whoever is.
    pub expected: Option<BTreeSet<String>>,
    /// How old a report may be.
    pub fresh: Option<SignedDuration>,
    /// The digest of the course that is meant; `None`: that of most machines.
    pub course: Option<String>,
    /// Whether nothing personal may be in the answer.
    pub is_anonymous: bool,
    /// The time now.
    pub now: Timestamp,
}

/// What is known of a room.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Room {
    /// What this document is.
    #[cfg_attr(test, schemars(extend("const" = "labready.room")))]
    schema: &'static str,
    /// `MAJOR.MINOR`: a minor version adds keys, a major one may break.
    #[cfg_attr(test, schemars(regex(pattern = r"^1\.[0-9]+$")))]
    format_version: &'static str,
    /// The version of labready.
    labready: &'static str,
    /// The answer: the room is ready when every machine is.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// When it was put together: RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub made_at: String,
    /// How old a report may be, in seconds; null where that was not asked.
    pub fresh_s: Option<i64>,
    /// How many machines are in each state.
    pub counts: Counts,
    /// Why machines are not ready, those of most machines first. A machine may be in several.
    pub causes: Vec<SharedCause>,
    /// In what the machines differ.
    pub drift: Vec<Drift>,
    /// What else is worth knowing.
    pub notes: Notes,
    /// Every machine, in the order of the names.
    pub machines: Vec<Machine>,
}

/// A machine of the room.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Machine {
    /// Its name, as whoever carried the report calls it.
    pub name: String,
    /// What it is.
    pub state: MachineState,
    /// The ids of its causes.
    pub causes: Vec<String>,
    /// Its newest report; null where there is none.
    pub report: Option<Summary>,
    /// Why there is none; null where there is one.
    pub absence: Option<Absence>,
}

/// What is worth knowing of a room, besides its machines.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Notes {
    /// Machines with a report that nobody expected; they count for nothing.
    pub not_expected: Vec<String>,
    /// How many files and lines are no reports.
    pub unread_count: usize,
    /// The first of them.
    pub unread: Vec<Unread>,
    /// How many reports were older ones of a machine that has a newer one.
    pub superseded_count: usize,
    /// Machines whose own host name others have, too, as after cloning: each group's names.
    pub shared_host_names: Vec<Vec<String>>,
    /// Machines whose reports are from the future.
    pub from_the_future: Vec<String>,
    /// Machines whose reports are older than a day, where it was not asked how fresh they are.
    pub older_than_a_day: Vec<String>,
}

/// Folds what arrived to the answer to a question.
pub fn fold(arrivals: Arrivals, question: &Question) -> Room {
    let (arrivals, expected) = match question.is_anonymous {
        true => anonymous::arrivals(arrivals, question.expected.clone()),
        false => (arrivals, question.expected.clone()),
    };
    let mut notes = Notes { superseded_count: arrivals.superseded_count, ..Notes::default() };
    let mut machines = machines(arrivals, expected.as_ref(), &mut notes);
    note_times(&machines, question, &mut notes);
    notes.shared_host_names = shared_host_names(&machines);
    let asked = question.course.clone();
    let course = asked.or_else(|| drift::course(machines.iter().filter_map(Machine::report)));
    for machine in &mut machines {
        machine.state = state::of(machine, course.as_deref(), question);
    }
    let causes = causes::of(&machines, course.as_deref());
    note_causes(&mut machines, &causes);
    let counts = Counts::of(&machines);
    Room {
        schema: "labready.room",
        format_version: "1.0",
        labready: env!("CARGO_PKG_VERSION"),
        outcome: answer::of(&counts),
        made_at: format!("{:.0}", question.now),
        fresh_s: question.fresh.map(|fresh| fresh.as_secs()),
        drift: drift::of(&machines),
        counts,
        causes,
        notes,
        machines,
    }
}

/// The room of a single report, as the formats show it.
pub fn of_one(summary: Summary, now: Timestamp) -> Room {
    let mut arrivals = Arrivals::default();
    let name = summary.hostname().unwrap_or("localhost").to_owned();
    arrivals.add_report(&name, summary);
    let question = Question { expected: None, fresh: None, course: None, is_anonymous: false, now };
    fold(arrivals, &question)
}

impl Machine {
    /// Its report.
    pub fn report(&self) -> Option<&Summary> {
        self.report.as_ref()
    }
}

/// Everybody who is there or should be. Those that are not expected are noted.
fn machines(
    arrivals: Arrivals,
    expected: Option<&BTreeSet<String>>,
    notes: &mut Notes,
) -> Vec<Machine> {
    let mut unread = arrivals.unread;
    let mut machines: BTreeMap<String, (Option<Summary>, Option<Absence>)> = BTreeMap::new();
    for (name, absence) in arrivals.absences {
        let is_expected = expected.is_some_and(|expected| expected.contains(&name));
        if is_expected || absence.is_of_a_machine() {
            machines.insert(name, (None, Some(absence)));
        }
    }
    for (name, summary) in arrivals.reports {
        machines.insert(name, (Some(summary), None));
    }
    if let Some(expected) = expected {
        notes.not_expected =
            machines.keys().filter(|name| !expected.contains(*name)).cloned().collect();
        machines.retain(|name, _| expected.contains(name));
        for name in expected {
            machines.entry(name.clone()).or_insert((None, Some(Absence::Missing)));
        }
    }
    // What keeps a machine from having a report is a cause, and no note as well.
    let is_cause = |name: &String| machines.get(name).is_some_and(|(_, absence)| absence.is_some());
    let beside = arrivals.unread_of.into_iter().filter(|(name, _)| !is_cause(name));
    beside.for_each(|(_, places)| unread.extend(places));
    (notes.unread_count, notes.unread) = (unread.count, unread.first);
    let machine = |(name, (report, absence))| Machine {
        name,
        state: MachineState::NoReport,
        causes: Vec::new(),
        report,
        absence,
    };
    machines.into_iter().map(machine).collect()
}

fn note_times(machines: &[Machine], question: &Question, notes: &mut Notes) {
    let reported = |machine: &&Machine, is: &dyn Fn(SignedDuration) -> bool| {
        let time = machine.report().and_then(Summary::time);
        time.is_some_and(|time| is(question.now.duration_since(time)))
    };
    let named = |is: &dyn Fn(SignedDuration) -> bool| {
        let named = machines.iter().filter(|machine| reported(machine, is));
        named.map(|machine| machine.name.clone()).collect::<Vec<_>>()
    };
    notes.from_the_future = named(&|age| age < -CLOCK_TOLERANCE);
    if question.fresh.is_none() {
        notes.older_than_a_day = named(&|age| age > SignedDuration::from_hours(24));
    }
}

fn shared_host_names(machines: &[Machine]) -> Vec<Vec<String>> {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for machine in machines {
        let host = machine.report().and_then(Summary::hostname);
        if let Some(host) = host.filter(|host| !host.is_empty()) {
            names.entry(host).or_default().push(machine.name.clone());
        }
    }
    names.into_values().filter(|names| names.len() > 1).collect()
}

/// Tells each machine its causes.
fn note_causes(machines: &mut [Machine], causes: &[SharedCause]) {
    let mut by_machine: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for cause in causes {
        for machine in &cause.machines {
            by_machine.entry(machine).or_default().push(cause.id.clone());
        }
    }
    for machine in machines {
        machine.causes = by_machine.remove(machine.name.as_str()).unwrap_or_default();
    }
}
