//! `labready bundle`: fetches everything that setup needs, for machines without a network; and
//! `setup --bundle`, which takes it from there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Task;
use crate::apply::apply;
use crate::bundle::{self, Fetched, Manifest};
use crate::cli::BundleArgs;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::{Facts, apt, closure};
use crate::outcome::Outcome;
use crate::plan::{self, Decision, PackageSource, Plan, Settings, View};
use crate::problem::{self, BundleObstacle};

pub(super) fn run(task: &Task<'_>, options: &BundleArgs) -> Result<Outcome> {
    let settings = task.settings(None)?;
    if settings.wish.named.is_some() {
        return Err(Error::Usage {
            message: "a bundle brings its own Python, and `--python` names one that is here".into(),
            hint: "narrow the range instead, for example `--python 3.12`".into(),
        });
    }
    let folder = without_links(task, &options.folder);
    bundle::expect_free(task.host, &folder)?;
    let mut facts = task.facts(&settings.archive.address)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let room = task.host.roomy_folder()?;
    let work = room.path();
    prepare(task, &facts, work)?;
    carry_out(task, plan::fetch_index(work))?;

    let view = View::of_bare_machine(work);
    let named = [task.course.packages.python.as_slice(), &task.course.packages.build].concat();
    facts.apt = Some(apt::gather(task.host, &named, &view)?);
    let (choice, packages) = plan::needs(&task.course, &facts, &settings)?;
    let (all, complaint) = closure::gather(task.host, &packages, &view)?;
    if all.is_empty() {
        let said = complaint.lines().find(|line| line.starts_with("E: "));
        let said = said.unwrap_or_default().to_owned();
        return Err(problem::Bundle::NotMade(BundleObstacle::Unresolved { said }).into());
    }
    carry_out(task, plan::fetch(&task.course, &facts, &choice, &all, work)?)?;
    let records = closure::records(task.host, &all, &view)?;
    let manifest = Manifest::new(&task.course, &facts, choice.version, Vec::new());
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
        "`{}` has all that a machine with {} on {} needs: {} files, {megabytes:.1} MB. There, `labready setup --bundle DIR` needs no network.",
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
    task.host.make_open_folders(&View::folders(work))?;
    task.host.make_open_folders(&[work.join("debs")])?;
    for name in ["wheels", "own"] {
        task.host.make_folder(&work.join(name), facts.rights.student.as_ref())?;
    }
    task.host.write_new(&View::status(work), "")
}

fn carry_out(task: &Task<'_>, plan: Plan) -> Result<()> {
    task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    apply(task.host, &plan, Duration::ZERO, None, &|event| task.output.emit(event))
}

/// Checks the bundle of `--bundle` against this machine, and copies it to `to` when anything has to
/// be installed at all.
pub(super) fn take(
    task: &Task<'_>,
    settings: &mut Settings,
    folder: &Path,
    to: &Path,
) -> Result<()> {
    let folder = task.host.absolute(folder);
    let manifest = bundle::read(task.host, &folder)?;
    let facts = task.facts(&settings.archive.address)?;
    manifest.check(&task.course, &facts, &settings.wish.requirement)?;
    settings.install_options.source = PackageSource::Bundle(to.to_owned());
    match plan::make(&task.course, &facts, settings)? {
        Decision::Plan(plan) if plan.is_empty() => Ok(()),
        _ => bundle::unpack(task.host, &folder, &manifest, to),
    }
}
