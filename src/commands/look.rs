//! Looking at the machine and deciding: facts from files first, apt asked only when something is
//! missing.

use std::time::Duration;

use super::Task;
use crate::diagnosis;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::{Facts, apt};
use crate::host::Command;
use crate::plan::{
    self, Action, Decision, FETCH_A_BUNDLE, InstallOptions, PackageSource, Plan, Settings,
};

/// Reads the machine, makes the plan, and tells both.
pub(super) fn look(
    task: &Task<'_>,
    settings: &Settings,
    with_sizes: bool,
) -> Result<(Facts, Plan)> {
    let (facts, planned) = decide(task, settings)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let mut plan = planned?;
    let is_offline = settings.install_options.source == PackageSource::LocalOnly;
    if with_sizes || is_offline {
        let said = what_apt_would_fetch(task, settings, &plan)?;
        plan.sizes = apt::parse_sizes(&said);
        if is_offline {
            expect_nothing(&said)?;
        }
    }
    task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    Ok((facts, plan))
}

/// Reads the machine and makes the plan; where none can be made, the facts still tell why.
pub(super) fn decide(task: &Task<'_>, settings: &Settings) -> Result<(Facts, Result<Plan>)> {
    let mut facts = task.facts(&settings.archive.address)?;
    loop {
        match plan::make(&task.course, &facts, settings) {
            Ok(Decision::Plan(plan)) => return Ok((facts, Ok(*plan))),
            Ok(Decision::AskApt(packages)) => {
                facts.apt = Some(apt::gather(
                    task.host,
                    &packages,
                    &settings.install_options.source.view(),
                )?)
            }
            Err(error) => return Ok((facts, Err(error))),
        }
    }
}

/// Tells what is wrong with the machine and stops nobody who does not use apt: the system's own
/// python3.
pub(super) fn warn(task: &Task<'_>, facts: &Facts) {
    if let Some(finding) = facts.system_python.finding().map(diagnosis::as_warning) {
        task.output.emit(Event::found(finding));
    }
}

/// What apt says of the plan's packages: what it would fetch, and what they weigh. Nothing where it
/// cannot say yet.
fn what_apt_would_fetch(task: &Task<'_>, settings: &Settings, plan: &Plan) -> Result<String> {
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
        return Ok(String::new());
    }
    // Asked as if there were a network: what it would fetch is what is missing.
    let asked = match settings.install_options.source {
        PackageSource::LocalOnly => InstallOptions::default(),
        PackageSource::Network | PackageSource::Bundle(_) => settings.install_options.clone(),
    };
    let command = plan::install_packages(&packages, &asked).args(["--print-uris"]);
    let said = task.host.run(
        &Command { environment: [("LC_ALL".into(), "C.UTF-8".into())].into(), ..command },
        Duration::from_secs(60),
    )?;
    Ok(said.stdout)
}

/// With nowhere to fetch from, every package that is to be installed must be in apt's cache.
fn expect_nothing(said: &str) -> Result<()> {
    let missing = apt::parse_archives(said);
    let Some(first) = missing.first() else { return Ok(()) };
    let message = match missing.len() {
        1 => format!("the package `{first}` is not on this machine"),
        count => {
            format!("{count} packages are not on this machine: `{first}` and those that it needs")
        }
    };
    Err(Error::NotHere { message, hint: FETCH_A_BUNDLE.into() })
}
