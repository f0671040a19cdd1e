//! `labready bundle`: fetches everything that setup needs, for machines without a network; and
//! `setup --bundle`, which takes it from there.

use std::path::{Path, PathBuf};

use super::{Task, runner};
use crate::apply::{ApplyOptions, apply};
use crate::apt::{AptConfig, PackageSource, dependencies, offers};
use crate::bundle::{self, Fetched, Manifest};
use crate::cli::BundleArgs;
use crate::error::Result;
use crate::event::Event;
use crate::facts::Facts;
use crate::outcome::Outcome;
use crate::plan::{self, Decision, Plan};
use crate::problem::{BundleObstacle, BundleProblem, UsageProblem};

pub(super) fn run(task: &Task<'_>, options: &BundleArgs) -> Result<Outcome> {
    if task.request.python.named.is_some() {
        return Err(UsageProblem::PythonNamedForBundle.into());
    }
    let folder = without_links(task, &options.folder);
    bundle::expect_free(task.host, &folder)?;
    let mut facts = task.facts()?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let room = task.host.roomy_folder()?;
    let work = room.path();
    prepare(task, &facts, work)?;
    carry_out(task, plan::fetch_index(work))?;

    let config = AptConfig::of_bare_machine(work);
    let named =
        [task.request.course.packages.python.as_slice(), &task.request.course.packages.build]
            .concat();
    facts.apt = Some(offers::gather(task.host, &named, &config)?);
    let (choice, packages) = plan::needs(&task.request, &facts)?;
    let (all, errors) = dependencies::gather(task.host, &packages, &config)?;
    if all.is_empty() {
        let why = errors
            .lines()
            .find(|line| line.starts_with("E: "))
            .unwrap_or("apt lists no packages")
            .to_owned();
        return Err(BundleProblem::NotMade(BundleObstacle::Unresolved { said: why }).into());
    }
    carry_out(task, plan::fetch(&task.request.course, &facts, &choice, &all, work)?)?;
    let records = dependencies::records(task.host, &all, &config)?;
    let manifest = Manifest::new(&task.request.course, &facts, choice.version, Vec::new());
    let manifest = bundle::write(
        task.host,
        &Fetched { work, records: &records, archives: all.len() },
        &folder,
        manifest,
    )?;
    Ok(Outcome::ready(summary(&folder, &manifest)))
}

/// The folder's real place: no link on the way to it can be turned elsewhere meanwhile.
fn without_links(task: &Task<'_>, folder: &Path) -> PathBuf {
    let typed = task.host.absolute(folder);
    let parent = typed.parent().and_then(|parent| task.host.real_path(parent));
    match (parent, typed.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => typed,
    }
}

fn summary(folder: &Path, manifest: &Manifest) -> String {
    let megabytes = manifest.files.iter().map(|file| file.size).sum::<u64>() as f64 / 1e6;
    format!(
        "`{}` contains everything for {} on {}: {} files, {megabytes:.1} MB. Run `labready setup --bundle DIR` on machines without a network.",
        folder.display(),
        manifest.target.release,
        manifest.target.architecture,
        manifest.files.len(),
    )
}

/// The folders to fetch into; those that pip writes are the student's, when root works for one.
fn prepare(task: &Task<'_>, facts: &Facts, work: &Path) -> Result<()> {
    // apt fetches as an account of its own, pip as the student.
    task.host.open_to_all(work);
    task.host.make_open_folders(&AptConfig::folders(work))?;
    task.host.make_open_folders(&[work.join("debs")])?;
    for name in ["wheels", "own"] {
        task.host.make_folder(&work.join(name), facts.rights.student.as_ref())?;
    }
    task.host.write_new(&AptConfig::status(work), "")
}

fn carry_out(task: &Task<'_>, plan: Plan) -> Result<()> {
    task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    apply(task.host, &plan, &ApplyOptions::default(), &|event| task.output.emit(event))
}

/// Checks the bundle of `--bundle` against this machine, and copies it when anything has to be
/// installed at all.
pub(super) fn take(task: &Task<'_>, folder: &Path) -> Result<()> {
    let folder = task.host.absolute(folder);
    runner::expect_own_files(task, &folder)?;
    let manifest = bundle::read(task.host, &folder)?;
    let facts = task.facts()?;
    manifest.check(&task.request.course, &facts, &task.request.python.requirement)?;
    let PackageSource::Bundle(copy) = &task.request.install.source else { return Ok(()) };
    match plan::make(&task.request, &facts)? {
        Decision::Plan(plan) if plan.is_empty() => Ok(()),
        _ => bundle::unpack(task.host, &folder, &manifest, copy),
    }
}
