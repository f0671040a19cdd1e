//! Students' own copies: files matched to labs, and whom each is run as.

use std::path::{Path, PathBuf};

use super::Task;
use crate::cli::VerifyArgs;
use crate::error::{Error, Result};
use crate::host::{Account, Kind};
use crate::lab::{Copy, Subject};

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
    let told = options
        .labs
        .chunks_exact(2)
        .map(|pair| subject(task, pair[0].clone(), Path::new(&pair[1])));
    by_name.chain(told).collect()
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
    let shown = file.display();
    let usage = |message: String, hint: String| Error::Usage { message, hint };
    let names = task
        .request
        .course
        .labs
        .iter()
        .map(|lab| format!("`{}`", lab.name))
        .collect::<Vec<_>>()
        .join(", ");
    let Some(lab) =
        task.request.course.labs.iter().find(|lab| lab.name == name || lab.script == name)
    else {
        let hint = format!(
            "the course's labs are {names}; `--lab NAME {shown}` judges a file of another name"
        );
        return Err(usage(format!("`{shown}` is named like no lab of the course"), hint));
    };
    let entry = task.host.lstat(&path);
    let problem = match entry.kind {
        Kind::File => None,
        Kind::Missing => Some("there is no such file"),
        Kind::Folder => Some("it is a folder"),
        // Root would run what a student's link leads to.
        Kind::Link(_) => Some("it is a link, and only the script itself is judged"),
        Kind::Other => Some("it is no file"),
    };
    if let Some(problem) = problem {
        return Err(usage(
            format!("`{shown}` cannot be judged: {problem}"),
            "name a Python script".into(),
        ));
    }
    if path.to_str().is_none() {
        return Err(usage(
            format!("`{shown}` cannot be judged: its name is not UTF-8"),
            "rename it".into(),
        ));
    }
    let account = owner(task, entry.uid)?;
    Ok(Subject { lab: lab.clone(), copy: Some(Copy { path, shown: shown.to_string(), account }) })
}

/// Root runs a student's script as its owner: it is the student's code.
pub(super) fn owner(task: &Task<'_>, uid: u32) -> Result<Option<Account>> {
    let myself = task.host.account()?;
    if !myself.is_root() || uid == 0 {
        return Ok(None);
    }
    Ok(Some(task.host.account_of(uid)?))
}
