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
