//! Which interpreter: pure. An installed one in range first, then what apt knows, then a fresh
//! index, then an error that says why not.

use std::path::PathBuf;

use super::archive;
use super::choice::{Candidate, Choice, Origin};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::facts::damaged::DamagedInterpreter;
use crate::facts::interpreters::{Home, Interpreter};
use crate::problem::{Obstacle, PythonFlaw, PythonProblem};
use crate::request::PythonRequest;
use crate::version::{self, PythonVersion};

/// What came of choosing.
pub(super) enum Chosen {
    /// This one.
    Taken(Choice),
    /// Only a fresh package index can decide.
    Open,
    /// Only deadsnakes can help, for this codename.
    Archive(String),
}

/// What can still be asked where the index has nothing that fits.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Remaining {
    /// A fresh index.
    FreshIndex,
    /// deadsnakes: the index is fresh.
    Archive,
    /// Nothing, for this reason.
    Nothing(Obstacle),
}

/// Chooses, and says why of every candidate. `facts.apt` unasked counts as an index without offers.
///
/// # Errors
/// [`PythonProblem`] that lists what was found where, why each was refused, and what to do; or
/// that names the installed one that only has to be reinstalled.
pub(super) fn choose(
    wanted: &PythonRequest,
    facts: &Facts,
    remaining: Remaining,
) -> Result<(Chosen, Vec<Candidate>)> {
    let chosen = choose_undamaged(wanted, facts, remaining);
    let is_installed =
        matches!(&chosen, Ok((Chosen::Taken(choice), _)) if choice.origin != Origin::Apt);
    let damaged = damaged(wanted, facts).filter(|_| !is_installed);
    damaged.map_or(chosen, |damaged| Err(damaged.problem().into()))
}

/// The damaged interpreter that would be chosen if it were not.
fn damaged<'a>(wanted: &PythonRequest, facts: &'a Facts) -> Option<&'a DamagedInterpreter> {
    facts.damaged.iter().rev().find(|damaged| match &facts.named {
        Some(named) => damaged.path == named.path || damaged.path == named.real,
        None => {
            let mut packages = damaged.packages.iter();
            let version = packages.find_map(|package| facts.packages.installed.get(package));
            let version = version.and_then(|version| version::from_debian(version));
            version.is_some_and(|version| wanted.requirement.matches(&version))
        }
    })
}

fn choose_undamaged(
    wanted: &PythonRequest,
    facts: &Facts,
    remaining: Remaining,
) -> Result<(Chosen, Vec<Candidate>)> {
    if let Some(named) = &facts.named {
        return choose_named(wanted, named);
    }
    let mut candidates: Vec<Weighed> =
        facts.interpreters.iter().map(|found| weigh_installed(wanted, facts, found)).collect();
    candidates.extend(
        offers(facts)
            .filter(|(name, _)| !is_working(facts, name))
            .map(|(name, version)| weigh_offer(wanted, facts, name, version)),
    );
    let fitting = candidates.iter().enumerate().filter(|(_, weighed)| weighed.choice.is_some());
    let installed_first = |weighed: &Weighed| !wanted.newest && weighed.is_installed();
    let best = fitting.max_by_key(|(_, weighed)| {
        let version = weighed.candidate.version.clone();
        let is_complete = weighed.lacks.is_none();
        (is_complete, installed_first(weighed), version, weighed.is_installed())
    });
    let best = best.and_then(|(index, weighed)| Some((index, weighed.choice.clone()?)));
    if let Some((best, choice)) = best {
        mark_taken(&mut candidates, best);
        return Ok((Chosen::Taken(choice), only_candidates(candidates)));
    }
    let candidates = only_candidates(candidates);
    match (remaining, archive::codename(facts)) {
        (Remaining::FreshIndex, None) if has_gone_by(wanted, facts) => {
            Err(nothing_fits(wanted, facts, &candidates, None))
        }
        (Remaining::FreshIndex, _) => Ok((Chosen::Open, candidates)),
        (Remaining::Archive, Some(codename)) => Ok((Chosen::Archive(codename), candidates)),
        (Remaining::Archive, None) => Err(nothing_fits(wanted, facts, &candidates, None)),
        (Remaining::Nothing(obstacle), _) => {
            Err(nothing_fits(wanted, facts, &candidates, Some(obstacle)))
        }
    }
}

/// Says of every candidate that fits whether it is taken, or which one is better.
fn mark_taken(candidates: &mut [Weighed], best: usize) {
    let beaten_by = format!("{} is the better match", candidates[best].candidate.what);
    let fitting = candidates.iter_mut().enumerate().filter(|(_, one)| one.choice.is_some());
    for (index, weighed) in fitting {
        weighed.candidate.taken = index == best;
        if index != best {
            weighed.candidate.why = weighed.lacks.take().unwrap_or_else(|| beaten_by.clone());
        }
    }
}

/// Whether all that apt has is too new: an archive goes on to newer Pythons, and never back, so that
/// no refresh helps while its sources are the same.
fn has_gone_by(wanted: &PythonRequest, facts: &Facts) -> bool {
    let mut offered = offers(facts).peekable();
    offered.peek().is_some()
        && offered.all(|(_, version)| wanted.requirement.is_before(&version))
        && archive::in_use(facts).is_none()
        && !facts.apt_index.is_older_than_sources()
}

/// The interpreter that would be chosen among the installed ones; `None` when none fits.
///
/// # Errors
/// [`PythonProblem`] when `--python PATH` names one that cannot be used.
pub fn installed(wanted: &PythonRequest, facts: &Facts) -> Result<Option<Choice>> {
    let without_apt = Facts { apt: None, ..facts.clone() };
    match choose(wanted, &without_apt, Remaining::FreshIndex)? {
        (Chosen::Taken(choice), _) => Ok(Some(choice)),
        (Chosen::Open | Chosen::Archive(_), _) => Ok(None),
    }
}

