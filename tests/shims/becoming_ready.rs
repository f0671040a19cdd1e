//! A whole setup, and the one after it.

use insta::assert_snapshot;

use super::machine::{Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify";

#[test]
fn a_fresh_machine_becomes_ready_by_one_command_and_stays_as_it_is_by_the_next() {
    let machine = Machine::bookworm();
    let first = machine.labready(SETUP);
    assert_eq!(first.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_snapshot!("every_step_is_done", first.steps());
    assert_snapshot!("what_was_started", machine.started().join("\n"));
    assert_eq!(machine.link("/usr/local/bin/python3"), "/etc/alternatives/labready-python3");
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.11");
    assert!(machine.steps_in_journal().values().all(|ending| ending == "done"));

    let before = machine.tree();
    let second = machine.labready(SETUP);
    assert_eq!(second.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_eq!(second.steps(), "");
    let plan = machine.labready("plan --format json");
    assert_eq!(plan.ends_with(0).document()["steps"], serde_json::json!([]));
    assert_eq!(machine.started(), Vec::<String>::new());
    expect_same(&before, &machine.tree());
}

#[test]
fn a_machine_without_an_index_gets_one_first_and_then_everything_in_the_same_run() {
    let machine = Machine::bookworm();
    machine.remove("/var/lib/apt/lists/srv_Packages");
    let output = machine.labready(SETUP);
    assert_eq!(output.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_snapshot!(output.steps());
    assert_eq!(machine.started().iter().filter(|line| line.contains(" update ")).count(), 1);
}

#[test]
fn a_python_that_was_asked_for_is_the_one_that_is_installed_selected_and_used() {
    let machine = Machine::bookworm().offering("3.12", "3.12.4");
    machine.labready(&format!("{SETUP} --python 3.11")).ends_with(0);
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.11");
    machine.labready(&format!("{SETUP} --python 3.12")).ends_with(0);
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.12");
    assert!(machine.read("/home/student/venv/pyvenv.cfg").contains("version = 3.12.4"));
}

#[test]
fn an_answer_of_no_changes_nothing() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    let output = machine.labready_answered("setup", "n\n");
    output.ends_with(1);
    assert!(output.stderr.contains("Apply this plan? [y/N] "), "{output}");
    assert_eq!(output.last_line(), "Nothing was changed.");
    expect_same(&before, &machine.tree());
}

#[test]
fn an_answer_of_yes_is_enough() {
    let machine = Machine::bookworm();
    let output = machine.labready_answered("setup --no-verify", "y\n");
    assert_eq!(output.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_eq!(output.stderr.matches("Apply this plan?").count(), 1, "{output}");
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_changed() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    assert_snapshot!(machine.labready("setup --python 3.11").ends_with(2).error());
    expect_same(&before, &machine.tree());
}
