//! A plan that is applied to the facts it was made from leaves an empty plan: on any machine, for
//! anything that can be asked for.

use std::collections::BTreeMap;

use labready::apt::alternatives::group_file;
use labready::apt::dpkg::DpkgStatus;
use labready::apt::index::KeptFiles;
use labready::apt::offers::{Offer, Offers};
use labready::error::Error;
use labready::facts::Facts;
use labready::facts::alternatives::{Alternative, Link};
use labready::facts::interpreters::{Home, Interpreter};
use labready::facts::venv::State;
use labready::plan::{Action, Plan};
use labready::problem::{ForeignFolder, GroupDamage, GroupFlaw, Id, Occupant, VenvFlaw};
use labready::request::SelectionRequest;
use labready::version::from_python;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::machines::{self, Asked, interpreter, narrowed, recorded};
use super::simulator::Machine;

/// The newest micro version of each series; the last one is a release candidate.
const SERIES: [(u64, &str); 7] = [
    (7, "3.7.17"),
    (9, "3.9.2"),
    (10, "3.10.12"),
    (11, "3.11.2"),
    (13, "3.13.5"),
    (14, "3.14.2"),
    (12, "3.12.0~rc1"),
];

/// As in `commands::setup`.
const ROUNDS: usize = 4;

/// The packages of some of the series.
fn index(mask: u8, complete: bool) -> Offers {
    let mut offers = BTreeMap::new();
    for (minor, version) in chosen(mask) {
        for ending in
            ["", "-minimal", "-venv", "-dev"].into_iter().take(if complete { 4 } else { 3 })
        {
            let offer = Offer {
                version: format!("{version}-1"),
                from: "http://deb.debian.org/debian sid/main".into(),
            };
            offers.insert(format!("python3.{minor}{ending}"), offer);
        }
    }
    if complete {
        offers.insert(
            "build-essential".into(),
            Offer { version: "12.12".into(), from: String::new() },
        );
    }
    Offers { indexed: mask != 0 || complete, offers }
}

fn chosen(mask: u8) -> impl Iterator<Item = (u64, &'static str)> {
    SERIES
        .into_iter()
        .enumerate()
        .filter(move |(bit, _)| mask & (1 << bit) != 0)
        .map(|(_, series)| series)
}

/// Installed interpreters: bit by bit, each with or without its venv package.
fn installed(facts: &mut Facts, mask: u8, with_venv: u8) {
    facts.interpreters.clear();
    facts.packages = DpkgStatus::default();
    for (minor, version) in chosen(mask) {
        let series = format!("python3.{minor}");
        let has_venv = chosen(with_venv).any(|(other, _)| other == minor);
        let found =
            interpreter(&format!("/usr/bin/{series}"), &version.replace('~', ""), Home::Apt);
        facts.interpreters.push(Interpreter { ensurepip: has_venv, ..found });
        let names = [series.clone(), format!("{series}-minimal"), format!("{series}-venv")];
        for name in names.into_iter().take(if has_venv { 3 } else { 2 }) {
            facts.packages.installed.insert(name, format!("{version}-1"));
        }
    }
}

fn venv_states() -> impl Strategy<Value = State> {
    prop_oneof![
        Just(State::Missing),
        Just(State::Empty),
        Just(State::Good),
        Just(State::Broken(VenvFlaw::Unfinished)),
        Just(State::Foreign(ForeignFolder::File)),
    ]
}

fn links() -> impl Strategy<Value = Link> {
    prop_oneof![4 => Just(Link::Free), 4 => Just(Link::Ours), 1 => Just(Link::Foreign(Occupant::File))]
}

fn requirements() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(prop_oneof![
        Just("3.11"),
        Just(">=3.10"),
        Just("~=3.9"),
        Just("3.12.0rc1"),
        Just("!=3.13.5"),
        Just("<3.7")
    ])
}

