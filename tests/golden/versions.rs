//! Versions and requirements: read as Python and Debian mean them (PEP 440, deb-version(7)), or
//! refused; never misread.

use insta::assert_snapshot;
use labready::version::{PythonVersion, Requirement, Stage, from_debian, from_python};
use proptest::prelude::*;

/// Numbers, and a pre-release as Python spells it: `rc` and 1.
type Release = ((u64, u64, u64), Option<(&'static str, u32)>);

fn releases() -> impl Strategy<Value = Release> {
    let suffix = proptest::option::of((prop_oneof![Just("a"), Just("b"), Just("rc")], 0..20u32));
    ((2..5u64, 0..16u64, 0..30u64), suffix)
}

fn written(((major, minor, patch), suffix): Release) -> String {
    let suffix = suffix.map(|(name, number)| format!("{name}{number}")).unwrap_or_default();
    format!("{major}.{minor}.{patch}{suffix}")
}

fn read(release: Release) -> PythonVersion {
    from_python(&written(release)).unwrap()
}

/// Three numbers.
type Numbers = (u64, u64, u64);

fn numbers() -> impl Strategy<Value = Numbers> {
    (2..5u64, 0..16u64, 0..30u64)
}

/// A comparison of a requirement: its kind, and the numbers in it.
type Clause = (usize, Numbers);

fn clauses() -> impl Strategy<Value = Clause> {
    (0..15usize, numbers())
}

/// A clause as it is written, and whether PEP 440 says that a final release is in it: an own and
/// plainer reading.
fn reading((kind, (a, b, c)): Clause, v: Numbers) -> (String, bool) {
    let series = (v.0, v.1);
    match kind {
        0 => (format!("{a}.{b}"), series == (a, b)),
        1 => (format!("{a}.{b}.{c}"), v == (a, b, c)),
        2 => (format!("=={a}.{b}.*"), series == (a, b)),
        3 => (format!("== {a}.{b}.{c}"), v == (a, b, c)),
        4 => (format!("!={a}.{b}.{c}"), v != (a, b, c)),
        5 => (format!("!={a}.{b}.*"), series != (a, b)),
        6 => (format!(">={a}.{b}"), v >= (a, b, 0)),
        7 => (format!(">= {a}.{b}.{c}"), v >= (a, b, c)),
        8 => (format!("<{a}.{b}"), v < (a, b, 0)),
        9 => (format!("<{a}.{b}.{c}"), v < (a, b, c)),
        10 => (format!(">{a}.{b}.{c}"), v > (a, b, c)),
        11 => (format!("<={a}.{b}.{c}"), v <= (a, b, c)),
        12 => (format!("~={a}.{b}"), v.0 == a && v >= (a, b, 0)),
        13 => (format!("~={a}.{b}.{c}"), series == (a, b) && v >= (a, b, c)),
        _ => (a.to_string(), v.0 == a),
    }
}

#[test]
fn requirements_that_python_and_semver_read_differently_are_refused_with_what_to_write() {
    let doubtful = [
        "",
        "  ",
        ",",
        "3.12,",
        ">=3.7 <3.14",
        "^3.8",
        "~3.8",
        "===3.12.4",
        "==3.12",
        "!=3.12",
        "~=3",
        ">3.12",
        "<=3.12",
        ">=3.*",
        "3.12+",
        "3.12~",
        "~=3.12rc1",
        "3.12rc",
        "3.12rc1+",
        "3.12.0rc1.*",
        "3.12.0dev1",
        "3.12.4.1",
        "python3.12",
        "latest",
        "3.x",
        "*",
        "3..12",
        "-3",
        "99999999999999999999.1",
    ];
    let answers = doubtful.map(|text| match Requirement::parse(text) {
        Ok(requirement) => format!("{text:?} is taken as {requirement:?}"),
        Err(complaint) => format!("{text:?}: {complaint}"),
    });
    assert_snapshot!(answers.join("\n"));
}

#[test]
fn requirements_are_printed_as_python_spells_them() {
    let typed = [
        ">=3.7,<3.14",
        ">= 3.14.0-rc.1, < 4",
        "3.14.0-alpha.2",
        "3.14rc1",
        "~=3.14.0b2",
        "!=3.13.*",
    ];
    let printed = typed.map(|text| Requirement::parse(text).unwrap().to_string());
    assert_eq!(
        printed,
        [">=3.7, <3.14", ">=3.14.0rc1, <4", "3.14.0a2", "3.14.0rc1", "~=3.14.0b2", "!=3.13.*"]
    );
}

#[test]
fn a_pre_release_of_the_first_version_out_of_range_is_out_of_range_too() {
    let matches = |requirement: &str, version: &str| {
        Requirement::parse(requirement).unwrap().matches(&from_python(version).unwrap())
    };
    assert!(!matches(">=3.7, <3.14, 3.14.0rc1", "3.14.0rc1"));
    assert!(!Requirement::parse(">=3.7, <3.14, 3.14.0rc1").unwrap().is_satisfiable());
    assert!(matches(">=3.7, <3.14.0rc2, 3.14.0rc1", "3.14.0rc1"));
    assert!(matches("~=3.14.0rc1", "3.14.0rc1") && matches("~=3.14.0rc1", "3.14.2"));
    assert!(!matches("~=3.14.0rc1", "3.15.0"));
}

#[test]
fn a_recorded_version_in_semvers_spelling_is_still_read() {
    let version: PythonVersion = serde_json::from_str("\"3.14.0-rc.1\"").unwrap();
    assert_eq!(
        version,
        PythonVersion { stage: Stage::Candidate(1), ..PythonVersion::new(3, 14, 0) }
    );
    assert!(serde_json::from_str::<PythonVersion>("\"3.14.0-fast\"").is_err());
}

#[test]
fn a_range_knows_what_lies_beyond_it_and_its_newest_series() {
    let range = |text: &str| Requirement::parse(text).unwrap();
    let course = range(">=3.7, <3.14");
    assert!(course.is_before(&PythonVersion::new(3, 14, 0)));
    assert!(course.is_before(&from_python("3.15.0rc1").unwrap()));
    assert!(!course.is_before(&PythonVersion::new(3, 6, 9)));
    assert!(!range(">=3.12").is_before(&PythonVersion::new(3, 9, 2)));
    assert!(range("==3.8.*").is_before(&PythonVersion::new(3, 11, 2)));
    let newest = ["<3.14", "==3.8.*", "3.11.4", ">=3.9", "<3"].map(|it| range(it).newest_series());
    assert_eq!(
        newest.each_ref().map(Option::as_deref),
        [Some("3.13"), Some("3.8"), Some("3.11"), Some("3.14"), None]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_requirement_means_what_pep_440_says(clause in clauses(), numbers in numbers()) {
        let (text, holds) = reading(clause, numbers);
        let version = PythonVersion::new(numbers.0, numbers.1, numbers.2);
        prop_assert_eq!(Requirement::parse(&text).unwrap().matches(&version), holds, "`{}` and {}", text, version);
    }

    #[test]
    fn beyond_a_range_nothing_matches_any_more(one in clauses(), other in clauses(), at in numbers(), later in numbers()) {
        let texts = [one, other].map(|clause| reading(clause, at).0);
        let requirement = Requirement::parse(&texts.join(", ")).unwrap();
        let version = |(major, minor, patch)| PythonVersion::new(major, minor, patch);
        let is_beyond = requirement.is_before(&version(at)) && later >= at;
        prop_assert!(!is_beyond || !requirement.matches(&version(later)), "`{}`: {:?} and {:?}", requirement, at, later);
    }

    #[test]
    fn several_clauses_must_all_hold(one in clauses(), other in clauses(), numbers in numbers()) {
        let ((one, one_holds), (other, other_holds)) = (reading(one, numbers), reading(other, numbers));
        let requirement = Requirement::parse(&format!("{one}, {other}")).unwrap();
        let version = PythonVersion::new(numbers.0, numbers.1, numbers.2);
        let both = Requirement::parse(&one).unwrap().and(&Requirement::parse(&other).unwrap());
        prop_assert_eq!(requirement.matches(&version), one_holds && other_holds);
        prop_assert_eq!(requirement.matches(&version), both.matches(&version));
    }

    #[test]
    fn a_range_with_anything_in_it_is_known_to_be_satisfiable(clauses in proptest::collection::vec(clauses(), 1..4)) {
        let text: Vec<String> = clauses.into_iter().map(|clause| reading(clause, (3, 0, 0)).0).collect();
        let requirement = Requirement::parse(&text.join(", ")).unwrap();
        let mut grid = (0..18).flat_map(|minor| (0..33).map(move |patch| PythonVersion::new(3, minor, patch)));
        let found = grid.find(|version| requirement.matches(version));
        prop_assert!(found.is_none() || requirement.is_satisfiable(), "`{}` has {:?}", requirement, found);
    }

    #[test]
    fn a_range_with_nothing_in_it_is_known_too(low in (8..16u64), less in (1..8u64)) {
        let requirement = |text: String| Requirement::parse(&text).unwrap();
        let narrowed = requirement(format!(">=3.{}, <3.{low}", low - less)).and(&requirement(format!("3.{low}")));
        prop_assert!(!narrowed.is_satisfiable(), "{}", narrowed);
    }

    #[test]
    fn a_pre_release_is_in_no_range_that_does_not_name_it(clause in clauses(), release in releases()) {
        let (text, _) = reading(clause, release.0);
        let version = read(release);
        prop_assume!(version.is_pre_release());
        prop_assert!(!Requirement::parse(&text).unwrap().matches(&version), "`{}` and {}", text, version);
        let named = Requirement::parse(&written(release)).unwrap();
        prop_assert!(named.matches(&version) && named.is_satisfiable());
    }

    #[test]
    fn what_is_printed_is_pythons_spelling_and_can_be_typed(release in releases()) {
        let version = read(release);
        prop_assert_eq!(version.to_string(), written(release));
        prop_assert_eq!(version.to_string().parse(), Ok(version.clone()));
        let json = serde_json::to_string(&version).unwrap();
        prop_assert_eq!(&json, &format!("\"{version}\""));
        prop_assert_eq!(&serde_json::from_str::<PythonVersion>(&json).unwrap(), &version);
        let typed = Requirement::parse(&version.to_string()).unwrap();
        prop_assert_eq!(typed.to_string(), version.to_string());
        prop_assert!(typed.matches(&version));
    }

    #[test]
    fn every_spelling_of_pep_440_is_the_same_version(release in releases(), before in "[-_.]?", between in "[-_.]?", long in any::<bool>()) {
        let ((major, minor, patch), Some((name, number))) = release else { return Ok(()) };
        let name = match name { "a" if long => "alpha", "b" if long => "Beta", "rc" if long => "c", name => name };
        let spelled = format!("{major}.{minor}.{patch}{before}{name}{between}{number}");
        prop_assert_eq!(from_python(&spelled), Some(read(release)), "{}", spelled);
        let typed = Requirement::parse(&spelled).unwrap();
        prop_assert_eq!(typed.to_string(), written(release), "{}", spelled);
    }

    #[test]
    fn a_version_is_read_as_it_is_written(release in releases()) {
        let ((major, minor, patch), suffix) = release;
        let version = read(release);
        prop_assert_eq!((version.major, version.minor, version.patch, !version.is_pre_release()), (major, minor, patch, suffix.is_none()));
        prop_assert_eq!(from_python(&format!("{}+\n", written(release))), Some(version));
    }

    #[test]
    fn a_debian_version_is_the_python_in_it(release in releases(), epoch in proptest::option::of(0..3u32), revision in "(-[0-9][a-z0-9.+~]{0,12})?") {
        let ((major, minor, patch), suffix) = release;
        let tilde = suffix.map(|(name, number)| format!("~{name}{number}")).unwrap_or_default();
        let epoch = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
        prop_assert_eq!(from_debian(&format!("{epoch}{major}.{minor}.{patch}{tilde}{revision}")), Some(read(release)));
    }

    #[test]
    fn versions_are_ordered_as_they_were_released(one in releases(), other in releases()) {
        // `None` is the final release, which comes after every pre-release; `a` < `b` < `rc` by
        // their letters.
        let age = |(numbers, suffix): Release| (numbers, suffix.is_none(), suffix);
        prop_assert_eq!(read(one).cmp(&read(other)), age(one).cmp(&age(other)));
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in "(?s).{0,60}", versionlike in "[0-9.~+:=<>!*, abrc-]{0,20}") {
        for text in [text, versionlike] {
            from_debian(&text);
            from_python(&text);
            if let Ok(requirement) = Requirement::parse(&text) {
                prop_assert_eq!(Requirement::parse(&requirement.to_string()).unwrap(), requirement);
            }
        }
    }

    #[test]
    fn what_is_refused_is_named(text in "[a-z^~=<>!*+ ]{1,12}[0-9.]{0,6}") {
        if let Err(fault) = Requirement::parse(&text) {
            prop_assert!(fault.to_string().contains("write"), "{}", fault);
        }
    }
}
