//! The machine that the tests run on: its interpreters, and the labs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use labready::course::{Course, Lab};
use labready::host::Host;
use labready::lab::{self, Copy, LabResult, Setting, Subject, Verdict};

/// So many scripts run side by side: they sleep, and each of them starts an interpreter up.
const SIDE_BY_SIDE: usize = 10;

/// An interpreter that the course fits.
#[derive(Clone, Debug)]
pub struct Python {
    /// Its real path, behind any shim.
    pub path: PathBuf,
    /// Its minor version: 13 is Python 3.13.
    pub minor: u32,
}

/// Every interpreter from 3.7 to 3.13 in the folders of the PATH, of the system and of pyenv, one a
/// version.
pub fn pythons() -> Vec<Python> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions =
        PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".pyenv/versions");
    let versions = fs::read_dir(versions)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let folders: Vec<PathBuf> =
        std::env::split_paths(&path).chain(versions).chain([PathBuf::from("/usr/bin")]).collect();
    let names = (7..=13).rev().map(|minor| format!("python3.{minor}")).chain(["python3".into()]);
    let candidates = names
        .flat_map(|name| folders.iter().map(move |folder| folder.join(&name)).collect::<Vec<_>>());
    let found: BTreeMap<u32, PathBuf> =
        candidates.filter_map(|candidate| probe(&candidate)).collect();
    let found: Vec<Python> =
        found.into_iter().map(|(minor, path)| Python { path, minor }).collect();
    assert!(
        !found.is_empty(),
        "no Python from 3.7 to 3.13 was found; install one: sudo apt-get install -y python3"
    );
    found
}

fn probe(candidate: &Path) -> Option<(u32, PathBuf)> {
    let question = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)";
    let output =
        Command::new(candidate).args(["-I", "-c", question]).stderr(Stdio::null()).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    let mut words = answer.trim().splitn(3, ' ');
    let (major, minor) = (words.next()?.parse::<u32>().ok()?, words.next()?.parse::<u32>().ok()?);
    (major == 3 && (7..=13).contains(&minor))
        .then(|| (minor, PathBuf::from(words.next().unwrap_or_default())))
}

/// The labs of the embedded course.
pub fn labs() -> Vec<Lab> {
    Course::embedded().unwrap().labs
}

/// Runs one script as a student's own copy of a lab.
pub fn judge_copy(host: &Host, python: &Python, lab: &Lab, copy: &Path) -> LabResult {
    let copy = Copy { path: copy.to_owned(), shown: lab.script.clone(), account: None };
    judge(host, python, &Subject { lab: lab.clone(), copy: Some(copy) })
}

/// Runs a lab's own script.
pub fn judge_own(host: &Host, python: &Python, lab: &Lab) -> LabResult {
    judge(host, python, &Subject { lab: lab.clone(), copy: None })
}

fn judge(host: &Host, python: &Python, subject: &Subject) -> LabResult {
    let results =
        lab::verify(host, std::slice::from_ref(subject), &Setting::new(&python.path), &|_| ());
    results.unwrap().pop().unwrap()
}

/// Does something for each of many, many at a time; an answer that is `inconclusive` is asked for
/// once more.
pub fn judge_all<T: Sync>(many: &[T], judge: impl Fn(&T) -> LabResult + Sync) -> Vec<LabResult> {
    let next = Mutex::new(0);
    let results: Mutex<BTreeMap<usize, LabResult>> = Mutex::default();
    let work = || {
        loop {
            let index = {
                let mut next = next.lock().unwrap();
                *next += 1;
                *next - 1
            };
            let Some(one) = many.get(index) else { return };
            let mut result = judge(one);
            if result.status == Verdict::Inconclusive {
                result = judge(one);
            }
            results.lock().unwrap().insert(index, result);
        }
    };
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(work);
        }
    });
    results.into_inner().unwrap().into_values().collect()
}