prop_compose! {
    fn facts()(
        (mask, with_venv) in (any::<u8>(), any::<u8>()),
        (state, made_by, wheel, pip, owner) in (venv_states(), 0..SERIES.len(), any::<bool>(), any::<bool>(), 0..8u32),
        (link, registered, value, manual) in (links(), any::<u8>(), 0..SERIES.len(), any::<bool>()),
        damaged in prop::bool::weighted(0.2),
        (interrupted, half_done) in (any::<bool>(), proptest::option::of(prop_oneof![Just("vim"), Just("python3.11-venv")])),
    ) -> Facts {
        let mut facts = recorded("bookworm-fresh");
        installed(&mut facts, mask, with_venv);
        let path = |minor: u64| format!("/usr/bin/python3.{minor}").into();
        facts.venv.version = from_python(SERIES[made_by].1);
        facts.venv.interpreter = Some(path(SERIES[made_by].0));
        facts.venv.owner_uid = (!matches!(state, State::Missing)).then_some(if owner == 0 { 0 } else { 1000 });
        facts.venv.packages = [("pip", pip), ("wheel", wheel)].iter().filter(|(_, has)| *has).map(|(name, _)| (*name).to_owned()).collect();
        facts.venv.state = state;
        facts.selection.alternatives =
            chosen(registered).map(|(minor, _)| Alternative { path: path(minor), priority: 300 }).collect();
        facts.selection.value = facts.selection.alternatives.get(value).map(|alternative| alternative.path.clone());
        facts.selection.manual = manual;
        facts.selection.link = link;
        if damaged {
            let damage = GroupDamage { place: group_file(), flaw: GroupFlaw::CutOff };
            facts.selection.alternatives.clear();
            facts.selection.damage.push(damage);
        }
        facts.packages.interrupted = interrupted;
        facts.packages.half_done = half_done.into_iter().map(|name| (name.to_owned(), "half-configured".to_owned())).collect();
        for name in facts.packages.half_done.keys() {
            facts.packages.installed.remove(name);
        }
        facts
    }
}

