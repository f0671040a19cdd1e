//! Interpreters that dpkg has installed and that cannot be used as they are: not executable,
//! something else in their place, or no answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::interpreters::Interpreter;
use crate::apt::dpkg::{self, DpkgStatus};
use crate::host::{Host, Kind};
use crate::problem::{Problem, PythonFlaw, PythonProblem};

/// What a package's program may be done with by everybody.
const EXECUTABLE: u32 = 0o111;

/// An interpreter of a package, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedInterpreter {
    /// Where it belongs.
    pub path: PathBuf,
    /// What is wrong.
    pub why: PythonFlaw,
    /// The packages that bring it: its own first.
    pub packages: Vec<String>,
}

impl DamagedInterpreter {
    /// As a problem.
    pub fn problem(&self) -> Problem {
        let Self { path, why, packages } = self.clone();
        PythonProblem::Damaged { path, why, packages }.into()
    }

    /// Whether it cannot be started at all.
    pub fn is_dead(&self) -> bool {
        !matches!(self.why, PythonFlaw::Link { .. })
    }

    /// Whether its package can put it back without overwriting what somebody else put there. dpkg
    /// deletes a folder with all that is in it.
    pub fn can_be_reinstalled(&self) -> bool {
        !matches!(self.why, PythonFlaw::Folder | PythonFlaw::Link { .. })
    }
}

/// Looks at the interpreter of each installed package; those that were asked are not asked again.
pub fn gather(
    host: &Host,
    packages: &DpkgStatus,
    asked: &[Interpreter],
) -> Vec<DamagedInterpreter> {
    let names = packages.installed.keys().map(|name| name.trim_end_matches("-minimal"));
    let names: BTreeSet<&str> = names.filter(|name| is_interpreter(name)).collect();
    let damaged = names.into_iter().filter_map(|name| {
        let path = Path::new("/usr/bin").join(name);
        let why = flaw(host, &path, asked)?;
        let owner = owner(host, packages, name, &path)?;
        let packages = [Some(owner.clone()), library(&owner, name, &why)];
        Some(DamagedInterpreter { path, why, packages: packages.into_iter().flatten().collect() })
    });
    damaged.collect()
}

/// `python3.11`
fn is_interpreter(name: &str) -> bool {
    let minor = name.strip_prefix("python3.").unwrap_or_default();
    !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())
}

fn flaw(host: &Host, path: &Path, asked: &[Interpreter]) -> Option<PythonFlaw> {
    let entry = host.lstat(path);
    match entry.kind {
        Kind::Missing => Some(PythonFlaw::Missing),
        Kind::Folder => Some(PythonFlaw::Folder),
        Kind::Link(target) if host.real_path(path).is_none() => {
            Some(PythonFlaw::DeadLink { target })
        }
        Kind::Link(target) => Some(PythonFlaw::Link { target }),
        Kind::File if entry.mode & EXECUTABLE != EXECUTABLE => Some(PythonFlaw::NotExecutable),
        Kind::File => {
            let answered = asked.iter().find(|found| found.real == path)?;
            answered.problem.clone().filter(is_damage)
        }
        Kind::Other | Kind::Unreadable(_) => None,
    }
}

/// Whether its file, or what it starts with, is not as the package brings it. A machine that is
/// busy is not damaged.
fn is_damage(why: &PythonFlaw) -> bool {
    matches!(
        why,
        PythonFlaw::NotPython
            | PythonFlaw::Python2
            | PythonFlaw::Failed { .. }
            | PythonFlaw::NotStarted { .. }
    )
}

/// Debian's own interpreters are in `pythonX.Y-minimal`, those of deadsnakes in `pythonX.Y` from
/// 3.12 on. Where dpkg lists the files of a package, its list decides.
fn owner(host: &Host, packages: &DpkgStatus, name: &str, path: &Path) -> Option<String> {
    [format!("{name}-minimal"), name.to_owned()]
        .into_iter()
        .filter(|package| packages.has(package))
        .find(|package| dpkg::lists(host, package, path))
}

/// One that starts and fails may lack the modules that it starts with.
fn library(owner: &str, name: &str, why: &PythonFlaw) -> Option<String> {
    let part = if owner.ends_with("-minimal") { "minimal" } else { "stdlib" };
    matches!(why, PythonFlaw::Failed { .. }).then(|| format!("lib{name}-{part}"))
}
