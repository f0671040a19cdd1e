//! The script of a lab, ready to run: the course's own in a folder of its own, a student's copy
//! where it lies.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::setting::Setting;
use crate::course::Lab;
use crate::error::Result;
use crate::host::{Account, Command, Host, Kind};

/// Modules of Python's own that a student's file beside the script hides: those that the labs, and
/// what they import, need.
pub(super) const OWN_MODULES: &str = "
    ast asyncio base64 bisect code collections concurrent contextlib contextvars copy datetime dis enum functools heapq
    inspect io itertools linecache logging math numbers operator os queue random re reprlib select selectors signal
    socket ssl stat string struct subprocess sys tempfile threading time token tokenize traceback types typing warnings
    weakref";

/// What is judged: a lab by the course's own script, or by a student's copy of it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The lab.
    pub lab: Lab,
    /// The student's copy.
    pub copy: Option<Copy>,
}

/// A student's own copy of a lab's script: run in its own folder.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Its absolute path.
    pub path: PathBuf,
    /// What it is called in reports: the path as it was typed.
    pub shown: String,
    /// Whom it runs as, when root judges it: its owner.
    pub account: Option<Account>,
}

/// ScriptOwner scripts are judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScriptSource {
    /// The course's own, or the files of whoever asks.
    pub from: ScriptOwner,
    /// The folder that all of those files are in; null when they are in several, and for the
    /// course's own.
    pub folder: Option<PathBuf>,
}

/// ScriptOwner a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScriptOwner {
    /// The course.
    Course,
    /// Of whoever asks.
    You,
}

impl ScriptSource {
    /// Of what is judged together.
    pub fn of(subjects: &[Subject]) -> Self {
        let copies = subjects.iter().filter_map(|subject| subject.copy.as_ref());
        let mut folders: Vec<&Path> = copies.filter_map(|copy| copy.path.parent()).collect();
        folders.dedup();
        match folders.as_slice() {
            [] => Self { from: ScriptOwner::Course, folder: None },
            [folder] => Self { from: ScriptOwner::You, folder: Some((*folder).to_owned()) },
            _ => Self { from: ScriptOwner::You, folder: None },
        }
    }
}

/// A script as it is told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Its file name, or the path of a student's copy.
    pub shown: String,
    /// What it says.
    pub source: String,
    /// Files beside it that hide modules of Python's own.
    pub shadows: Vec<String>,
}

impl Script {
    /// The course's own, which has a folder of its own.
    fn of(lab: &Lab) -> Self {
        Self { shown: lab.script.clone(), source: lab.source.clone(), shadows: Vec::new() }
    }
}

/// A script and the command that runs it.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// What is told of it.
    pub script: Script,
    /// Its file.
    pub file: PathBuf,
    /// What runs it.
    pub command: Command,
}

/// Puts a script in place: the course's own below a folder that is ours, a student's stays where it
/// is.
pub(super) fn prepare(
    host: &Host,
    subject: &Subject,
    setting: &Setting,
    folder: &Path,
) -> Result<Prepared> {
    let (lab, copy) = (&subject.lab, subject.copy.as_ref());
    let account = copy.and_then(|copy| copy.account.as_ref()).or(setting.account.as_ref());
    let (file, script) = match copy {
        Some(Copy { path, shown, .. }) => {
            // The file may be exchanged for a link meanwhile: it leads nobody further than Python.
            let host = host.as_seen_by(account);
            let source = host.read(path)?.unwrap_or_default();
            let shadows = path.parent().map(|folder| shadows(&host, folder)).unwrap_or_default();
            (path.clone(), Script { shown: shown.clone(), source, shadows })
        }
        None => {
            let folder = folder.join(&lab.name);
            host.make_folder(&folder, account)?;
            let file = folder.join(&lab.script);
            host.as_seen_by(account).write_new(&file, &lab.source)?;
            (file, Script::of(lab))
        }
    };
    let command = Command::new(&setting.python)
        .args([file.display().to_string()])
        .in_folder(file.parent().unwrap_or(Path::new("/")))
        .as_account(account.cloned())
        // UTC has no hour that comes twice, and a colour would be one more thing between a line and
        // its text.
        .env("TZ", "UTC")
        .env("TERM", "dumb")
        .env("NO_COLOR", "1")
        .env("LANG", "C.UTF-8");
    Ok(Prepared { script, file, command })
}

/// Files in a student's folder that hide modules of Python's own.
fn shadows(host: &Host, folder: &Path) -> Vec<String> {
    let names = host.list_readable(folder).into_iter().filter_map(|name| name.into_string().ok());
    // Python imports a file with this ending, or a folder that says it is a package.
    let imported = |name: &str| match name.strip_suffix(".py") {
        Some(module) => Some(module.to_owned()),
        None => {
            let package = host.lstat(&folder.join(name).join("__init__.py")).kind;
            (package != Kind::Missing).then(|| name.to_owned())
        }
    };
    let hides = |name: &String| {
        imported(name).is_some_and(|module| OWN_MODULES.split_whitespace().any(|own| own == module))
    };
    names.filter(hides).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_what_python_would_import_hides_a_module() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["asyncio.py", "base64", "ssl/certificate.pem", "types/__init__.py"] {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let host = Host::in_folder(folder.path(), std::collections::BTreeMap::new());
        let mut found = shadows(&host, Path::new("/"));
        found.sort();
        assert_eq!(found, ["asyncio.py", "types"]);
    }
}
