//! Finding a course and reading it with its scripts: the embedded one, a folder, or a course file.

use std::path::{Path, PathBuf};

use toml::Spanned;

use super::format::{CourseText, LabEntry};
use super::{Course, Lab};
use crate::error::{Error, Result};
use crate::host::{self, Digest, Host};
use crate::problem::{self, CourseFault, MachineProblem};

/// More than any lab script or course file that a person wrote, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// The embedded course: its file and its scripts.
const EMBEDDED_FILE: &str = include_str!("../../scripts/course.toml");
const EMBEDDED_SCRIPTS: [(&str, &str); 4] = [
    ("learning_event_loops.py", include_str!("../../scripts/learning_event_loops.py")),
    ("learn_async_sleep.py", include_str!("../../scripts/learn_async_sleep.py")),
    ("learning_tasks.py", include_str!("../../scripts/learning_tasks.py")),
    ("advanced_event_loop.py", include_str!("../../scripts/advanced_event_loop.py")),
];

impl Course {
    /// What a course file is called.
    pub const FILE: &str = "course.toml";

    /// Whether a script of this name can lie beside a course file.
    pub fn can_name(script: &str) -> bool {
        lab_name(script).is_some()
    }

    /// The embedded course.
    ///
    /// # Errors
    /// None that a test does not find: the file is part of the program.
    pub fn embedded() -> Result<Self> {
        let read = |script: &Spanned<String>| {
            let known = EMBEDDED_SCRIPTS.iter().find(|(name, _)| name == script.get_ref());
            known.map(|(_, source)| (*source).to_owned()).ok_or_else(|| Error::Bug {
                message: format!("the embedded course has no `{}`", script.get_ref()),
            })
        };
        build(&CourseText { name: "the embedded course.toml", text: EMBEDDED_FILE }, read)
    }

    /// The embedded course's file, as its author wrote it.
    pub fn embedded_text() -> &'static str {
        EMBEDDED_FILE
    }

    /// The course file of `--course FILE|DIR`, as its author wrote it.
    ///
    /// # Errors
    /// [`problem::CourseProblem`] when there is none.
    pub fn text(host: &Host, path: &Path) -> Result<String> {
        course_file(host, path).map(|(_, text)| text)
    }

    /// The format of a course file, for authors, with worked examples.
    pub fn format() -> &'static str {
        include_str!("format.md")
    }

    /// Everything that is wrong with a course: what [`Course::load`] ends with, and what it would
    /// end with next.
    pub fn problems(host: &Host, path: &Path) -> Vec<Error> {
        match course_file(host, path) {
            Ok((file, text)) => {
                let name = file.display().to_string();
                let folder = file.parent().unwrap_or(Path::new("/"));
                let source = CourseText { name: &name, text: &text };
                problems(&source, |script| read_script(host, folder, script, &source))
            }
            Err(error) => vec![error],
        }
    }

    /// The course of `--course FILE|DIR`.
    ///
    /// # Errors
    /// [`problem::CourseProblem`] with file, line and what to write.
    pub fn load(host: &Host, path: &Path) -> Result<Self> {
        let (file, text) = course_file(host, path)?;
        let name = file.display().to_string();
        let folder = file.parent().unwrap_or(Path::new("/"));
        let source = CourseText { name: &name, text: &text };
        build(&source, |script| read_script(host, folder, script, &source))
    }
}

/// Where the course file is, and its text.
fn course_file(host: &Host, path: &Path) -> Result<(PathBuf, String)> {
    let given = host.absolute(path);
    let file = match host.real_path(&given).map(|real| host.lstat(&real).kind) {
        Some(host::Kind::Folder) => given.join(Course::FILE),
        _ => given,
    };
    let text = text_of(host, &file)?.ok_or_else(|| wrong(&file, None, CourseFault::NotFound))?;
    Ok((file, text))
}

/// A text that a person wrote: not a huge one, and UTF-8, so that what runs is what was written.
fn text_of(host: &Host, file: &Path) -> Result<Option<String>> {
    let text = host.read_at_most(file, FILE_LIMIT).map_err(|error| match error.kind() {
        Some(problem::ProblemKind::Machine(MachineProblem::FileTooLarge {
            limit_bytes, ..
        })) => wrong(file, None, CourseFault::TooLarge { limit_bytes: *limit_bytes }),
        _ => error,
    })?;
    let Some((before, _)) =
        text.as_deref().unwrap_or_default().split_once(char::REPLACEMENT_CHARACTER)
    else {
        return Ok(text);
    };
    let line = before.matches('\n').count() + 1;
    Err(wrong(file, Some(line), CourseFault::NotUtf8))
}

