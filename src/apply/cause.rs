//! Why packages are not there after apt or dpkg is done: asked of the machine, the surest sign
//! first. What the programs said is the evidence.

use std::time::Duration;

use super::apt_step::{AptOutput, AptStep};
use super::failure::{failed, stopped};
use crate::apt::dpkg::{self, DpkgStatus};
use crate::apt::output::{evidence, says_disk_full, unmet_dependency};
use crate::apt::{commands, offers};
use crate::error::{Error, Result};
use crate::facts::disk;
use crate::host::Finished;
use crate::plan;
use crate::problem::{Id, ProblemRecord};

/// Where apt and dpkg write.
const WRITTEN: [&str; 4] = ["/usr", "/var/cache/apt", "/var/lib/dpkg", "/etc"];
/// How long apt may think about what it would do.
const LIMIT: Duration = Duration::from_secs(120);

/// Of an installation after which these are missing.
pub(super) fn of_failed_installation(
    apt: &AptStep<'_>,
    wanted: &[String],
    missing: &[String],
    finished: &Finished,
    output: &AptOutput,
) -> Error {
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let what = format!("{} {verb} not installed", plan::quoted_list(missing));
    let found = of_the_machine(apt, finished).map_or_else(
        || of_the_packages(apt, wanted, finished, output),
        |finding| Ok(Some(finding)),
    );
    match found {
        Ok(Some(finding)) => with_its_fix(apt, finding),
        Ok(None) => unexplained(apt, finished, &what),
        Err(error) => error,
    }
}

/// Of a run of apt that did not reach what it was for.
pub(super) fn of_failed_run(apt: &AptStep<'_>, finished: &Finished, what: &str) -> Error {
    match of_the_machine(apt, finished) {
        Some(finding) => with_its_fix(apt, finding),
        None => unexplained(apt, finished, what),
    }
}

/// Of a dpkg that could not finish what an interrupted one began.
pub(super) fn of_interrupted_dpkg(apt: &AptStep<'_>, finished: &Finished) -> Error {
    let interrupted = || {
        let finding = ProblemRecord::error(
            Id::DpkgInterrupted,
            "dpkg is still interrupted",
            evidence(finished),
        );
        finding.mended_by_root("dpkg --configure -a")
    };
    with_its_fix(apt, of_the_machine(apt, finished).unwrap_or_else(interrupted))
}

/// A disk that is full, or that nobody can write.
fn of_the_machine(apt: &AptStep<'_>, finished: &Finished) -> Option<ProblemRecord> {
    let said = evidence(finished);
    let full = disk::full(apt.host, &WRITTEN)
        .map(|folder| format!("the disk that holds {folder} is full"));
    let says_full = || says_disk_full(finished).then(|| "a disk is full".to_owned());
    if let Some(title) = full.or_else(says_full) {
        return Some(
            ProblemRecord::error(Id::DiskFull, title, said).mended_by_root("apt-get clean"),
        );
    }
    let mount = disk::read_only(apt.host).into_iter().next()?;
    let problem =
        crate::problem::Problem::new(crate::problem::MachineProblem::ReadOnly { mount, said });
    Some((&problem).into())
}

/// A package: one whose script failed, one that is held, or several that do not go together.
fn of_the_packages(
    apt: &AptStep<'_>,
    wanted: &[String],
    finished: &Finished,
    output: &AptOutput,
) -> Result<Option<ProblemRecord>> {
    let state = dpkg::gather(apt.host, |_| false)?;
    if let Some(finding) = failed_script(&state, wanted, finished, output) {
        return Ok(Some(finding));
    }
    let config = apt.options.source.config();
    let offered = offers::gather(apt.host, wanted, &config)?.offers;
    if !wanted.iter().all(|name| offered.contains_key(name)) || simulated(apt, &[])?.is_success() {
        return Ok(None);
    }
    if let Some(finding) = held(apt, &state, finished)? {
        return Ok(Some(finding));
    }
    let simulated = simulated(apt, &[])?;
    let title = "the packages cannot be installed together with what is on this machine";
    let fix = if apt.host.run(&commands::check_dependencies(), LIMIT)?.is_success() {
        "apt-get update"
    } else {
        "apt-get --fix-broken install"
    };
    Ok(Some(
        ProblemRecord::error(Id::PackagesConflict, title, unmet_dependency(&simulated))
            .mended_by_root(fix),
    ))
}

/// The package that dpkg named, or else the first that it left unconfigured.
fn failed_script(
    state: &DpkgStatus,
    wanted: &[String],
    finished: &Finished,
    output: &AptOutput,
) -> Option<ProblemRecord> {
    let is_left =
        |name: &String| state.half_done.get(name).is_some_and(|state| state == "half-configured");
    let named = output.failed.iter().find(|(name, _)| is_left(name));
    let name = named
        .map(|(name, _)| name)
        .or_else(|| state.half_done.keys().find(|name| is_left(name)))?;
    let whose = if wanted.contains(name) {
        "the course asks for it"
    } else if output.announced.contains(name) {
        "it comes with what the course asks for"
    } else {
        "it was on this machine before, and is not labready's"
    };
    let said = named.map_or_else(|| evidence(finished), |(_, message)| message.clone());
    let title = format!("a script of the package `{name}` failed ({whose})");
    Some(
        ProblemRecord::error(Id::PackageScriptFailed, title, said)
            .mended_by_root(dpkg::repair_command(name, "half-configured")),
    )
}

/// Held packages are the cause when apt could do it without their being held.
fn held(
    apt: &AptStep<'_>,
    state: &DpkgStatus,
    finished: &Finished,
) -> Result<Option<ProblemRecord>> {
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
    let verb = if names.len() == 1 { "is" } else { "are" };
    let title =
        format!("{} {verb} held at a version that stands in the way", plan::quoted_list(&names));
    let unhold = format!("apt-mark unhold {}", names.join(" "));
    Ok(Some(
        ProblemRecord::error(Id::PackageHeld, title, evidence(finished)).mended_by_root(unhold),
    ))
}

/// What apt would do in the place of the step; nothing is changed, and no right is needed.
fn simulated(apt: &AptStep<'_>, options: &[&str]) -> Result<Finished> {
    apt.host.run(&commands::simulated(&apt.step.command, options), LIMIT)
}

fn with_its_fix(apt: &AptStep<'_>, finding: ProblemRecord) -> Error {
    let fix = finding.fix.as_ref().map(|fix| format!("mend it with `{fix}`")).unwrap_or_default();
    stopped(apt.step, finding, &fix)
}

fn unexplained(apt: &AptStep<'_>, finished: &Finished, what: &str) -> Error {
    let reason = format!(
        "{what} ({}, {}): {}",
        apt.step.command.name(),
        finished.ending(),
        evidence(finished)
    );
    failed(apt.step, reason, &format!("run `{}` by hand to see more", apt.step.command))
}
