//! Which interpreter: pure. An installed one in range first, then what apt knows, then a fresh
//! index, then an error that says why not.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::archive;
use crate::error::Error;
use crate::facts::Facts;
use crate::facts::interpreters::{Home, Interpreter};
use crate::version::{self, PythonVersion, Requirement};

/// What is wanted of the interpreter.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The course's range.
    pub range: Requirement,
    /// The same, narrowed by `--python REQ`.
    pub requirement: Requirement,
    /// Why the course has its range.
    pub because: Option<String>,
    /// `--newest`: an installed one is not good enough when apt offers a newer one.
    pub newest: bool,
    /// `--python PATH`, as it answered.
    pub named: Option<Interpreter>,
}

/// The interpreter that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Choice {
    /// Where it is, or will be.
    pub path: PathBuf,
    /// Its version.
    pub version: PythonVersion,
    /// Where it comes from.
    pub origin: Origin,
    /// Why this one.
    pub why: String,
}

/// Where the chosen interpreter comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is installed by apt already.
    Installed,
    /// apt will install it from the sources that are configured.
    Apt,
    /// It was named by `--python PATH`.
    Named,
}

impl Choice {
    /// The name of its package: `python3.13`.
    pub fn series(&self) -> String {
        format!("python{}.{}", self.version.major, self.version.minor)
    }
}

/// An interpreter that was considered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Candidate {
    /// A path, or a package name.
    pub what: String,
    /// Its version, where it is known.
    pub version: Option<PythonVersion>,
    /// Whose it is, in words.
    pub origin: String,
    /// Whether it was taken.
    pub taken: bool,
    /// Why it was taken or refused.
    pub why: String,
}

/// What came of choosing.
pub(super) enum Chosen {
    /// This one.
    Taken(Choice),
    /// Only a fresh package index can tell.
    Open,
    /// Only deadsnakes can help, for this codename.
    Archive(String),
}

/// What can still be hoped for where the index has nothing that fits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hope {
    /// A fresh index.
    FreshIndex,
    /// deadsnakes: the index is fresh.
    Archive,
    /// Nothing, and what to do about it: there is no network.
    None(&'static str),
}

/// Chooses, and says why of every candidate. `facts.apt` unasked counts as an index without offers.
///
/// # Errors
/// [`Error::NoPython`] that lists what was found where, why each was refused, and what to do.
pub(super) fn choose(
    wish: &Wish,
    facts: &Facts,
    hope: Hope,
) -> Result<(Chosen, Vec<Candidate>), Error> {
    if let Some(named) = &wish.named {
        return choose_named(wish, named);
    }
    let mut candidates: Vec<Weighed> =
        facts.interpreters.iter().map(|found| weigh_installed(wish, found)).collect();
    candidates.extend(
        offers(facts)
            .filter(|(name, _)| !is_working(facts, name))
            .map(|(name, version)| weigh_offer(wish, facts, name, version)),
    );
    let fitting = candidates.iter().enumerate().filter(|(_, weighed)| weighed.choice.is_some());
    let installed_first = |weighed: &Weighed| !wish.newest && weighed.is_installed();
    let best = fitting.max_by_key(|(_, weighed)| {
        (installed_first(weighed), weighed.candidate.version.clone(), weighed.is_installed())
    });
    let best = best.map(|(index, _)| index);
    if let Some(best) = best {
        let taken = candidates[best].choice.clone();
        let beaten_by = format!("{} is preferred", candidates[best].candidate.what);
        for (index, weighed) in
            candidates.iter_mut().enumerate().filter(|(_, weighed)| weighed.choice.is_some())
        {
            weighed.candidate.taken = index == best;
            if index != best {
                weighed.candidate.why = beaten_by.clone();
            }
        }
        if let Some(taken) = taken {
            return Ok((Chosen::Taken(taken), only_candidates(candidates)));
        }
    }
    let candidates = only_candidates(candidates);
    match (hope, archive::codename(facts)) {
        (Hope::FreshIndex, _) => Ok((Chosen::Open, candidates)),
        (Hope::Archive, Some(codename)) => Ok((Chosen::Archive(codename), candidates)),
        (Hope::Archive, None) => Err(nothing_fits(wish, facts, &candidates, None)),
        (Hope::None(hint), _) => Err(nothing_fits(wish, facts, &candidates, Some(hint))),
    }
}