prop_compose! {
    fn cases()(
        facts in facts(),
        (stale, more, is_complete, becomes_complete) in (any::<u8>(), any::<u8>(), any::<bool>(), prop::bool::weighted(0.9)),
        (python, newest, select, clean, kept) in (requirements(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        named in proptest::option::weighted(0.2, 0..SERIES.len()),
    ) -> (Machine, Asked) {
        let named = named.map(|index| {
            let (minor, version) = SERIES[index];
            let path = format!("/opt/python/bin/python3.{minor}");
            Interpreter { origin: Home::Named, ..interpreter(&path, &version.replace('~', ""), Home::Local) }
        });
        let mut facts = facts;
        facts.apt_files = KeptFiles { cache: kept, index: stale != 0 || is_complete };
        let machine = Machine { facts, index: index(stale, is_complete), fresh: index(stale | more, becomes_complete), named: named.clone() };
        (machine, asked(python, newest, select, clean, named))
    }
}

fn asked(
    python: Option<&str>,
    newest: bool,
    select: bool,
    clean: bool,
    named: Option<Interpreter>,
) -> Asked {
    let mut asked = python.map_or_else(machines::asked, narrowed);
    let request = &mut asked.request;
    request.python.newest = newest;
    request.python.named = named.as_ref().map(|named| named.path.clone());
    request.selection = if select { SelectionRequest::Local } else { SelectionRequest::None };
    request.clean = clean;
    Asked { named, ..asked }
}

fn refreshes(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| step.action == Action::RefreshIndex)
}

/// Errors that mean "this machine cannot become ready", as opposed to a plan that does not lead
/// there.
fn is_honest(error: &Error) -> bool {
    let honest = [
        Id::PythonNotOffered,
        Id::PythonUnusable,
        Id::PackageNotOffered,
        Id::LinkForeign,
        Id::VenvForeign,
        Id::VenvHoldsFiles,
        Id::VenvOfAnother,
    ];
    matches!(error, Error::Problem(problem) if honest.contains(&problem.id()))
}

/// Everything that the course wants is there.
fn expect_ready(machine: &Machine, asked: &Asked, plan: &Plan) {
    let facts = &machine.facts;
    let python = plan.python.as_ref().expect("a ready machine has a Python");
    assert!(asked.request.python.requirement.matches(&python.version) || asked.named.is_some());
    assert_eq!(facts.venv.state, State::Good);
    assert!(asked.request.python.requirement.matches(facts.venv.version.as_ref().unwrap()));
    assert!(facts.venv.packages.contains("pip") && facts.venv.packages.contains("wheel"));
    assert_eq!(facts.venv.owner_uid, Some(1000));
    assert!(facts.packages.has("build-essential"));
    if asked.named.is_none() {
        let series = python.series();
        for package in [series.clone(), format!("{series}-venv"), format!("{series}-dev")] {
            assert!(facts.packages.has(&package), "{package}");
        }
    }
    if asked.request.selection == SelectionRequest::Local {
        assert_eq!(
            (&facts.selection.link, facts.selection.value.as_ref()),
            (&Link::Ours, Some(&python.path))
        );
        assert!(facts.selection.manual);
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Ready, after this many rounds.
    Ready(usize),
    /// The machine cannot become ready, and is told why.
    Refused,
    /// The fresh index lacks what the step after it needs; the step fails and says so.
    Lacking,
}

/// Plans and applies until nothing is left to do, and complains of everything on the way that must
/// not be.
fn converge(mut machine: Machine, mut asked: Asked) -> Result<Outcome, TestCaseError> {
    for round in 0..ROUNDS {
        let plan = match machine.plan(&asked) {
            Ok(plan) => plan,
            Err(error) => {
                prop_assert!(is_honest(&error), "{error}");
                prop_assert!(
                    round == 0 || asked.is_fresh,
                    "an error that could have been told at first: {error}"
                );
                return Ok(Outcome::Refused);
            }
        };
        prop_assert_eq!(
            &Ok::<_, String>(plan.clone()),
            &machine.plan(&asked).map_err(|error| error.to_string())
        );
        if plan.is_empty() {
            expect_ready(&machine, &asked, &plan);
            return Ok(Outcome::Ready(round));
        }
        prop_assert!(
            round == 0 || asked.is_fresh,
            "a second plan without a fresh index: {:#?}",
            plan.steps
        );
        prop_assert!(!asked.is_fresh || !refreshes(&plan), "the index is refreshed twice");
        match machine.apply(&plan) {
            Ok(()) => {}
            // Only an index that is still to be fetched may lack what a step needs.
            Err(why) if !refreshes(&plan) => prop_assert!(false, "{why}"),
            Err(_) => return Ok(Outcome::Lacking),
        }
        asked.is_fresh |= refreshes(&plan);
    }
    Err(TestCaseError::fail(format!("not ready after {ROUNDS} rounds")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_applied_to_the_facts_it_was_made_from_leaves_an_empty_plan((machine, asked) in cases()) {
        converge(machine, asked)?;
    }
}

/// The property above is worth something only if its machines differ.
#[test]
fn the_machines_of_the_property_become_ready_in_every_way_and_are_refused_too() {
    let mut runner = TestRunner::deterministic();
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for _ in 0..500 {
        let (machine, asked) = cases().new_tree(&mut runner).unwrap().current();
        *outcomes.entry(converge(machine, asked).unwrap()).or_default() += 1;
    }
    for outcome in [Outcome::Ready(1), Outcome::Ready(2), Outcome::Refused, Outcome::Lacking] {
        assert!(
            outcomes.get(&outcome).is_some_and(|count| *count >= 5),
            "{outcome:?} is missing: {outcomes:?}"
        );
    }
}
