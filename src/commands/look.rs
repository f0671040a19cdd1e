//! Looking at the machine and deciding: facts from files first, apt asked only when something is missing.

use std::time::Duration;

use super::Task;
use crate::diagnosis;
use crate::error::Result;
use crate::event::Event;
use crate::facts::{self, Facts, apt};
use crate::host::Command;
use crate::plan::{self, Action, Decision, Plan, Settings, Sizes};

/// Reads the machine, makes the plan, and tells both.
pub(super) fn look(task: &Task<'_>, settings: &Settings, with_sizes: bool) -> Result<(Facts, Plan)> {
    let (facts, planned) = decide(task, settings)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let mut plan = planned?;
    if with_sizes {
        plan.sizes = sizes(task, &plan)?;
    }
    task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    Ok((facts, plan))
}

/// Reads the machine and makes the plan; where none can be made, the facts still tell why.
pub(super) fn decide(task: &Task<'_>, settings: &Settings) -> Result<(Facts, Result<Plan>)> {
    let mut facts = facts::gather(task.host, &task.course, &task.venv, &settings.archive.address)?;
    loop {
        match plan::make(&task.course, &facts, settings) {
            Ok(Decision::Plan(plan)) => return Ok((facts, Ok(*plan))),
            Ok(Decision::AskApt(packages)) => facts.apt = Some(apt::gather(task.host, &packages)?),
            Err(error) => return Ok((facts, Err(error))),
        }
    }
}

/// Tells what is wrong with the machine and stops nobody who does not use apt: the system's own python3.
pub(super) fn warn(task: &Task<'_>, facts: &Facts) {
    if let Some(finding) = facts.system_python.finding().map(diagnosis::as_warning) {
        task.output.emit(Event::Finding { finding });
    }
}

/// What apt would fetch for the plan's packages; `None` where it cannot say yet.
fn sizes(task: &Task<'_>, plan: &Plan) -> Result<Option<Sizes>> {
    let packages: Vec<String> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::InstallPackages { packages } => Some(packages.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    if packages.is_empty() {
        return Ok(None);
    }
    let command = plan::install_packages(&packages).args(["--print-uris"]);
    let said = task
        .host
        .run(&Command { environment: [("LC_ALL".into(), "C.UTF-8".into())].into(), ..command }, Duration::from_secs(60))?;
    Ok(apt::parse_sizes(&said.stdout))
}
