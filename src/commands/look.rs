//! Looking at the machine and deciding: facts from files first, apt asked only when something is
//! missing.

use std::time::Duration;

use super::Task;
use super::round::Round;
use crate::apt::{InstallOptions, PackageSource, commands, offers};
use crate::diagnosis;
use crate::error::Result;
use crate::event::Event;
use crate::facts::Facts;
use crate::plan::{self, Action, Decision, Plan, Step};
use crate::problem::PackageProblem;

/// How long apt may take to say what it would fetch.
const LIMIT: Duration = Duration::from_secs(60);

/// Reads the machine, makes setup's plan, and reports both. `applied` are the steps of this run's
/// last plan.
pub(super) fn look(task: &Task<'_>, applied: &[Step]) -> Result<Round> {
    let (facts, planned) = decide(task, applied)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let mut plan = planned?;
    expect_ready_for(task, &facts, &plan)?;
    if let Some(drive) = diagnosis::drive(&facts).filter(|_| applied.is_empty()) {
        task.output.emit(Event::problem(drive));
    }
    let said = what_apt_would_fetch(task, &plan)?;
    plan.sizes = offers::parse_sizes(&said);
    match (&task.request.install.source, &mut plan.sizes) {
        (PackageSource::LocalOnly, _) => expect_nothing(&said)?,
        // apt reads them where they are.
        (PackageSource::Bundle(_), Some(sizes)) => sizes.download_bytes = 0,
        _ => {}
    }
    task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    Ok(Round { facts, plan })
}

/// Nothing is wrong but what the plan fixes: what doctor calls an error is never passed over.
fn expect_ready_for(task: &Task<'_>, facts: &Facts, plan: &Plan) -> Result<()> {
    let mut unfixed = diagnosis::unfixed(&task.request, facts, plan).into_iter();
    let Some(first) = unfixed.next() else { return Ok(()) };
    for other in unfixed {
        task.output.emit(Event::problem(other));
    }
    Err(first.into())
}

/// Reads the machine and makes the plan; where none can be made, the facts still tell why.
pub(super) fn decide(task: &Task<'_>, applied: &[Step]) -> Result<(Facts, Result<Plan>)> {
    let mut facts = task.facts()?;
    // On a machine where apt leaves no trace of a refresh, one in a run is still enough.
    facts.apt_index.is_fresh |= applied.iter().any(|step| step.action == Action::RefreshIndex);
    if applied.iter().any(|step| step.action == Action::ConfigurePackages) {
        // What could not be unpacked again is not tried again and again.
        facts.packages.half_unpacked.clear();
    }
    loop {
        match plan::make(&task.request, &facts) {
            Ok(Decision::Plan(plan)) => return Ok((facts, Ok(*plan))),
            Ok(Decision::AskApt(packages)) => {
                let config = task.request.install.source.config();
                facts.apt = Some(offers::gather(task.host, &packages, &config)?);
            }
            Err(error) => return Ok((facts, Err(error))),
        }
    }
}

/// Warns of what is wrong with the machine but only matters to apt: the system's own python3.
pub(super) fn warn(task: &Task<'_>, facts: &Facts) {
    if let Some(problem) = facts.system_python.problem() {
        task.output.emit(Event::problem(problem.as_warning()));
    }
}

/// What apt says of the plan's packages: what it would fetch, and what they weigh. Nothing where it
/// cannot say yet.
fn what_apt_would_fetch(task: &Task<'_>, plan: &Plan) -> Result<String> {
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
    let asked = match task.request.install.source {
        PackageSource::LocalOnly => InstallOptions::default(),
        PackageSource::Network | PackageSource::Bundle(_) => task.request.install.clone(),
    };
    Ok(task.host.run(&commands::print_uris(&packages, &asked), LIMIT)?.stdout)
}

/// With nowhere to fetch from, every package that is to be installed must be in apt's cache.
fn expect_nothing(said: &str) -> Result<()> {
    let packages = offers::parse_archives(said);
    if packages.is_empty() { Ok(()) } else { Err(PackageProblem::NotHere { packages }.into()) }
}
