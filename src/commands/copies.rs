//! Students' own copies: files matched to labs, and whom each is run as.

use std::path::{Path, PathBuf};

use super::{Task, runner};
use crate::cli::VerifyArgs;
use crate::course::Lab;
use crate::error::Result;
use crate::host::{Host, Kind};
use crate::lab::{Copy, Subject};
use crate::problem::{FileFault, ScriptProblem};
use crate::spelling::nearest;

/// What `verify` was asked to judge: the files that were named, else those of the labs' names in
/// the current folder, else the course's own scripts.
pub(super) fn subjects(task: &Task<'_>, options: &VerifyArgs) -> Result<Vec<Subject>> {
    if options.course_scripts || options.selftest {
        return Ok(of_course(task));
    }
    if options.files.is_empty() && options.labs.is_empty() {
        let here = in_folder(task)?;
        return Ok(if here.is_empty() { of_course(task) } else { here });
    }
    let by_name = options.files.iter().map(|file| {
        let path = readable(task, file)?;
        subject(task, lab_of_file(task, file)?, file, path)
    });
    let named = options.labs.chunks_exact(2).map(|pair| {
        // A wrong name is told before what may be wrong with the file.
        let (lab, file) = (lab_named(task, &pair[0])?, Path::new(&pair[1]));
        subject(task, lab, file, readable(task, file)?)
    });
    by_name.chain(named).collect()
}

/// The course's own scripts.
pub(super) fn of_course(task: &Task<'_>) -> Vec<Subject> {
    let labs = task.request.course.labs.iter();
    labs.map(|lab| Subject { lab: lab.clone(), copy: None }).collect()
}

/// The files that are judged.
pub(super) fn files(subjects: &[Subject]) -> Vec<PathBuf> {
    subjects.iter().filter_map(|subject| Some(subject.copy.as_ref()?.path.clone())).collect()
}

/// The files of the labs' names in the current folder, unless that is the course's own.
fn in_folder(task: &Task<'_>) -> Result<Vec<Subject>> {
    let course = runner::course_file(task);
    let mut found = Vec::new();
    for lab in &task.request.course.labs {
        let file = Path::new(&lab.script);
        let path = task.host.absolute(file);
        let is_course = |course: &PathBuf| task.host.is_same(&path, &course.with_file_name(file));
        let is_there = !matches!(task.host.lstat(&path).kind, Kind::Missing | Kind::Folder);
        if is_there && !course.as_ref().is_some_and(is_course) {
            found.push(subject(task, lab, file, readable(task, file)?)?);
        }
    }
    Ok(found)
}

/// The path of a script that can be read.
fn readable(task: &Task<'_>, file: &Path) -> Result<PathBuf> {
    let path = task.host.absolute(file);
    let is_missing = task.host.lstat(&path).kind == Kind::Missing;
    let account = if is_missing { None } else { runner::of_script(task, &path)? };
    // Root may see less than whoever runs it, and must not see more.
    let fault = match task.host.as_seen_by(account.as_ref()).lstat(&path).kind {
        Kind::Missing => {
            return Err(no_such_file(task.host, file, &task.request.course.labs).into());
        }
        Kind::Folder => Some(FileFault::Folder),
        // Root would run what a student's link leads to.
        Kind::Link(_) => Some(FileFault::Link),
        Kind::Other => Some(FileFault::Special),
        Kind::Unreadable(_) => Some(FileFault::Unreadable),
        Kind::File => path.to_str().is_none().then_some(FileFault::NotUtf8),
    };
    match fault {
        Some(why) => Err(ScriptProblem::ScriptFile { file: file.to_owned(), why }.into()),
        None => Ok(path),
    }
}

/// How many letters of a name may be wrong before it was hardly meant.
fn far(name: &str) -> usize {
    (name.chars().count() / 3).min(3)
}

/// A file that is not there, and the one beside it that was probably meant: a lab's before others.
pub(super) fn no_such_file(host: &Host, file: &Path, labs: &[Lab]) -> ScriptProblem {
    let folder = host.absolute(file).parent().unwrap_or(Path::new("/")).to_owned();
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let beside = host.list_readable(&folder).into_iter().filter_map(|name| name.into_string().ok());
    let beside: Vec<String> =
        beside.filter_map(|name| Some(name.strip_suffix(".py")?.to_owned())).collect();
    let is_lab = |script: &&str| labs.iter().any(|lab| lab.name == **script);
    let scripts = || beside.iter().map(String::as_str);
    let near = nearest(&name, scripts().filter(is_lab), far(&name));
    let near = near.or_else(|| nearest(&name, scripts(), far(&name)));
    let near = near.map(|near| file.with_file_name(format!("{near}.py")));
    ScriptProblem::NoSuchFile { file: file.to_owned(), folder, near }
}

fn lab_named<'a>(task: &'a Task<'_>, name: &str) -> Result<&'a Lab> {
    let labs = &task.request.course.labs;
    let lab = labs.iter().find(|lab| lab.name == name || lab.script == name);
    lab.ok_or_else(|| {
        let near =
            nearest(name, labs.iter().map(|lab| lab.name.as_str()), far(name)).map(str::to_owned);
        let labs = labs.iter().map(|lab| lab.name.clone()).collect();
        ScriptProblem::LabUnknown { name: name.to_owned(), labs, near }.into()
    })
}

fn lab_of_file<'a>(task: &'a Task<'_>, file: &Path) -> Result<&'a Lab> {
    let labs = &task.request.course.labs;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    labs.iter().find(|lab| lab.name == name).ok_or_else(|| {
        let near = nearest(&name, labs.iter().map(|lab| lab.name.as_str()), far(&name));
        let near = labs.iter().find(|lab| Some(lab.name.as_str()) == near);
        let beside = near.map(|lab| file.with_file_name(&lab.script));
        let is_beside = |beside: &PathBuf| task.host.lstat(&task.host.absolute(beside)).exists();
        ScriptProblem::NoSuchLab {
            file: file.to_owned(),
            labs: labs.iter().map(|lab| lab.name.clone()).collect(),
            near: near.map(|lab| lab.name.clone()),
            meant: beside.filter(is_beside),
        }
        .into()
    })
}

fn subject(task: &Task<'_>, lab: &Lab, file: &Path, path: PathBuf) -> Result<Subject> {
    let account = runner::of_script(task, &path)?;
    let shown = file.display().to_string();
    Ok(Subject { lab: lab.clone(), copy: Some(Copy { path, shown, account }) })
}
