//! Report = the fold of all events: one model, and one renderer a file.
//!
//! `console` is what is shown on stderr meanwhile (the only user of console and indicatif), with the
//! lines of `progress` and `said`; `human` (with `plan` and `next`) and `plain` are for people; `json` is the
//! model as it is (`schemas/report.schema.json` describes it); `exception` shows what Python said, `picture` draws a lab's timeline with
//! characters, `svg` all of them as a picture. `room` is a [`crate::room::Room`] for people, `html` one for a browser. The formats of
//! other programs (`csv`, `junit`, `markdown`, `nagios`, `prometheus`, `tap`) show rooms, and a report as the
//! room of one machine; `summary` is what a room knows of a report. `formats` is the list of them all.
//! `paint` is colour and width, `words` are the small texts that they share.

pub mod console;
mod csv;
pub mod exception;
mod formats;
mod html;
pub mod human;
pub mod json;
mod junit;
mod markdown;
pub mod nagios;
mod next;
pub mod paint;
pub mod picture;
pub mod plain;
mod plan;
mod progress;
mod prometheus;
pub mod room;
pub mod said;
mod subjects;
pub mod summary;
pub mod svg;
mod tap;
pub(crate) mod words;

pub use plan::Password;

use std::path::PathBuf;

pub use formats::{of_machine, of_room};
pub use subjects::{Health, HealthSubject, Topic};

use serde::Serialize;

use crate::apt::offers::Sizes;
use crate::event::{ErrorPart, Event, LabScript, StepStatus};
use crate::facts::Facts;
use crate::lab::{LabResult, ScriptSource};
use crate::outcome::Outcome;
use crate::plan::{Candidate, Choice, Plan, Step};
use crate::problem::ProblemRecord;
use crate::request::VenvSource;
use crate::version::PythonVersion;

