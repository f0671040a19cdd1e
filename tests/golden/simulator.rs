//! A pure machine: it does to facts what a step does to a real machine, and refuses what a real one
//! would refuse.

use labready::apt::alternatives::LINK;
use labready::apt::offers::Offers;
use labready::error::Error;
use labready::facts::Facts;
use labready::facts::alternatives::{Alternative, Link};
use labready::facts::interpreters::{Home, Interpreter};
use labready::facts::pip::normalized;
use labready::facts::sources::{SOURCES, Source};
use labready::facts::venv::State;
use labready::plan::{Action, Decision, Plan, Step};
use labready::problem::{GroupDamage, Occupant};
use labready::version::from_debian;

use super::machines::{Asked, interpreter};

/// A machine, and what its package index holds before and after it was refreshed.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What is true on it; `apt` is unasked.
    pub facts: Facts,
    /// What apt knows now.
    pub index: Offers,
    /// What it knows once the index was refreshed.
    pub fresh: Offers,
    /// What was asked for by `--python PATH`, which need not be among the facts.
    pub named: Option<Interpreter>,
}

impl Machine {
    /// Looks and plans, as the commands do: apt is asked when the plan needs it.
    pub fn plan(&self, asked: &Asked) -> Result<Plan, Error> {
        let mut facts = Facts { apt: None, ..self.facts.clone() };
        loop {
            match asked.plan(&facts)? {
                Decision::Plan(plan) => return Ok(*plan),
                Decision::AskApt(_) => {
                    assert!(facts.apt.is_none(), "apt was asked twice");
                    facts.apt = Some(self.index.clone());
                }
            }
        }
    }

    /// Applies every step.
    pub fn apply(&mut self, plan: &Plan) -> Result<(), String> {
        plan.steps
            .iter()
            .try_for_each(|step| self.perform(step).map_err(|why| format!("{}: {why}", step.id)))
    }

    fn perform(&mut self, step: &Step) -> Result<(), String> {
        match &step.action {
            Action::ConfigurePackages => self.configure(),
            Action::RefreshIndex => {
                self.index = self.fresh.clone();
                self.facts.apt_files.index = true;
            }
            Action::EmptyCache => self.facts.apt_files.cache = false,
            Action::EmptyIndex => {
                self.index = Offers::default();
                self.facts.apt_files.index = false;
            }
            Action::AddArchive { archive, codename, .. } => {
                // It serves nothing that these machines could use: one that does is real, in the
                // end-to-end tests.
                let source = Source {
                    file: SOURCES.into(),
                    address: archive.address.clone(),
                    suites: vec![codename.clone()],
                    binary: true,
                    enabled: true,
                    ..Source::default()
                };
                self.facts.sources.deadsnakes.push(source);
            }
            Action::FetchIndex { .. }
            | Action::FetchPackages { .. }
            | Action::FetchWheels { .. } => {
                return Err("setup makes no bundle".into());
            }
            Action::GiveBackVenv { uid, .. } => self.facts.venv.owner_uid = Some(*uid),
            Action::RestoreSystemPython { .. } => {
                self.facts.system_python.place = Occupant::Right;
                self.facts.system_python.group = None;
            }
            Action::ReinstallPackages { interpreter, .. } => {
                self.facts.damaged.retain(|damaged| damaged.path != *interpreter);
            }
            Action::UnregisterAlternative { path } => {
                let selection = &mut self.facts.selection;
                selection.alternatives.retain(|other| other.path != *path);
                selection.dangling.retain(|other| other != path);
            }
            Action::RemoveArchive { .. }
            | Action::RemovePackages { .. }
            | Action::RemoveGroup { .. }
            | Action::RemoveVenv { .. } => return Err("setup neither mends nor takes back".into()),
            Action::SetGroupAside { damaged } => {
                self.facts.selection.damage.retain(|damage| damage.place != *damaged);
            }
            Action::PinArchive { pin } => self.facts.sources.pin = Some(pin.clone()),
            Action::InstallPackages { packages } => {
                packages.iter().try_for_each(|package| self.install(package))?;
                self.facts.apt_files.cache = true;
            }
            Action::RegisterAlternative { path, priority } => {
                assert_ne!(path.to_str(), Some(LINK), "a link cannot lead to itself");
                self.know(path)?;
                let selection = &mut self.facts.selection;
                if selection.damage.iter().any(GroupDamage::is_in_the_way) {
                    return Err("update-alternatives calls the group corrupt".into());
                }
                selection.damage.clear();
                selection.alternatives.retain(|other| other.path != *path);
                selection
                    .alternatives
                    .push(Alternative { path: path.clone(), priority: i64::from(*priority) });
                selection.link = Link::Ours;
                if !selection.manual || selection.value.is_none() {
                    let best = selection.alternatives.iter().max_by_key(|other| other.priority);
                    selection.value = best.map(|best| best.path.clone());
                }
            }
            Action::SelectAlternative { path } => {
                let selection = &mut self.facts.selection;
                if !selection.alternatives.iter().any(|other| other.path == *path) {
                    return Err(format!("no alternative {}", path.display()));
                }
                selection.value = Some(path.clone());
                selection.manual = true;
                selection.link = Link::Ours;
            }
            Action::MakeVenv { interpreter, version, replace, .. } => {
                let by = self.know(interpreter)?;
                let there = matches!(self.facts.venv.state, State::Good | State::Broken(_));
                if by.version.as_ref() != Some(version) || !by.ensurepip || there != *replace {
                    return Err(format!(
                        "{} cannot make it: {by:?}, {:?}",
                        interpreter.display(),
                        self.facts.venv.state
                    ));
                }
                let venv = &mut self.facts.venv;
                venv.state = State::Good;
                venv.version = Some(version.clone());
                venv.interpreter = Some(interpreter.clone());
                venv.owner_uid = Some(self.facts.rights.owner().uid);
                venv.packages = ["pip".to_owned()].into();
            }
            Action::AddPip { .. } => {
                self.facts.venv.packages.insert("pip".into());
            }
            Action::InstallIntoVenv { packages, .. } => {
                if self.facts.venv.state != State::Good || !self.facts.venv.packages.contains("pip")
                {
                    return Err("there is no pip".into());
                }
                self.facts.venv.packages.extend(packages.iter().map(|name| normalized(name)));
            }
        }
        Ok(())
    }

