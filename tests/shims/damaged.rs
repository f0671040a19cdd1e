//! The system's own Python, and those of packages: what is not as its package installed it is named with
//! the package that brings it back, and repair brings it back.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use super::machine::Machine;

const SETUP: &str = "setup --yes --no-verify";
const PYTHON: &str = "/usr/bin/python3.11";
const SYSTEM: &str = "/usr/bin/python3";
const REINSTALL: &str = "apt-get install --reinstall python3.11";

fn ready() -> Machine {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    machine
}

/// The same, whose own Python is 3.11.
fn ready_with_system_python() -> Machine {
    let machine = ready()
        .offering("3.12", "3.12.4")
        .file("/usr/share/python3/debian_defaults", "[DEFAULT]\ndefault-version = python3.11\n");
    lead(&machine, "python3.11", SYSTEM);
    fs::copy(machine.inside(PYTHON), machine.inside("/usr/bin/python3.12")).unwrap();
    machine.labready("doctor").ends_with(0);
    machine
}

fn lead(machine: &Machine, target: &str, link: &str) {
    let inside = machine.inside(link);
    if inside.is_symlink() || inside.exists() {
        fs::remove_file(&inside).unwrap();
    }
    symlink(target, inside).unwrap();
}

/// What may be in the place of an interpreter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Damage {
    NotExecutable,
    Missing,
    Circle,
    OtherProgram,
    Folder,
    OtherLink,
}

fn damage(machine: &Machine, what: Damage) {
    let place = machine.inside(PYTHON);
    match what {
        Damage::NotExecutable => {
            fs::set_permissions(&place, Permissions::from_mode(0o000)).unwrap();
        }
        Damage::Missing => machine.remove(PYTHON),
        Damage::Circle => lead(machine, "python3.11", PYTHON),
        Damage::OtherProgram => fs::write(&place, "#!/bin/sh\necho no\n").unwrap(),
        Damage::Folder => {
            machine.remove(PYTHON);
            machine.write(&format!("{PYTHON}/thesis"), "mine");
        }
        Damage::OtherLink => lead(machine, "/opt/python3.11", PYTHON),
    }
}

#[test]
fn a_damaged_interpreter_is_named_with_its_package_and_reinstalled_by_repair() {
    for what in [Damage::NotExecutable, Damage::Missing, Damage::Circle, Damage::OtherProgram] {
        let machine = ready();
        damage(&machine, what);
        let doctor = machine.labready("doctor");
        assert!(doctor.ends_with(1).stdout.contains("error[python-damaged]"), "{what:?}: {doctor}");
        assert!(doctor.stdout.contains(&format!("fix: sudo {REINSTALL}")), "{what:?}: {doctor}");
        for command in ["plan", SETUP, "verify"] {
            let output = machine.labready(command);
            assert!(output.ends_with(1).error().contains(REINSTALL), "{what:?}: {output}");
            assert!(!output.stderr.contains("3.14"), "{what:?}: {output}");
        }
        let output = machine.labready("repair --yes");
        assert_eq!(output.ends_with(0).last_line(), "Everything is fixed.", "{what:?}");
        machine.labready("doctor").ends_with(0);
    }
}

#[test]
fn a_folder_in_its_place_is_moved_away_first_because_dpkg_would_delete_it() {
    let machine = ready();
    damage(&machine, Damage::Folder);
    let doctor = machine.labready("doctor");
    // Wherever its lines break.
    let words: Vec<&str> = doctor.stdout.split_whitespace().collect();
    assert!(
        words.join(" ").contains("sudo mv -n /usr/bin/python3.11 /usr/bin/python3.11.moved-away"),
        "{doctor}"
    );
    assert_eq!(machine.labready("repair --yes").steps(), "");
    assert_eq!(machine.read(&format!("{PYTHON}/thesis")), "mine");
}

#[test]
fn a_link_in_its_place_is_somebodys_and_is_left_by_repair() {
    let machine = ready().program("/opt/python3.11", "#!/bin/sh\necho mine\n");
    damage(&machine, Damage::OtherLink);
    let doctor = machine.labready("doctor");
    let (found, fix) = ("is a link to `/opt/python3.11`", format!("sudo {REINSTALL}"));
    assert!(doctor.stdout.contains(found) && doctor.stdout.contains(&fix), "{doctor}");
    assert_eq!(doctor.stdout.matches("python-damaged]").count(), 1, "{doctor}");
    machine.labready("repair --yes");
    assert_eq!(machine.link(PYTHON), "/opt/python3.11");
}

#[test]
fn another_python_in_range_makes_a_damaged_one_a_warning() {
    let machine = ready().offering("3.12", "3.12.4");
    machine.labready(&format!("{SETUP} --python 3.12")).ends_with(0);
    damage(&machine, Damage::NotExecutable);
    let doctor = machine.labready("doctor");
    assert!(doctor.ends_with(0).stdout.contains("warning[python-damaged]"), "{doctor}");
}

#[test]
fn a_damaged_python_of_the_system_stops_what_packages_are_needed_for() {
    let machine = ready_with_system_python();
    machine.labready(&format!("{SETUP} --python 3.12")).ends_with(0);
    damage(&machine, Damage::NotExecutable);
    let undo = machine.labready("undo --yes");
    assert!(undo.ends_with(1).error().starts_with("error[python-damaged]"), "{undo}");
}

#[test]
fn only_a_link_that_names_the_default_itself_is_right() {
    for right in ["python3.11", "/usr/bin/python3.11"] {
        let machine = ready_with_system_python();
        lead(&machine, right, SYSTEM);
        machine.labready("doctor").ends_with(0);
    }
    for (wrong, at, target) in [
        ("python3.12", "/usr/bin/python3.12", None),
        ("/opt/python3", "/opt/python3", Some("/usr/bin/python3.11")),
        ("/etc/alternatives/python3", "/etc/alternatives/python3", Some("/usr/bin/python3.12")),
        ("../bin/python3.11", PYTHON, None),
    ] {
        let machine = ready_with_system_python().folder("/opt");
        target.into_iter().for_each(|target| lead(&machine, target, at));
        lead(&machine, wrong, SYSTEM);
        let doctor = machine.labready("doctor");
        let problem = "error[system-python-switched]: `/usr/bin/python3` ";
        assert!(doctor.ends_with(1).stdout.contains(problem), "{wrong}: {doctor}");
        machine.labready("repair --yes").ends_with(0);
        assert_eq!(machine.link(SYSTEM), "python3.11", "{wrong}");
    }
}

#[test]
fn a_file_in_the_place_of_the_systems_link_is_left() {
    let machine = ready_with_system_python();
    machine.remove(SYSTEM);
    fs::copy(machine.inside(PYTHON), machine.inside(SYSTEM)).unwrap();
    let repair = machine.labready("repair --yes");
    assert!(repair.ends_with(1).stderr.contains("sudo mv -n /usr/bin/python3"), "{repair}");
    assert!(!machine.inside(SYSTEM).is_symlink());
}