/// An error in a file as a whole, or in a line of it.
fn wrong(file: &Path, line: Option<usize>, fault: CourseFault) -> Error {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    problem::CourseProblem { location: format!("{}{line}", file.display()), fault }.into()
}

fn build(
    source: &CourseText<'_>,
    read: impl Fn(&Spanned<String>) -> Result<String>,
) -> Result<Course> {
    let file = source.parse()?;
    let mut digest = Digest::default();
    digest.update(source.text);
    let mut labs: Vec<Lab> = Vec::new();
    if file.labs.is_empty() {
        return Err(source.wrong(None, CourseFault::NoLab));
    }
    for entry in &file.labs {
        let lab = lab(source, entry, &read)?;
        if labs.iter().any(|other| other.name == lab.name) {
            return Err(two_labs(source, entry));
        }
        digest.update(&lab.source);
        labs.push(lab);
    }
    Ok(Course {
        name: source.words(&file.course.name)?,
        digest: digest.hex(),
        python: source.requirement(&file.course.python)?,
        because: file.course.because.as_ref().map(|because| source.words(because)).transpose()?,
        packages: source.packages(&file.packages)?,
        venv: source.venv(&file.venv)?,
        labs,
    })
}

fn problems(
    source: &CourseText<'_>,
    read: impl Fn(&Spanned<String>) -> Result<String>,
) -> Vec<Error> {
    let file = match source.parse() {
        Ok(file) => file,
        Err(error) => return vec![error],
    };
    let head = [
        source.requirement(&file.course.python).err(),
        source.packages(&file.packages).err(),
        source.venv(&file.venv).err(),
    ];
    let labs = file.labs.iter().enumerate().flat_map(|(index, entry)| {
        let is_doubled =
            file.labs[..index].iter().any(|other| other.script.get_ref() == entry.script.get_ref());
        let doubled = is_doubled.then(|| two_labs(source, entry));
        [doubled, lab(source, entry, &read).err(), source.timeline(entry).err()]
    });
    let mut problems: Vec<Error> = Vec::new();
    for problem in head.into_iter().chain(labs).flatten() {
        if problems.iter().all(|known| known.to_string() != problem.to_string()) {
            problems.push(problem);
        }
    }
    problems
}

fn two_labs(source: &CourseText<'_>, entry: &LabEntry) -> Error {
    let fault = CourseFault::TwoLabs { script: entry.script.get_ref().clone() };
    source.wrong(Some(entry.script.span()), fault)
}

fn lab(
    source: &CourseText<'_>,
    entry: &LabEntry,
    read: impl Fn(&Spanned<String>) -> Result<String>,
) -> Result<Lab> {
    let script = entry.script.get_ref();
    let Some(name) = lab_name(script) else {
        let fault = CourseFault::ScriptName { script: script.clone() };
        return Err(source.wrong(Some(entry.script.span()), fault));
    };
    Ok(Lab {
        name: name.to_owned(),
        script: script.clone(),
        source: read(&entry.script)?,
        teaches: source.words(&entry.teaches)?,
        timeline: source.timeline(entry)?,
    })
}

/// A lab is called like its script.
fn lab_name(script: &str) -> Option<&str> {
    let plain = script.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        && !script.starts_with(['.', '-']);
    script.strip_suffix(".py").filter(|name| !name.is_empty() && plain)
}

/// Reads a script that must really lie in the course's folder: a link out of it is refused.
fn read_script(
    host: &Host,
    folder: &Path,
    script: &Spanned<String>,
    source: &CourseText<'_>,
) -> Result<String> {
    let name = script.get_ref();
    let path = folder.join(name);
    let wrong = |fault| source.wrong(Some(script.span()), fault);
    let missing = || wrong(CourseFault::ScriptMissing { script: path.clone() });
    let real = host.real_path(&path).ok_or_else(missing)?;
    let real_folder: PathBuf = host.real_path(folder).ok_or_else(missing)?;
    if !real.starts_with(&real_folder) {
        return Err(wrong(CourseFault::ScriptOutside { script: name.clone(), target: real }));
    }
    if host.lstat(&real).kind != host::Kind::File {
        return Err(wrong(CourseFault::ScriptNotFile { script: name.clone() }));
    }
    text_of(host, &real)?.ok_or_else(missing)
}
