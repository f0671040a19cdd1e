//! Students without rights: what they are given for whoever is root, and that it repeats what was typed.

use insta::assert_snapshot;

use super::machine::{Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify --python 3.11";

#[test]
fn a_student_without_rights_is_given_one_line_where_root_can_run_labready() {
    let machine = Machine::bookworm().without_sudo().with_labready_installed();
    let before = machine.tree();
    assert_snapshot!(machine.labready(SETUP).ends_with(4).error());
    expect_same(&before, &machine.tree());
}

#[test]
fn a_student_without_rights_is_given_every_command_where_labready_is_the_students_own() {
    let machine = Machine::bookworm().without_sudo();
    assert_snapshot!(machine.labready(SETUP).ends_with(4).error());
}

#[test]
fn a_student_without_rights_and_without_an_index_is_told_how_root_can_run_labready() {
    let machine = Machine::bookworm().without_sudo();
    machine.remove("/var/lib/apt/lists/srv_Packages");
    assert_snapshot!(machine.labready(SETUP).ends_with(4).error());
}

#[test]
fn what_is_only_the_students_needs_no_rights() {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    let machine = machine.without_sudo();
    machine.remove("/home/student/venv/pyvenv.cfg");
    machine.labready(SETUP).ends_with(0);
    assert!(machine.read("/home/student/venv/pyvenv.cfg").contains("3.11.2"));
}

#[test]
fn every_hint_repeats_what_was_typed() {
    let machine = Machine::bookworm();
    let shown =
        ["doctor --python 3.11", "plan --python 3.11", "verify --python 3.11"].map(|line| {
            let output = machine.labready(line);
            let said = format!("{}{}", output.stdout, output.stderr);
            let hints: Vec<&str> =
                said.lines().filter(|line| line.contains("`labready ")).collect();
            for hint in &hints {
                let names_course = hint.contains("labready explain");
                assert!(names_course || hint.contains("--python 3.11"), "{hint} in {output}");
            }
            format!("## {line}\n{}", hints.join("\n"))
        });
    assert_snapshot!(shown.join("\n"));
}

/// sudo that answers like this: without a question, and when it may ask.
fn with_sudo(machine: Machine, without: &str, asked: &str) -> Machine {
    let text = format!(
        "#!/bin/sh\ncase $1 in -v) echo \"{asked}\" >&2 ;; *) echo \"{without}\" >&2 ;; esac\nexit 1\n"
    );
    machine.program("/usr/bin/sudo", &text)
}

const WANTED: &str = "sudo: a password is required";

#[test]
fn who_may_not_use_sudo_is_told_so_before_anything_else_by_setup_and_by_doctor() {
    for denial in [
        "student is not in the sudoers file.",
        "sudo: I'm sorry student. I'm afraid I can't do that",
    ] {
        let machine = with_sudo(Machine::bookworm(), denial, denial);
        let setup = machine.labready("setup");
        assert!(setup.ends_with(4).stderr.contains("sudo does not allow it"), "{setup}");
        let machine = with_sudo(Machine::bookworm(), WANTED, denial);
        let setup = machine.labready_answered("setup --no-verify", "y\n");
        let said = setup.ends_with(4).stderr.replace('\n', " ");
        assert!(said.contains("sudo does not allow it"), "{setup}");
    }
    let machine = Machine::bookworm().without_sudo();
    let setup = machine.labready("setup");
    assert!(setup.ends_with(4).stderr.starts_with("error[rights-missing]"), "{setup}");
    let doctor = machine.labready("doctor --format json");
    assert_eq!(doctor.ends_with(1).problems(), ["setup-pending", "rights-missing"]);
    let doctor = machine.labready("doctor");
    assert!(doctor.stdout.contains("sudo is not installed"), "{doctor}");
    assert!(
        doctor.stdout.contains("--owner student") || doctor.stdout.contains("/usr/bin/apt-get")
    );
    let machine = machine.with_labready_installed();
    let doctor = machine.labready("doctor");
    assert!(doctor.stdout.contains("labready setup --owner student"), "{doctor}");
    assert_eq!(
        doctor.stdout.matches("sudo ").count(),
        1,
        "no command of a program that is not there: {doctor}"
    );
}

#[test]
fn a_wrong_password_is_not_a_lack_of_rights() {
    let machine = with_sudo(Machine::bookworm(), WANTED, "sudo: 3 incorrect password attempts");
    let setup = machine.labready_answered("setup --no-verify", "y\n");
    assert!(setup.ends_with(4).stderr.contains("sudo did not accept the password"), "{setup}");
    assert!(!setup.stderr.contains("ask the administrator"), "{setup}");
    assert!(setup.stderr.contains("`labready setup --no-verify` again"), "{setup}");
}

#[test]
fn root_is_told_of_no_sudo() {
    let machine = Machine::bookworm().run_by_root().folder("/root").in_folder("/root");
    machine.labready("setup --yes --no-verify").ends_with(0);
    machine.allow("/usr/bin/python3.11", 0);
    let doctor = machine.labready("doctor");
    assert!(doctor.stdout.contains("fix: apt-get install --reinstall python3.11"), "{doctor}");
    assert!(!doctor.stdout.contains("sudo"), "{doctor}");
}