/// The interpreter that would be chosen among the installed ones; `None` when none fits.
///
/// # Errors
/// [`Error::NoPython`] when `--python PATH` names one that cannot be used.
pub fn installed(wish: &Wish, facts: &Facts) -> Result<Option<Choice>, Error> {
    let without_apt = Facts { apt: None, ..facts.clone() };
    match choose(wish, &without_apt, Hope::FreshIndex)? {
        (Chosen::Taken(choice), _) => Ok(Some(choice)),
        (Chosen::Open | Chosen::Archive(_), _) => Ok(None),
    }
}

/// A candidate, and what it would be as a choice when it fits.
struct Weighed {
    candidate: Candidate,
    choice: Option<Choice>,
}

impl Weighed {
    fn is_installed(&self) -> bool {
        self.choice.as_ref().is_some_and(|choice| choice.origin == Origin::Installed)
    }
}

fn only_candidates(weighed: Vec<Weighed>) -> Vec<Candidate> {
    weighed.into_iter().map(|weighed| weighed.candidate).collect()
}

fn choose_named(wish: &Wish, named: &Interpreter) -> Result<(Chosen, Vec<Candidate>), Error> {
    let shown = named.path.display();
    let refuse =
        |message: String, hint: &str| Err(Error::NoPython { message, hint: hint.to_owned() });
    let Some(version) = &named.version else {
        let problem = named.problem.as_deref().unwrap_or("it did not say its version");
        return refuse(
            format!("`{shown}` is not a usable Python 3: {problem}"),
            "name an interpreter, for example `--python /usr/bin/python3.12`",
        );
    };
    if let Some(reason) = refusal(wish, version) {
        return refuse(
            format!("`{shown}` is Python {version}: {reason}"),
            "leave `--python` out to let labready choose",
        );
    }
    if !named.ensurepip {
        let message = format!("`{shown}` cannot make a virtual environment: it has no ensurepip");
        return refuse(
            message,
            "install its venv package, or leave `--python` out to let labready choose",
        );
    }
    let why = "it was named by `--python`".to_owned();
    // A link that was named may itself be the one that is to be selected, and may be switched
    // later.
    let choice = Choice {
        path: named.real.clone(),
        version: version.clone(),
        origin: Origin::Named,
        why: why.clone(),
    };
    let candidate = Candidate {
        what: shown.to_string(),
        version: Some(version.clone()),
        origin: Home::Named.words().into(),
        taken: true,
        why,
    };
    Ok((Chosen::Taken(choice), vec![candidate]))
}

fn weigh_installed(wish: &Wish, found: &Interpreter) -> Weighed {
    let candidate = |why: String| Candidate {
        what: found.path.display().to_string(),
        version: found.version.clone(),
        origin: found.origin.words().to_owned(),
        taken: false,
        why,
    };
    let refused = |why: String| Weighed { candidate: candidate(why), choice: None };
    let Some(version) = &found.version else {
        return refused(
            found
                .problem
                .clone()
                .unwrap_or_else(|| "its version is not known without starting it".into()),
        );
    };
    if let Some(reason) = refusal(wish, version) {
        return refused(reason);
    }
    if found.origin != Home::Apt {
        return refused(format!(
            "it is {}; `--python {}` takes it",
            found.origin.words(),
            found.path.display()
        ));
    }
    let why = format!("it is installed, and in `{}`", wish.requirement);
    let choice = Choice {
        path: found.real.clone(),
        version: version.clone(),
        origin: Origin::Installed,
        why: why.clone(),
    };
    Weighed { candidate: candidate(why), choice: Some(choice) }
}