    /// The interpreter at a path.
    fn know(&self, path: &std::path::Path) -> Result<Interpreter, String> {
        let mut known = self.facts.interpreters.iter().chain(&self.named);
        known
            .find(|found| found.real == path)
            .cloned()
            .ok_or_else(|| format!("no interpreter {}", path.display()))
    }

    fn configure(&mut self) {
        self.facts.packages.interrupted = false;
        let half_done = std::mem::take(&mut self.facts.packages.half_done);
        let ours = half_done
            .into_keys()
            .filter(|name| name.starts_with("python3.") || name == "build-essential");
        self.facts.packages.installed.extend(ours.map(|name| (name, "1".to_owned())));
    }

    fn install(&mut self, package: &str) -> Result<(), String> {
        if self.facts.packages.need_configuring() {
            return Err("dpkg was interrupted".into());
        }
        let offer = self
            .index
            .offers
            .get(package)
            .cloned()
            .ok_or_else(|| format!("unable to locate package {package}"))?;
        let already = self
            .facts
            .packages
            .installed
            .insert(package.to_owned(), offer.version.clone())
            .is_some();
        let Some(series) = package.strip_suffix("-venv") else {
            if package
                .strip_prefix("python3.")
                .is_some_and(|minor| minor.bytes().all(|b| b.is_ascii_digit()))
                && !already
            {
                self.install(&format!("{package}-minimal"))?;
                let version = from_debian(&offer.version).ok_or("an unreadable version")?;
                let path = format!("/usr/bin/{package}");
                self.facts.interpreters.retain(|found| found.real.to_str() != Some(&path));
                let has_venv = self.facts.packages.has(&format!("{package}-venv"));
                let found = Interpreter {
                    version: Some(version),
                    ensurepip: has_venv,
                    ..interpreter(&path, "3.0.0", Home::Apt)
                };
                self.facts.interpreters.push(found);
            }
            return Ok(());
        };
        if !self.facts.packages.has(series) {
            self.install(series)?;
        }
        let path = format!("/usr/bin/{series}");
        let of_series =
            self.facts.interpreters.iter_mut().filter(|found| found.real.to_str() == Some(&path));
        of_series.for_each(|found| found.ensurepip = true);
        Ok(())
    }
}