/// A candidate, and what it would be as a choice when it fits.
struct Weighed {
    candidate: Candidate,
    choice: Option<Choice>,
    /// Why no virtual environment can be made with it, though it fits.
    lacks: Option<String>,
}

impl Weighed {
    fn is_installed(&self) -> bool {
        self.choice.as_ref().is_some_and(|choice| choice.origin == Origin::Installed)
    }
}

fn only_candidates(weighed: Vec<Weighed>) -> Vec<Candidate> {
    weighed.into_iter().map(|weighed| weighed.candidate).collect()
}

fn choose_named(wanted: &PythonRequest, named: &Interpreter) -> Result<(Chosen, Vec<Candidate>)> {
    let shown = named.path.display();
    let refuse = |why| Err(PythonProblem::Unusable { path: named.path.clone(), why }.into());
    let Some(version) = &named.version else {
        return refuse(named.problem.clone().unwrap_or(PythonFlaw::NotAsked));
    };
    if let Some(why) = refusal(wanted, version) {
        return refuse(PythonFlaw::OutOfRange { version: version.clone(), why });
    }
    if !named.ensurepip {
        return refuse(PythonFlaw::WithoutEnsurepip);
    }
    let why = "`--python` asks for it".to_owned();
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

fn weigh_installed(wanted: &PythonRequest, facts: &Facts, found: &Interpreter) -> Weighed {
    let candidate = |why: String| Candidate {
        what: found.path.display().to_string(),
        version: found.version.clone(),
        origin: found.origin.words().to_owned(),
        taken: false,
        why,
    };
    let refused = |why: String| Weighed { candidate: candidate(why), choice: None, lacks: None };
    let Some(version) = &found.version else {
        let flaw = found.problem.clone().unwrap_or(PythonFlaw::NotAsked);
        return refused(format!("it {}", flaw.words()));
    };
    if let Some(reason) = refusal(wanted, version) {
        return refused(reason);
    }
    if found.origin != Home::Apt {
        return refused(format!(
            "it is not from apt; use it with `--python {}`",
            found.path.display()
        ));
    }
    let why = format!("it is installed and in `{}`", wanted.requirement);
    let choice = Choice {
        path: found.real.clone(),
        version: version.clone(),
        origin: Origin::Installed,
        why: why.clone(),
    };
    let lacks = missing_venv(facts, found, &choice);
    Weighed { candidate: candidate(why), choice: Some(choice), lacks }
}

/// Why an installed interpreter can make no virtual environment: its package for that is not here,
/// and apt, when it was asked, has none.
fn missing_venv(facts: &Facts, found: &Interpreter, choice: &Choice) -> Option<String> {
    let package = format!("{}-venv", choice.series());
    let apt = facts.apt.as_ref()?;
    // What is half-done will be finished.
    let packages = &facts.packages;
    let is_there = packages.has(&package) || packages.half_done.contains_key(&package);
    let is_obtainable = found.ensurepip || is_there || apt.offers.contains_key(&package);
    (!is_obtainable).then(|| format!("`{package}` is not installed, and apt does not offer it"))
}

fn weigh_offer(
    wanted: &PythonRequest,
    facts: &Facts,
    name: &str,
    version: PythonVersion,
) -> Weighed {
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
    let is_damaged = facts.packages.has(name);
    let damaged = || is_damaged.then(|| "it is installed, but does not run".to_owned());
    let reason = refusal(wanted, &version).or_else(damaged);
    let choice = reason.is_none().then(|| Choice {
        path: PathBuf::from("/usr/bin").join(name),
        version: version.clone(),
        origin: Origin::Apt,
        why: format!("it is the newest in `{}` that apt has", wanted.requirement),
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
        lacks: None,
    }
}

/// Why a version does not fit; `None` when it does.
fn refusal(wanted: &PythonRequest, version: &PythonVersion) -> Option<String> {
    if wanted.requirement.matches(version) {
        return None;
    }
    if version.is_pre_release() && wanted.requirement.matches_numbers(version) {
        return Some(
            "it is a pre-release, which is used only when `--python` names it exactly".into(),
        );
    }
    // The course's reason speaks of its own range, not of what `--python` made of it.
    let because = wanted.because.as_ref().filter(|_| !wanted.range.matches(version));
    let because = because.map(|because| format!(": {because}")).unwrap_or_default();
    Some(format!("it is not in `{}`{because}", wanted.requirement))
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

fn nothing_fits(
    wanted: &PythonRequest,
    facts: &Facts,
    candidates: &[Candidate],
    obstacle: Option<Obstacle>,
) -> Error {
    let is_indexed = facts.apt.as_ref().is_some_and(|apt| apt.indexed);
    let obstacle = obstacle.unwrap_or_else(|| match archive::in_use(facts) {
        _ if !is_indexed => Obstacle::NoIndex,
        Some(source) => Obstacle::ArchiveWithout { source: source.to_string() },
        None if candidates.is_empty() => Obstacle::NoOffer,
        None => Obstacle::OutOfRange {
            unserved: archive::not_served(facts),
            series: wanted.requirement.newest_series(),
        },
    });
    let not_offered = PythonProblem::NotOffered {
        wanted: wanted.requirement.clone(),
        because: wanted.because.clone().filter(|_| !wanted.is_narrowed()),
        system: facts.distro.name.clone(),
        candidates: candidates.iter().map(Candidate::line).collect(),
        obstacle,
    };
    facts.disk.apt_problem(facts.apt_files.cache).unwrap_or_else(|| not_offered.into()).into()
}
