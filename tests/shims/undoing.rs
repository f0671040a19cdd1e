//! What undo gives back, and what repair fixes.

use insta::assert_snapshot;

use super::machine::{Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify";

#[test]
fn undo_gives_the_machine_back_as_it_was() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    machine.labready(SETUP).ends_with(0);
    let output = machine.labready("undo --yes");
    assert_eq!(output.ends_with(0).last_line(), "Everything that setup did is undone.");
    assert_snapshot!(output.steps());
    expect_same(&before, &without_state(machine.tree()));
    assert_eq!(machine.labready("undo --yes").ends_with(0).last_line(), "Nothing to undo.");
}

#[test]
fn what_a_killed_run_began_is_taken_back_too() {
    let machine =
        Machine::bookworm().when_configured("build-essential", "kill -s KILL $LABREADY $PPID");
    let before = machine.tree();
    assert_eq!(machine.labready(SETUP).code, None);
    machine.remove("/srv/scripts/build-essential");
    machine.labready("undo --yes").ends_with(0);
    expect_same(&before, &without_state(machine.tree()));
}

#[test]
fn an_undo_that_is_declined_takes_nothing_back() {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    let before = machine.tree();
    let output = machine.labready_answered("undo", "\n");
    assert_eq!(output.ends_with(1).last_line(), "Nothing was changed.");
    expect_same(&before, &machine.tree());
}

#[test]
fn repair_takes_a_dangling_alternative_out_of_the_group() {
    let machine = Machine::bookworm().offering("3.12", "3.12.4");
    machine.labready(&format!("{SETUP} --python 3.11")).ends_with(0);
    machine.labready(&format!("{SETUP} --python 3.12")).ends_with(0);
    machine.remove("/usr/bin/python3.12");
    assert_snapshot!("doctor_names_the_alternative", machine.labready("doctor").stdout);
    let output = machine.labready("repair --yes");
    assert_snapshot!("repair_takes_it_out", output.ends_with(0).steps());
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.11");
    assert!(!machine.read("/var/lib/dpkg/alternatives/labready-python3").contains("3.12"));
}

#[test]
fn repair_lets_dpkg_finish_what_it_began() {
    let machine = Machine::bookworm().when_configured("python3.11-venv", "exit 1");
    machine.labready(SETUP).ends_with(5);
    let output = machine.labready("repair --yes");
    assert_eq!(output.ends_with(0).last_line(), "Everything is fixed.");
    assert_eq!(machine.labready("repair --yes").ends_with(0).last_line(), "Nothing to fix.");
}

/// Without the folders above the journal, which the student has anyway.
fn without_state(
    mut tree: std::collections::BTreeMap<String, String>,
) -> std::collections::BTreeMap<String, String> {
    tree.retain(|path, what| !(path.starts_with("/home/student/.local") && what == "folder"));
    tree
}
