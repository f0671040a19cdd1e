//! Looking at the machine and deciding: facts from files first, apt asked only when something is missing.

use std::time::Duration;

use super::Task;
use crate::error::Result;
use crate::event::Event;
use crate::facts::{Facts, apt};
use crate::host::Command;
use crate::plan::{self, Action, Decision, Plan, Settings, Sizes};

/// Reads the machine, makes the plan, and tells both.
pub(super) fn look(task: &Task<'_>, settings: &Settings, with_sizes: bool) -> Result<(Facts, Plan)> {
    let mut facts = task.facts(&settings.archive.address)?;
    let mut plan = loop {
        match plan::make(&task.course, &facts, settings) {
            Ok(Decision::Plan(plan)) => break *plan,
            Ok(Decision::AskApt(packages)) => facts.apt = Some(apt::gather(task.host, &packages)?),
            Err(error) => {
                task.output.emit(Event::Looked { facts: Box::new(facts) });
                return Err(error);
            }
        }
    };
    if with_sizes {
        plan.sizes = sizes(task, settings, &plan)?;
    }
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    Ok((facts, plan))
}

/// What apt would fetch for the plan's packages; `None` where it cannot say yet.
fn sizes(task: &Task<'_>, settings: &Settings, plan: &Plan) -> Result<Option<Sizes>> {
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
    let command = plan::install_packages(&packages, &settings.manner).args(["--print-uris"]);
    let said = task
        .host
        .run(&Command { environment: [("LC_ALL".into(), "C.UTF-8".into())].into(), ..command }, Duration::from_secs(60))?;
    Ok(apt::parse_sizes(&said.stdout))
}
