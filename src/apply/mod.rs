//! Plan → host, step by step, each judged by the state afterwards.
//!
//! Two lanes: the machine's steps (apt, alternatives) in their order, and the student's (the
//! virtual environment) in theirs. A student's step waits for every step above it in the plan; so
//! the build tools are installed while the environment is being made. The first failure stops both
//! lanes: what runs is let finish, nothing new is begun.

mod apt_step;
mod archive;
mod cause;
mod configure;
mod fetch;
mod install;
mod journal;
mod locks;
mod options;
mod origin;
mod pip;
mod pip_output;
mod reachability;
mod refresh;
mod removal;
mod selection;
mod services;
mod system_python;
mod venv;
mod venv_folder;
mod write_file;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::event::{Event, Sink, StepStatus};
use crate::facts::sources::PREFERENCES;
use crate::host::{Clock, Host};
use crate::plan::{Action, Plan, Step};
use crate::problem::Change;
use crate::problem::VenvProblem;
use crate::version::PythonVersion;
use apt_step::AptStep;
use archive::AddArchive;
pub use journal::{Contents, Journal, JournalLine, Record};
pub use options::ApplyOptions;
pub use services::{unblock_services, with_services_blocked};

/// Applies every step of the plan.
///
/// # Errors
/// The first failure; every later step was reported as not tried.
pub fn apply(host: &Host, plan: &Plan, options: &ApplyOptions<'_>, emit: Sink<'_>) -> Result<()> {
    let run = Run {
        host,
        steps: &plan.steps,
        options,
        emit,
        progress: Mutex::default(),
        changed: Condvar::new(),
    };
    thread::scope(|scope| {
        scope.spawn(|| run.guarded_lane(Lane::Student));
        run.guarded_lane(Lane::Machine);
    });
    run.outcome()
}

/// Whose steps run one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// What apt and the alternatives hold for everybody.
    Machine,
    /// What lies in the student's folder.
    Student,
}

impl Lane {
    fn of(action: &Action) -> Self {
        match action {
            Action::ConfigurePackages
            | Action::RefreshIndex
            | Action::AddArchive { .. }
            | Action::RemoveArchive { .. }
            | Action::RemovePackages { .. }
            | Action::UnregisterAlternative { .. }
            | Action::SetGroupAside { .. }
            | Action::RemoveGroup { .. }
            | Action::PinArchive { .. }
            | Action::RestoreSystemPython { .. }
            | Action::InstallPackages { .. }
            | Action::ReinstallPackages { .. }
            | Action::FetchIndex { .. }
            | Action::FetchPackages { .. }
            | Action::EmptyCache
            | Action::EmptyIndex
            | Action::RegisterAlternative { .. }
            | Action::SelectAlternative { .. } => Self::Machine,
            Action::MakeVenv { .. }
            | Action::FetchWheels { .. }
            | Action::AddPip { .. }
            | Action::InstallIntoVenv { .. }
            | Action::GiveBackVenv { .. }
            | Action::RemoveVenv { .. } => Self::Student,
        }
    }
}

/// What both lanes know.
#[derive(Default)]
struct Progress {
    done: Vec<String>,
    failure: Option<Error>,
}

