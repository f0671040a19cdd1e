//! Whom foreign code runs as: a script, an interpreter, what lies beside them. Root runs nothing
//! that another account can change: it becomes that account, or refuses.

use std::path::{Path, PathBuf};

use super::Task;
use crate::course::Course;
use crate::error::Result;
use crate::host::{Account, Control, Kind, Reach};
use crate::lab::{Setting, Subject};
use crate::problem::RightsProblem;

/// The account that root becomes for a script; unchanged when `None`. Python imports what lies
/// beside a script, so that counts as well.
///
/// # Errors
/// [`RightsProblem::Shared`] when several accounts can change it.
pub(super) fn of_script(task: &Task<'_>, script: &Path) -> Result<Option<Account>> {
    let usual = task.request.student.clone();
    if !task.host.account()?.is_root() || task.request.is_owner_named {
        return Ok(usual);
    }
    become_whose_it_is(task, task.host.control_of_script(script)?, usual)
}

/// The same for the course's own labs: they are copied from beside its file.
///
/// # Errors
/// As [`of_script`].
pub(super) fn of_course(task: &Task<'_>) -> Result<Option<Account>> {
    let usual = task.request.student.clone();
    let is_free = !task.host.account()?.is_root() || task.request.is_owner_named;
    let Some(file) = course_file(task).filter(|_| !is_free) else { return Ok(usual) };
    let scripts = task.request.course.labs.iter().map(|lab| file.with_file_name(&lab.script));
    let mut control = Control::Root;
    for file in scripts.chain([file.clone()]) {
        control = control.and(task.host.control(&file, Reach::Itself)?);
    }
    become_whose_it_is(task, control, usual)
}

/// Whom root becomes to write into a folder, which somebody may exchange for a link meanwhile.
///
/// # Errors
/// [`RightsProblem::Shared`] when several accounts can.
pub(super) fn of_output(task: &Task<'_>, folder: &Path) -> Result<Option<Account>> {
    let is_root = task.host.account()?.is_root();
    match task.host.control(folder, Reach::Itself)? {
        _ if !is_root => Ok(None),
        Control::Root => Ok(None),
        Control::One { uid, .. } => Ok(Some(task.host.account_of(uid)?)),
        Control::Many { .. } if task.request.student.is_some() => Ok(task.request.student.clone()),
        Control::Many { at } => Err(shared(at)),
    }
}

/// The course's file, where one was named; its scripts are beside it.
pub(super) fn course_file(task: &Task<'_>) -> Option<PathBuf> {
    let typed = task.request.course_path.as_ref()?;
    let is_folder =
        task.host.real_path(typed).is_some_and(|real| task.host.lstat(&real).kind == Kind::Folder);
    Some(if is_folder { typed.join(Course::FILE) } else { typed.clone() })
}

/// Who removes a folder of setup's.
#[derive(Debug, PartialEq)]
pub(super) enum Remover {
    /// Whoever runs labready.
    Myself,
    /// Root becomes this account.
    Account(Account),
    /// Several accounts could put something else in its place meanwhile.
    Nobody,
}

impl Remover {
    /// The account to become.
    pub fn account(&self) -> Option<Account> {
        match self {
            Self::Account(account) => Some(account.clone()),
            Self::Myself | Self::Nobody => None,
        }
    }
}

/// Who removes a folder that setup made, for this account as the journal says.
///
/// # Errors
/// When /etc/passwd cannot be read.
pub(super) fn of_removal(
    task: &Task<'_>,
    folder: &Path,
    recorded: Option<&Account>,
) -> Result<Remover> {
    if !task.host.account()?.is_root() {
        return Ok(Remover::Myself);
    }
    Ok(match (task.host.control(folder, Reach::Itself)?, recorded) {
        (Control::One { uid, .. }, _) => Remover::Account(task.host.account_of(uid)?),
        (_, Some(account)) => Remover::Account(account.clone()),
        (Control::Root, None) => Remover::Myself,
        (Control::Many { .. }, None) => Remover::Nobody,
    })
}

/// Holds that nobody runs an interpreter that a third account can change.
///
/// # Errors
/// [`RightsProblem::Shared`].
pub(super) fn expect_own_python(
    task: &Task<'_>,
    setting: &Setting,
    subjects: &[Subject],
) -> Result<()> {
    if !task.host.account()?.is_root() || task.request.is_owner_named {
        return Ok(());
    }
    // Whoever asked through sudo runs what is his own.
    let asking = task.host.student()?.map(|account| account.uid);
    let place = match task.host.control_of_python(&setting.python)? {
        Control::Root => return Ok(()),
        Control::One { uid, .. }
            if subjects.iter().all(|subject| {
                let copy = subject.copy.as_ref();
                let account =
                    copy.and_then(|copy| copy.account.as_ref()).or(setting.account.as_ref());
                account.is_some_and(|account| account.uid == uid || asking == Some(uid))
            }) =>
        {
            return Ok(());
        }
        Control::One { at, .. } | Control::Many { at } => at,
    };
    Err(shared(place))
}

/// Holds that root installs no packages that a third account can change: their scripts run as root.
///
/// # Errors
/// [`RightsProblem::Shared`].
pub(super) fn expect_own_files(task: &Task<'_>, folder: &Path) -> Result<()> {
    if !task.host.account()?.is_root() {
        return Ok(());
    }
    // Whoever asked through sudo can become root anyway.
    let asking = task.host.student()?.map(|account| account.uid);
    match task.host.control_within(folder)? {
        Control::Root => Ok(()),
        Control::One { uid, .. } if asking == Some(uid) => Ok(()),
        Control::One { at, .. } | Control::Many { at } => Err(shared(at)),
    }
}

fn become_whose_it_is(
    task: &Task<'_>,
    control: Control,
    usual: Option<Account>,
) -> Result<Option<Account>> {
    match control {
        Control::Root => Ok(usual),
        Control::One { uid, .. } if !task.request.is_roots => Ok(Some(task.host.account_of(uid)?)),
        Control::One { at, .. } | Control::Many { at } => Err(shared(at)),
    }
}

fn shared(place: PathBuf) -> crate::error::Error {
    RightsProblem::Shared { place }.into()
}
