//! Why packages are not there after apt or dpkg is done: asked of the machine, the surest sign
//! first. What the programs said is the evidence.

use std::path::Path;
use std::time::Duration;

use super::apt_step::{AptOutput, AptStep};
use crate::apt::dpkg::{self, DpkgStatus};
use crate::apt::output::{evidence, says_disk_full, unmet_dependency};
use crate::apt::{commands, offers};
use crate::error::Result;
use crate::facts::{disk, mounts};
use crate::host::Finished;
use crate::problem::{DiskProblem, MachineProblem, PackageOwner, PackageProblem, Problem};

/// Where apt and dpkg write.
const WRITTEN: [&str; 4] = ["/usr", "/var/cache/apt", "/var/lib/dpkg", "/etc"];
/// How long apt may think about what it would do.
const LIMIT: Duration = Duration::from_secs(120);

/// Of an installation after which these are missing.
///
/// # Errors
/// When the machine cannot be asked.
pub(super) fn of_failed_installation(
    apt: &AptStep<'_>,
    wanted: &[String],
    missing: Vec<String>,
    finished: &Finished,
    output: &AptOutput,
) -> Result<Problem> {
    if let Some(problem) = of_machine(apt, finished) {
        return Ok(problem);
    }
    let unknown = || PackageProblem::NotInstalled {
        packages: missing,
        command: apt.step.command.to_string(),
        ending: finished.ending(),
        said: evidence(finished),
    };
    Ok(of_packages(apt, wanted, finished, output)?.unwrap_or_else(unknown).into())
}

/// A disk that is full, or that nobody can write.
pub(super) fn of_machine(apt: &AptStep<'_>, finished: &Finished) -> Option<Problem> {
    let said = evidence(finished);
    if let Some(folder) = disk::full(apt.host, &WRITTEN) {
        return Some(disk::problem(apt.host, Path::new(folder), said));
    }
    if says_disk_full(finished) {
        return Some(DiskProblem::SomeFull { said }.into());
    }
    let mount = mounts::read_only(apt.host).into_iter().next()?;
    Some(MachineProblem::ReadOnly { mount, said }.into())
}

/// A package: one whose script failed, one that is held, or several that do not go together.
fn of_packages(
    apt: &AptStep<'_>,
    wanted: &[String],
    finished: &Finished,
    output: &AptOutput,
) -> Result<Option<PackageProblem>> {
    let state = dpkg::gather(apt.host, |_| false)?;
    if let Some(problem) = failed_script(&state, wanted, finished, output) {
        return Ok(Some(problem));
    }
    let config = apt.options.source.config();
    let offered = offers::gather(apt.host, wanted, &config)?.offers;
    if !wanted.iter().all(|name| offered.contains_key(name)) || simulated(apt, &[])?.is_success() {
        return Ok(None);
    }
    if let Some(problem) = held(apt, &state, finished)? {
        return Ok(Some(problem));
    }
    let unmet = unmet_dependency(&simulated(apt, &[])?);
    let is_broken = !apt.host.run(&commands::check_dependencies(), LIMIT)?.is_success();
    Ok(Some(PackageProblem::Conflict { unmet, is_broken }))
}

/// The package that dpkg named, or else the first that it left unconfigured.
fn failed_script(
    state: &DpkgStatus,
    wanted: &[String],
    finished: &Finished,
    output: &AptOutput,
) -> Option<PackageProblem> {
    const STATE: &str = "half-configured";
    let is_left = |name: &String| state.half_done.get(name).is_some_and(|state| state == STATE);
    let named = output.failed.iter().find(|(name, _)| is_left(name));
    let name = named
        .map(|(name, _)| name)
        .or_else(|| state.half_done.keys().find(|name| is_left(name)))?;
    let whose = if wanted.contains(name) {
        PackageOwner::Course
    } else if output.announced.contains(name) {
        PackageOwner::Dependency
    } else {
        PackageOwner::Other
    };
    let said = named.map_or_else(|| evidence(finished), |(_, message)| message.clone());
    Some(PackageProblem::ScriptFailed { package: name.clone(), whose, state: STATE.into(), said })
}

/// Held packages are the cause when apt could do it without their being held.
fn held(
    apt: &AptStep<'_>,
    state: &DpkgStatus,
    finished: &Finished,
) -> Result<Option<PackageProblem>> {
    if state.held.is_empty() {
        return Ok(None);
    }
    let freed = simulated(apt, &commands::IGNORE_HOLDS)?;
    if !freed.is_success() {
        return Ok(None);
    }
    let would_change = |name: &&String| {
        freed.stdout.lines().any(|line| line.split(' ').take(2).eq(["Inst", name.as_str()]))
    };
    let names: Vec<String> = state.held.iter().filter(would_change).cloned().collect();
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(PackageProblem::Held { packages: names, said: evidence(finished) }))
}

/// What apt would do in the place of the step; nothing is changed, and no right is needed.
fn simulated(apt: &AptStep<'_>, options: &[&str]) -> Result<Finished> {
    apt.host.run(&commands::simulated(&apt.step.command, options), LIMIT)
}
