//! What real systems say of themselves → the family and the release that their packages are of.
//!
//! Each file of `fixtures/os-release` is an os-release as it was found, without addresses and colours.
//! The first lines say where it was found, whether the system has apt and dpkg, and whose packages it
//! has: `debian bookworm`, `debian -` where no release may be guessed, `none` without apt.

use std::fs;

use insta::assert_snapshot;
use labready::facts::distro::{self, Base};

use super::folders::Machine;
use super::machines::fixture;

/// What the first lines of a fixture say under this name.
fn said<'a>(text: &'a str, name: &str) -> &'a str {
    let start = format!("# {name}: ");
    text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{text}"))
}

/// The base as the fixtures write it: family, codename.
fn written(base: Option<&Base>) -> (String, String) {
    match base {
        None => ("none".into(), "-".into()),
        Some(base) => (
            format!("{:?}", base.family).to_lowercase(),
            base.codename.clone().unwrap_or_else(|| "-".into()),
        ),
    }
}

/// A machine with this os-release, and apt where the system has it.
fn machine(os_release: &str, has_apt: bool) -> Machine {
    let machine = Machine::bare().file("/etc/os-release", os_release);
    if has_apt { with_apt(machine) } else { machine }
}

fn with_apt(machine: Machine) -> Machine {
    machine
        .program("/usr/bin/apt-get", "exit 1")
        .program("/usr/bin/dpkg", "exit 1")
        .file("/etc/debian_version", "12.12\n")
}

#[test]
fn every_system_that_was_seen_is_known_for_what_it_is() {
    let (mut files, mut wrong_families, mut wrong_codenames, mut refused) = (0, 0, 0, 0);
    let mut wrong = String::new();
    for file in fs::read_dir(fixture("os-release")).unwrap().map(|file| file.unwrap().path()) {
        let text = fs::read_to_string(&file).unwrap();
        let has_apt = said(&text, "apt") == "yes";
        let (family, codename) = said(&text, "base").split_once(' ').unwrap_or(("none", "-"));
        let distro = distro::gather(&machine(&text, has_apt).host());
        let found = written(distro.base.as_ref());
        files += 1;
        wrong_families += usize::from(found.0 != family);
        wrong_codenames += usize::from(found.1 != codename);
        refused += usize::from(has_apt && distro.base.is_none());
        if found != (family.into(), codename.into()) {
            wrong += &format!("{}: {found:?}, not {family} {codename}\n", file.display());
        }
    }
    let counted = format!(
        "{files} files: wrong codename {wrong_codenames}, wrong family {wrong_families}, working apt systems refused {refused}"
    );
    assert!(wrong.is_empty(), "{counted}\n{wrong}");
    assert_snapshot!(counted, @"167 files: wrong codename 0, wrong family 0, working apt systems refused 0");
}

#[test]
fn a_system_is_taken_for_what_apt_and_dpkg_make_of_it_whatever_it_calls_itself() {
    let base = |machine: &Machine| distro::gather(&machine.host()).base;
    let strange = "ID=strange\nNAME=Strange\nVERSION_CODENAME=own\n";
    assert_eq!(written(base(&machine(strange, true)).as_ref()), ("debian".into(), "-".into()));
    assert_eq!(base(&machine(strange, false)), None);
    // Fedora has a package of dpkg, and one of apt.
    let fedora = machine("ID=fedora\nNAME=Fedora\n", true).without("/etc/debian_version");
    assert_eq!(base(&fedora), None);
    // A read-only image that is built on Debian.
    let endless = machine("ID=endless\nID_LIKE=\"ubuntu debian\"\n", true);
    assert_eq!(base(&endless.without("/usr/bin/apt-get")), None);
}

#[test]
fn a_newer_table_on_the_machine_knows_releases_that_labready_does_not() {
    let os_release = "ID=ubuntu\nNAME=Ubuntu\nVERSION_ID=28.04\nVERSION_CODENAME=xylo\n";
    let machine = machine(os_release, true);
    let base = |machine: &Machine| distro::gather(&machine.host()).base.unwrap();
    assert_eq!(base(&machine).codename, None);
    let table = |row: &str| {
        let known = include_str!("../../src/facts/releases/ubuntu.csv");
        format!("{known}{row}")
    };
    let newer = table("28.04 LTS,Xylo Xerus,xylo,2027-10-15,2028-04-20,2033-05-31\n");
    let machine = machine.file("/usr/share/distro-info/ubuntu.csv", &newer);
    assert_eq!(base(&machine).codename.as_deref(), Some("xylo"));
    assert!(base(&machine).long_term);
    let older = "version,codename,series,created,release,eol\n22.04 LTS,Jammy,jammy,2021-10-14,2022-04-21,2023-01-01\n";
    let jammy = Machine::bare()
        .file("/etc/os-release", "ID=ubuntu\nVERSION_CODENAME=jammy\n")
        .file("/usr/share/distro-info/ubuntu.csv", older);
    assert!(!base(&jammy).end_of_life, "an older table says that its end has come");
}
