//! Facts that labready gathered on real machines (`labready plan --format ndjson` tells them), and
//! small changes to them.
//!
//! They were recorded in fresh root filesystems of Debian's releases, as the account `student` in
//! its folder `course`; host name, kernel and free space are made up. A system that cannot be had
//! here is a recorded one with another name and other offers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use jiff::civil::{Date, date};
use labready::apt::offers::{Offer, Offers};
use labready::course::Course;
use labready::error::Result;
use labready::facts::Facts;
use labready::facts::alternatives::{Alternative, Link};
use labready::facts::interpreters::{Home, Interpreter};
use labready::facts::releases::Releases;
use labready::facts::venv::State;
use labready::facts::{distro, os_release};
use labready::plan::{self, Decision};
use labready::problem::PythonFlaw;
use labready::request::{Request, SelectionRequest};
use labready::version::{Requirement, from_python};

/// The day on which tests take place.
pub const TODAY: Date = date(2026, 5, 1);

/// The course that labready carries.
pub fn course() -> Course {
    Course::embedded().unwrap()
}

/// A file of the repository's `fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A recorded machine.
pub fn recorded(name: &str) -> Facts {
    let path = fixture("machines").join(name).with_extension("json");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of all recorded machines.
pub fn every_recorded() -> Vec<String> {
    let files = fs::read_dir(fixture("machines")).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A recorded machine with a change.
pub fn changed(name: &str, change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = recorded(name);
    change(&mut facts);
    facts
}

/// What is asked for, and what the machine says of it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub request: Request,
    /// The interpreter of `--python PATH`, as it answered.
    pub named: Option<Interpreter>,
    /// Whether apt's index was refreshed a moment ago.
    pub is_fresh: bool,
}

impl Asked {
    /// The machine, with what it says of what is asked for.
    pub fn facts(&self, facts: &Facts) -> Facts {
        let mut facts = Facts { named: self.named.clone(), ..facts.clone() };
        facts.apt_index.is_fresh |= self.is_fresh;
        facts
    }

    /// The plan for a machine.
    pub fn plan(&self, facts: &Facts) -> Result<Decision> {
        plan::make(&self.request, &self.facts(facts))
    }
}

/// What setup is asked for when nothing is typed.
pub fn asked() -> Asked {
    let request = Request::of_course(course(), PathBuf::from("/home/student/course/venv"));
    Asked { request, named: None, is_fresh: false }
}

/// `--python REQUIREMENT`
pub fn narrowed(requirement: &str) -> Asked {
    let mut asked = asked();
    let python = &mut asked.request.python;
    python.requirement = python.requirement.and(&Requirement::parse(requirement).unwrap());
    asked
}

/// `--newest`
pub fn newest() -> Asked {
    let mut asked = asked();
    asked.request.python.newest = true;
    asked
}

/// `--select none`
pub fn unselected() -> Asked {
    let mut asked = asked();
    asked.request.selection = SelectionRequest::None;
    asked
}

/// After the package index was refreshed in the same run.
pub fn refreshed() -> Asked {
    Asked { is_fresh: true, ..asked() }
}

/// `--python PATH`, as the interpreter there answered.
pub fn named(interpreter: Interpreter) -> Asked {
    let mut asked = asked();
    asked.request.python.named = Some(interpreter.path.clone());
    asked.named = Some(Interpreter { origin: Home::Named, ..interpreter });
    asked
}

/// An interpreter that works.
pub fn interpreter(path: &str, version: &str, origin: Home) -> Interpreter {
    let (path, version) = (PathBuf::from(path), from_python(version));
    Interpreter {
        real: path.clone(),
        path,
        version,
        origin,
        ensurepip: true,
        ssl: true,
        is_exposed: false,
        problem: None,
    }
}

/// One that gave no answer.
pub fn silent_interpreter(path: &str, problem: PythonFlaw) -> Interpreter {
    let problem = Some(problem);
    Interpreter {
        version: None,
        ensurepip: false,
        ssl: false,
        is_exposed: false,
        problem,
        ..interpreter(path, "3.0.0", Home::Local)
    }
}

/// The system calls itself something else.
pub fn rename(facts: &mut Facts, os_release: &str) {
    facts.distro =
        distro::from_os_release(&os_release::parse(os_release), &Releases::embedded(TODAY));
}

/// What apt offers: package and version.
pub fn offer(facts: &mut Facts, from: &str, packages: &[(&str, &str)]) {
    let offers = packages.iter().map(|(name, version)| {
        ((*name).to_owned(), Offer { version: (*version).to_owned(), from: from.to_owned() })
    });
    facts.apt = Some(Offers { indexed: true, offers: offers.collect::<BTreeMap<_, _>>() });
}

/// An interpreter that is installed by apt, with its venv package.
pub fn install(facts: &mut Facts, series: &str, version: &str) {
    facts.interpreters.push(interpreter(&format!("/usr/bin/{series}"), version, Home::Apt));
    for package in [series.to_owned(), format!("{series}-minimal"), format!("{series}-venv")] {
        facts.packages.installed.insert(package, format!("{version}-1"));
    }
}

/// An interpreter that is not there, and that apt does not offer.
pub fn forget(facts: &mut Facts, series: &str) {
    let of_series = |name: &str| {
        name == series || name.strip_prefix(series).is_some_and(|rest| rest.starts_with('-'))
    };
    facts.interpreters.retain(|found| !found.real.ends_with(series));
    facts.packages.installed.retain(|name, _| !of_series(name));
    if let Some(apt) = &mut facts.apt {
        apt.offers.retain(|name, _| !of_series(name));
    }
}

/// The interpreters are registered in the group and one of them is set.
pub fn select(facts: &mut Facts, series: &[&str], chosen: &str) {
    let path = |series: &str| PathBuf::from("/usr/bin").join(series);
    let priority =
        |series: &str| 300 + series.trim_start_matches("python3.").parse::<i64>().unwrap();
    facts.selection.alternatives = series
        .iter()
        .map(|series| Alternative { path: path(series), priority: priority(series) })
        .collect();
    facts.selection.link = Link::Ours;
    facts.selection.value = Some(path(chosen));
    facts.selection.manual = true;
}

/// There is a virtual environment that its own series made, in whatever state.
pub fn have_venv(facts: &mut Facts, version: &str, state: State) {
    let version = from_python(version).unwrap();
    facts.venv.interpreter =
        Some(PathBuf::from(format!("/usr/bin/python{}.{}", version.major, version.minor)));
    facts.venv.version = Some(version);
    facts.venv.state = state;
    facts.venv.owner_uid = Some(facts.rights.account.uid);
    facts.venv.packages = ["pip", "wheel"].map(str::to_owned).into();
}