struct Run<'a> {
    host: &'a Host,
    steps: &'a [Step],
    options: &'a ApplyOptions<'a>,
    emit: Sink<'a>,
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Run<'_> {
    /// A bug in one lane stops the other, which would wait for its steps for ever.
    fn guarded_lane(&self, lane: Lane) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.lane(lane))) {
            self.stop(Error::panicked(&*panic));
        }
    }

    /// Nothing new is begun.
    fn stop(&self, error: Error) {
        self.progress().failure.get_or_insert(error);
        self.changed.notify_all();
    }

    fn lane(&self, lane: Lane) {
        for (index, step) in
            self.steps.iter().enumerate().filter(|(_, step)| Lane::of(&step.action) == lane)
        {
            let needed: Vec<&str> = match lane {
                Lane::Machine => Vec::new(),
                Lane::Student => self.steps[..index].iter().map(|step| step.id.as_str()).collect(),
            };
            if !self.may_begin(&needed) {
                let step = Box::new(step.clone());
                (self.emit)(Event::StepFinished {
                    step,
                    status: StepStatus::NotTried,
                    duration_ms: 0,
                    reason: None,
                });
                continue;
            }
            self.begin(step);
        }
    }

    /// Waits for what is needed. False once anything has failed.
    fn may_begin(&self, needed: &[&str]) -> bool {
        let mut progress = self.progress();
        loop {
            if let Err(interrupted) = self.host.check_interrupted() {
                progress.failure.get_or_insert(interrupted);
                self.changed.notify_all();
            }
            if progress.failure.is_some() {
                return false;
            }
            if needed.iter().all(|id| progress.done.iter().any(|done| done == id)) {
                return true;
            }
            progress = self.changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn begin(&self, step: &Step) {
        (self.emit)(Event::StepStarted { id: step.id.clone(), title: step.title.clone() });
        let clock = Clock::start();
        let outcome = self.record(&Record::intent(step)).and_then(|()| self.perform(step));
        let duration_ms = clock.elapsed_ms();
        let (status, reason) = match &outcome {
            Ok(()) => (StepStatus::Done, None),
            // The event names the step already.
            Err(error) => (StepStatus::Failed, Some(error.to_string())),
        };
        (self.emit)(Event::StepFinished {
            step: Box::new(step.clone()),
            status,
            duration_ms,
            reason,
        });
        // The step's own failure matters more than that of writing it down.
        let outcome = outcome.and(self.record(&Record::Outcome { id: step.id.clone(), status }));
        let mut progress = self.progress();
        match outcome {
            Ok(()) => progress.done.push(step.id.clone()),
            Err(error) => {
                progress.failure.get_or_insert(error.in_step(&step.title));
            }
        }
        self.changed.notify_all();
    }

    fn record(&self, record: &Record) -> Result<()> {
        self.options.journal.map_or(Ok(()), |journal| journal.write(self.host, record))
    }

    fn perform(&self, step: &Step) -> Result<()> {
        let host = self.host;
        let source = &self.options.source;
        let apt = AptStep { host, step, options: self.options, emit: self.emit };
        let change = |wanted, path: &Path| selection::change(host, step, wanted, path);
        match &step.action {
            Action::ConfigurePackages => apt.configure_packages(),
            Action::RefreshIndex => apt.refresh_index(),
            Action::AddArchive { archive, codename, architecture, wanted } => {
                let wanted = wanted.as_deref();
                AddArchive { apt: &apt, archive, codename, architecture, wanted }.add()
            }
            Action::PinArchive { pin } => apt.write_file(PREFERENCES, &pin.text()),
            Action::InstallPackages { packages } => apt.install_packages(packages),
            Action::ReinstallPackages { packages, interpreter } => {
                apt.reinstall_packages(packages, interpreter)
            }
            Action::FetchIndex { folder } => apt.fetch_index(folder),
            Action::FetchPackages { .. } => apt.fetch_packages(),
            Action::FetchWheels { folder, packages } => pip::fetch(host, step, folder, packages),
            Action::EmptyCache | Action::EmptyIndex => apt.empty(),
            Action::RemoveArchive { files } => removal::remove_files(host, step, files),
            Action::RemovePackages { packages } => apt.remove_packages(packages),
            Action::UnregisterAlternative { path } => change(Change::Unregister, path),
            Action::SetGroupAside { damaged } => selection::set_aside(host, step, damaged),
            Action::RemoveGroup { files } => selection::remove_group(host, step, files),
            Action::RemoveVenv { folder } => removal::remove_venv(host, step, folder),
            Action::RegisterAlternative { path, .. } => change(Change::Register, path),
            Action::SelectAlternative { path } => change(Change::Select, path),
            Action::RestoreSystemPython { default, .. } => apt.restore_system_python(default),
            Action::GiveBackVenv { folder, uid, gid } => give_back(&apt, folder, *uid, *gid),
            Action::MakeVenv { folder, version, replace, .. } => {
                make_venv(&apt, folder, version, *replace)
            }
            Action::AddPip { folder } => pip::add(host, step, folder),
            Action::InstallIntoVenv { folder, packages } => {
                pip::install(host, step, folder, packages, source)
            }
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outcome(self) -> Result<()> {
        let progress = self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        match progress.failure {
            Some(error) => Err(error),
            None if progress.done.len() == self.steps.len() => Ok(()),
            None => Err(Error::Bug { message: "a step was neither done nor failed".into() }),
        }
    }
}

/// Gives an environment back, and reports what is left to root.
fn give_back(apt: &AptStep<'_>, folder: &Path, uid: u32, gid: u32) -> Result<()> {
    let left = venv::give_back(apt.host, apt.step, folder, uid, gid)?;
    if !left.is_empty() {
        apt.report(VenvProblem::LeftToRoot { folder: folder.to_owned(), left });
    }
    Ok(())
}

/// Makes an environment, and reports where the one is that was there before.
fn make_venv(
    apt: &AptStep<'_>,
    folder: &Path,
    version: &PythonVersion,
    replace: bool,
) -> Result<()> {
    if let Some(kept) = venv::make(apt.host, apt.step, folder, version, replace)? {
        apt.report(VenvProblem::SetAside { folder: folder.to_owned(), kept });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::host::Command;

    fn step(id: &str, action: Action) -> Step {
        let command = Command::new("/bin/true");
        Step {
            id: id.into(),
            title: id.into(),
            why: String::new(),
            command,
            action,
            needs_root: false,
        }
    }

    #[test]
    fn a_bug_in_one_lane_ends_the_run_and_the_other_lane_does_not_wait_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let host = Host::in_folder(folder.path(), std::collections::BTreeMap::new());
        let machines = step("machine", Action::RemoveArchive { files: Vec::new() });
        let students = step("student", Action::AddPip { folder: Path::new("/venv").into() });
        let plan = Plan { steps: vec![machines, students], ..Plan::default() };
        let emit = |event| {
            if let Event::StepStarted { .. } = event {
                std::panic::resume_unwind(Box::new("a bug of the test"));
            }
        };
        let error = apply(&host, &plan, &ApplyOptions::default(), &emit).unwrap_err();
        assert_eq!(error.exit(), Exit::Bug);
        assert!(error.to_string().contains("a bug of the test"), "{error}");
    }
}