fn weigh_offer(wish: &Wish, facts: &Facts, name: &str, version: PythonVersion) -> Weighed {
    let from = facts
        .apt
        .as_ref()
        .and_then(|apt| apt.offers.get(name))
        .map(|offer| offer.from.as_str())
        .unwrap_or_default();
    let origin = if from.is_empty() {
        "offered by apt".to_owned()
    } else {
        format!("offered by apt from {from}")
    };
    let damaged = facts.packages.has(name).then(|| {
        format!("dpkg says that it is installed, and /usr/bin/{name} does not answer; `apt-get install --reinstall {name}-minimal {name}` mends it")
    });
    let reason = refusal(wish, &version).or(damaged);
    let choice = reason.is_none().then(|| Choice {
        path: PathBuf::from("/usr/bin").join(name),
        version: version.clone(),
        origin: Origin::Apt,
        why: format!("it is the newest in `{}` that apt offers", wish.requirement),
    });
    let why =
        reason.or_else(|| choice.as_ref().map(|choice| choice.why.clone())).unwrap_or_default();
    Weighed {
        candidate: Candidate {
            what: name.to_owned(),
            version: Some(version),
            origin,
            taken: false,
            why,
        },
        choice,
    }
}

/// Why a version does not fit; `None` when it does.
fn refusal(wish: &Wish, version: &PythonVersion) -> Option<String> {
    if wish.requirement.matches(version) {
        return None;
    }
    if version.is_pre_release() && wish.requirement.matches_numbers(version) {
        return Some(
            "it is a pre-release, which is taken only when `--python` names it exactly".into(),
        );
    }
    // The course's reason speaks of its own range, not of what `--python` made of it.
    let because = wish.because.as_ref().filter(|_| !wish.range.matches(version));
    let because = because.map(|because| format!(": {because}")).unwrap_or_default();
    Some(format!("it is not in `{}`{because}", wish.requirement))
}

/// The Pythons that apt offers, as versions.
fn offers(facts: &Facts) -> impl Iterator<Item = (&str, PythonVersion)> {
    let offers = facts.apt.iter().flat_map(|apt| apt.offers.iter());
    offers.filter_map(|(name, offer)| {
        let minor = name.strip_prefix("python3.")?;
        let is_interpreter = !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit());
        is_interpreter
            .then(|| version::from_debian(&offer.version))
            .flatten()
            .map(|version| (name.as_str(), version))
    })
}

/// Whether the package's interpreter was found, and answered.
fn is_working(facts: &Facts, package: &str) -> bool {
    facts.interpreters.iter().any(|found| {
        found.origin == Home::Apt && found.real.ends_with(package) && found.version.is_some()
    })
}

fn nothing_fits(wish: &Wish, facts: &Facts, candidates: &[Candidate], hint: Option<&str>) -> Error {
    let mut message =
        format!("no Python in `{}` was found on {}", wish.requirement, facts.distro.name);
    if let Some(because) = wish.because.as_ref().filter(|_| wish.requirement == wish.range) {
        message.push_str(&format!(" ({because})"));
    }
    for candidate in candidates {
        let version =
            candidate.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
        message.push_str(&format!(
            "\n  {}{version}, {}: {}",
            candidate.what, candidate.origin, candidate.why
        ));
    }
    let indexed = facts.apt.as_ref().is_some_and(|apt| apt.indexed);
    if let Some(source) = archive::in_use(facts).filter(|_| indexed && hint.is_none()) {
        let hint = format!(
            "the deadsnakes source of {source} offers none: `sudo apt-get update` says what is wrong with it; without it, labready adds its own"
        );
        return Error::NoPython { message, hint };
    }
    let hint = if let Some(hint) = hint {
        hint
    } else if !indexed {
        "apt has no package index: check the network and `apt-get update`, then run labready again"
    } else if candidates.is_empty() {
        "apt offers no Python 3 at all: check its sources with `apt-cache policy`"
    } else {
        "add an apt source that offers one, or name an interpreter with `--python PATH`"
    };
    Error::NoPython { message, hint: hint.to_owned() }
}
