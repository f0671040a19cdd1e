//! Students' own copies: files matched to labs, and whom each is run as.

use std::path::{Path, PathBuf};

use super::{Task, runner};
use crate::cli::VerifyArgs;
use crate::error::Result;
use crate::host::Kind;
use crate::lab::{Copy, Subject};
use crate::problem::{FileFault, UsageProblem};

/// What `verify` was asked to judge: every lab of the course, or the files that were named.
pub(super) fn subjects(task: &Task<'_>, options: &VerifyArgs) -> Result<Vec<Subject>> {
    if options.files.is_empty() && options.labs.is_empty() {
        return Ok(task
            .request
            .course
            .labs
            .iter()
            .map(|lab| Subject { lab: lab.clone(), copy: None })
            .collect());
    }
    let by_name = options.files.iter().map(|file| subject(task, lab_of(file), file));
    let named = options
        .labs
        .chunks_exact(2)
        .map(|pair| subject(task, pair[0].clone(), Path::new(&pair[1])));
    by_name.chain(named).collect()
}

/// The files that are judged.
pub(super) fn files(subjects: &[Subject]) -> Vec<PathBuf> {
    subjects.iter().filter_map(|subject| Some(subject.copy.as_ref()?.path.clone())).collect()
}

fn lab_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn subject(task: &Task<'_>, name: String, file: &Path) -> Result<Subject> {
    let path = task.host.absolute(file);
    let is_missing = task.host.lstat(&path).kind == Kind::Missing;
    let account = if is_missing { None } else { runner::of_script(task, &path)? };
    // Root may see less than whoever runs it, and must not see more.
    let fault = match task.host.as_seen_by(account.as_ref()).lstat(&path).kind {
        Kind::Missing => Some(FileFault::Missing),
        Kind::Folder => Some(FileFault::Folder),
        // Root would run what a student's link leads to.
        Kind::Link(_) => Some(FileFault::Link),
        Kind::Other => Some(FileFault::Special),
        Kind::Unreadable(_) => Some(FileFault::Unreadable),
        Kind::File => path.to_str().is_none().then_some(FileFault::NotUtf8),
    };
    if let Some(why) = fault {
        return Err(UsageProblem::ScriptFile { file: file.to_owned(), why }.into());
    }
    let labs = &task.request.course.labs;
    let lab = labs.iter().find(|lab| lab.name == name || lab.script == name).ok_or_else(|| {
        let labs = labs.iter().map(|lab| lab.name.clone()).collect();
        if name == lab_of(file) {
            UsageProblem::NoSuchLab { file: file.to_owned(), labs }
        } else {
            UsageProblem::LabUnknown { name, labs }
        }
    })?;
    let shown = file.display().to_string();
    Ok(Subject { lab: lab.clone(), copy: Some(Copy { path, shown, account }) })
}
