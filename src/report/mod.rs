//! Report = the fold of all events: one model, and one renderer a file.
//!
//! `console` is the live talk on stderr (the only user of console and indicatif), `human` and
//! `plain` are for people, `json` is the model as it is (`schema.json` describes it), `picture`
//! draws a lab's timeline with characters, `svg` all of them as a picture, `words` are the small
//! texts they share.

pub mod console;
pub mod human;
pub mod json;
pub mod picture;
pub mod plain;
pub mod svg;
pub(crate) mod words;

use std::path::PathBuf;

use semver::Version;
use serde::Serialize;

use crate::apt::offers::Sizes;
use crate::error::Exit;
use crate::event::{ErrorPart, Event, Status, StepStatus};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lab::{LabResult, Verdict};
use crate::plan::{Candidate, Choice, Plan, Step};

/// Everything that a command found and did.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    schema: &'static str,
    format_version: &'static str,
    labready: &'static str,
    /// The command.
    pub command: String,
    /// The answer.
    pub status: Status,
    /// The answer in one sentence.
    pub sentence: String,
    started_at: String,
    duration_ms: u64,
    host: Option<HostPart>,
    course: Option<CoursePart>,
    /// The interpreter that was chosen or used.
    pub python: Option<Choice>,
    venv: Option<VenvPart>,
    /// Interpreters that were considered.
    pub candidates: Vec<Candidate>,
    /// What changes, or changed.
    pub steps: Vec<StepPart>,
    /// What only a fresh package index can tell.
    pub open: Vec<String>,
    /// What the packages weigh.
    pub sizes: Option<Sizes>,
    /// The labs.
    pub labs: Vec<LabResult>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// Why the command could not be carried out.
    pub error: Option<ErrorPart>,
}

#[derive(Clone, Debug, Serialize)]
struct HostPart {
    hostname: String,
    distro: DistroPart,
    kernel: String,
    arch: String,
    environment: crate::facts::machine::Environment,
}

#[derive(Clone, Debug, Serialize)]
struct DistroPart {
    id: String,
    name: String,
    version: String,
    codename: String,
    base_id: Option<crate::facts::distro::Family>,
    base_codename: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct CoursePart {
    name: String,
    digest: String,
}

#[derive(Clone, Debug, Serialize)]
struct VenvPart {
    path: PathBuf,
    version: Option<Version>,
    interpreter: Option<PathBuf>,
}

/// A step and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct StepPart {
    /// Stable within a plan.
    pub id: String,
    /// What it does.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Whether it needs root.
    pub needs_root: bool,
    /// How to take it back.
    pub undo: Option<String>,
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
            format_version: "1.0",
            labready: env!("CARGO_PKG_VERSION"),
            command: command.to_owned(),
            status: Status::Inconclusive,
            sentence: String::new(),
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
            labs: Vec::new(),
            findings: Vec::new(),
            error: None,
        }
    }

    /// Takes an event in.
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
            Event::LabFinished { lab } => {
                self.labs.retain(|other| (&other.name, &other.script) != (&lab.name, &lab.script));
                self.labs.push((**lab).clone());
            }
            Event::Finding { finding } => self.findings.push(finding.clone()),
            Event::Finished { status, sentence, duration_ms } => {
                self.status = *status;
                self.sentence.clone_from(sentence);
                self.duration_ms = *duration_ms;
            }
            Event::Failed { error, duration_ms } => {
                self.duration_ms = *duration_ms;
                let not_ready = [Exit::NotReady, Exit::StepFailed, Exit::NeedsRights]
                    .iter()
                    .any(|exit| exit.code() == error.exit_code);
                self.status = if not_ready { Status::NotReady } else { Status::Inconclusive };
                self.error = Some(error.clone());
            }
            Event::StepStarted { .. }
            | Event::StepWaits { .. }
            | Event::StepProgress { .. }
            | Event::LabStarted { .. } => {}
        }
    }

    /// Puts the labs, which end in any order, into the order in which they were asked for.
    pub fn order_labs(&mut self, asked: &[LabResult]) {
        self.labs = asked.to_vec();
    }

    /// Forgets the labs and the answer that they gave, for another round.
    pub fn forget_labs(&mut self) {
        self.labs.clear();
        self.sentence.clear();
    }

    /// How many labs have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.labs.iter().filter(|lab| lab.status == verdict).count()
    }

    fn note_facts(&mut self, facts: &Facts) {
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
        let venv = &facts.venv;
        self.venv = Some(VenvPart {
            path: venv.folder.clone(),
            version: venv.version.clone(),
            interpreter: venv.interpreter.clone(),
        });
    }

    /// A later plan of the same run adds its steps to those that were done.
    fn note_plan(&mut self, plan: &Plan) {
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
        undo: step.undo.clone(),
        status: StepStatus::Planned,
        duration_ms: 0,
        reason: None,
    }
}