/// Everything that a command found and did.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// What this document is.
    #[cfg_attr(test, schemars(extend("const" = "labready.report")))]
    schema: &'static str,
    /// `MAJOR.MINOR`: a minor version adds keys, a major one may break.
    #[cfg_attr(test, schemars(regex(pattern = r"^1\.[0-9]+$")))]
    format_version: &'static str,
    /// The version of labready.
    labready: &'static str,
    /// The command: `setup`, `plan`, `verify` …
    command: String,
    /// How it ends.
    #[serde(flatten)]
    outcome: Outcome,
    /// When it began: RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    started_at: String,
    /// How long it all took, in milliseconds.
    duration_ms: u64,
    /// The machine; null when it was not looked at.
    host: Option<HostPart>,
    /// The course; null when it could not be read.
    course: Option<CoursePart>,
    /// The interpreter that was chosen; null when none was.
    python: Option<Choice>,
    /// The virtual environment; null when the machine was not looked at.
    venv: Option<VenvPart>,
    /// Interpreters that were considered.
    candidates: Vec<Candidate>,
    /// What changes, or changed, in order.
    steps: Vec<StepPart>,
    /// What is open until apt's package index is fresh, in words.
    open: Vec<String>,
    /// What apt will fetch, where it could say.
    sizes: Option<Sizes>,
    /// Whether labs were run: by `verify`, by `setup` without `--no-verify`, by `doctor --labs`.
    labs_run: bool,
    /// ScriptOwner scripts were run; null when none were.
    scripts: Option<ScriptSource>,
    /// The labs, in the order in which they were asked for.
    labs: Vec<LabResult>,
    /// That order.
    #[serde(skip)]
    labs_planned: Vec<LabScript>,
    /// What a health check looked at, and how things stand with each: of `doctor` alone.
    subjects: Vec<HealthSubject>,
    /// What it looked at them with.
    #[serde(skip)]
    looked: (Option<Box<Facts>>, Option<Box<Plan>>),
    /// Whether root runs labready.
    #[serde(skip)]
    is_root: bool,
    /// What was noticed.
    problems: Vec<ProblemRecord>,
    /// Why the command could not be carried out; null when it could.
    error: Option<ErrorPart>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HostPart {
    hostname: String,
    distro: DistroPart,
    kernel: String,
    arch: String,
    environment: crate::facts::machine::Environment,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DistroPart {
    id: String,
    name: String,
    version: String,
    codename: String,
    base_id: Option<crate::facts::distro::Family>,
    base_codename: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CoursePart {
    name: String,
    digest: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct VenvPart {
    path: PathBuf,
    source: VenvSource,
    version: Option<PythonVersion>,
    interpreter: Option<PathBuf>,
}

/// A step and what came of it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepPart {
    /// A slug, once in a plan.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// What it does.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Whether it needs root.
    pub needs_root: bool,
    /// What came of it.
    pub status: StepStatus,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it failed.
    pub reason: Option<String>,
}

impl Report {
    /// A report of nothing yet.
    pub fn new(command: &str, started_at: String) -> Self {
        Self {
            schema: "labready.report",
            format_version: "1.2",
            labready: env!("CARGO_PKG_VERSION"),
            command: command.to_owned(),
            outcome: Outcome::inconclusive(""),
            started_at,
            duration_ms: 0,
            host: None,
            course: None,
            python: None,
            venv: None,
            candidates: Vec::new(),
            steps: Vec::new(),
            open: Vec::new(),
            sizes: None,
            labs_run: false,
            scripts: None,
            labs: Vec::new(),
            labs_planned: Vec::new(),
            subjects: Vec::new(),
            looked: (None, None),
            is_root: false,
            problems: Vec::new(),
            error: None,
        }
    }

    /// The command.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Takes an event in: the only way into a report.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Started { course, digest, .. } => {
                self.course = Some(CoursePart { name: course.clone(), digest: digest.clone() });
            }
            Event::Looked { facts } => self.note_facts(facts),
            Event::Planned { plan } => self.note_plan(plan),
            Event::StepFinished { step, status, duration_ms, reason } => {
                // The same step may stand twice, when a second look found it needed again: the
                // later one is meant.
                if let Some(part) = self.steps.iter_mut().rev().find(|part| part.id == step.id) {
                    part.status = *status;
                    part.duration_ms = *duration_ms;
                    part.reason.clone_from(reason);
                }
            }
            Event::LabsPlanned { labs, scripts } => {
                self.labs_run = true;
                self.scripts = Some(scripts.clone());
                self.labs_planned.clone_from(labs);
                self.labs.clear();
            }
            Event::LabFinished { lab } => self.note_lab(lab),
            Event::Problem { problem } => self.problems.push((&**problem).into()),
            Event::Finished { outcome, duration_ms } => self.finish(outcome, *duration_ms),
            Event::Failed { outcome, error, duration_ms } => {
                self.finish(outcome, *duration_ms);
                self.error = Some(error.clone());
            }
            // What was reported is not reported again.
            Event::Watching { .. } => {
                self.labs.clear();
                self.outcome = Outcome::inconclusive("");
            }
            Event::StepStarted { .. }
            | Event::StepWaits { .. }
            | Event::StepDelaysEnd { .. }
            | Event::StepProgress { .. }
            | Event::LabStarted { .. } => {}
        }
    }

    fn finish(&mut self, outcome: &Outcome, duration_ms: u64) {
        self.outcome.clone_from(outcome);
        self.duration_ms = duration_ms;
        if let (Some(facts), plan) = &self.looked
            && self.command == "doctor"
        {
            self.subjects = subjects::of(facts, plan.as_deref(), &self.problems);
        }
    }

    /// Labs end in any order; they stand in the order in which they were asked for.
    fn note_lab(&mut self, lab: &LabResult) {
        let planned = &self.labs_planned;
        let place = |lab: &LabResult| {
            planned.iter().position(|of| (&of.name, &of.script) == (&lab.name, &lab.script))
        };
        self.labs.push(lab.clone());
        self.labs.sort_by_key(place);
    }

    fn note_facts(&mut self, facts: &Facts) {
        self.looked.0 = Some(Box::new(facts.clone()));
        let distro = &facts.distro;
        self.host = Some(HostPart {
            hostname: facts.machine.hostname.clone(),
            distro: DistroPart {
                id: distro.id.clone(),
                name: distro.name.clone(),
                version: distro.version.clone(),
                codename: distro.codename.clone(),
                base_id: distro.base.as_ref().map(|base| base.family),
                base_codename: distro.base.as_ref().and_then(|base| base.codename.clone()),
            },
            kernel: facts.machine.kernel.clone(),
            arch: facts.machine.architecture.clone(),
            environment: facts.machine.environment,
        });
        self.is_root = facts.rights.account.is_root();
        let venv = &facts.venv;
        self.venv = Some(VenvPart {
            path: venv.folder.clone(),
            source: venv.source,
            version: venv.version.clone(),
            interpreter: venv.interpreter.clone(),
        });
    }

    /// A later plan of the same run adds its steps to those that were done.
    fn note_plan(&mut self, plan: &Plan) {
        self.looked.1 = Some(Box::new(plan.clone()));
        self.python.clone_from(&plan.python);
        self.candidates.clone_from(&plan.candidates);
        self.open.clone_from(&plan.open);
        self.sizes = plan.sizes;
        self.steps.retain(|part| part.status != StepStatus::Planned);
        self.steps.extend(plan.steps.iter().map(planned));
    }
}

fn planned(step: &Step) -> StepPart {
    StepPart {
        id: step.id.clone(),
        title: step.title.clone(),
        why: step.why.clone(),
        command: step.command.argv(),
        needs_root: step.needs_root,
        status: StepStatus::Planned,
        duration_ms: 0,
        reason: None,
    }
}
