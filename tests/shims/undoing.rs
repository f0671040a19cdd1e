//! What undo gives back, and what repair fixes.

use insta::assert_snapshot;

use super::machine::{JOURNAL, Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify";

#[test]
fn undo_gives_the_machine_back_as_it_was() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    machine.labready(SETUP).ends_with(0);
    let output = machine.labready("undo --yes");
    assert_eq!(output.ends_with(0).last_line(), "Everything that setup did is undone.");
    assert_snapshot!(output.steps());
    expect_same(&before, &machine.tree());
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
    expect_same(&before, &machine.tree());
}

#[test]
fn two_environments_are_undone_one_by_one_and_what_both_need_goes_with_the_last() {
    let machine = Machine::bookworm().folder("/home/student/a").folder("/home/student/b");
    let before = machine.tree();
    machine.labready("setup --yes --no-verify --venv /home/student/a/venv").ends_with(0);
    machine.labready("setup --yes --no-verify --venv /home/student/b/venv").ends_with(0);
    let output = machine.labready("undo --yes --venv /home/student/a/venv");
    assert_snapshot!("undo_of_the_first", output.ends_with(0).said());
    assert_eq!(output.last_line(), "Everything that setup did is undone, except what stays.");
    assert!(!machine.has("/home/student/a/venv"));
    assert!(machine.has("/home/student/b/venv/bin/python") && machine.has("/usr/bin/python3.11"));
    let output = machine.labready("undo --yes --venv /home/student/a/venv");
    assert_eq!(output.ends_with(0).last_line(), "Nothing was undone: what is left stays.");
    let output = machine.labready("undo --yes --venv /home/student/b/venv");
    assert_eq!(output.ends_with(0).last_line(), "Everything that setup did is undone.");
    expect_same(&before, &machine.tree());
}

#[test]
fn what_was_undone_and_came_back_without_setup_stays() {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    machine.write("/home/student/venv/thesis.txt", "mine");
    machine.labready("undo --yes").ends_with(0);
    assert!(machine.has(JOURNAL), "the environment is still in it");
    let mut status = machine.read("/var/lib/dpkg/status");
    status += "Package: build-essential\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12\n\n";
    machine.write("/var/lib/dpkg/status", &status);
    machine.remove("/home/student/venv/thesis.txt");
    machine.labready("undo --yes").ends_with(0);
    assert!(machine.read("/var/lib/dpkg/status").contains("Package: build-essential"));
    assert!(!machine.has("/home/student/venv") && !machine.has(JOURNAL));
}

#[test]
fn packages_that_the_system_or_somebody_needs_are_never_removed() {
    let stanza = |name: &str, field: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\n{field}Architecture: amd64\nVersion: 1\n\n"
        )
    };
    let status = stanza("passwd", "Essential: yes\n") + &stanza("strace", "") + &stanza("gcc", "");
    let record = r#"{"record":"packages","packages":["passwd","strace","gcc"]}"#;
    let machine = Machine::bookworm()
        .file("/var/lib/dpkg/status", &status)
        .file(
            "/var/lib/apt/extended_states",
            "Package: gcc\nArchitecture: amd64\nAuto-Installed: 1\n\n",
        )
        .file(JOURNAL, &format!("{record}\n"));
    let output = machine.labready("undo --yes");
    assert_snapshot!("undo_of_packages_that_others_need", output.ends_with(0).said());
    let status = machine.read("/var/lib/dpkg/status");
    assert!(status.contains("passwd") && status.contains("strace") && !status.contains("gcc"));
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
    machine.remove_python("python3.12");
    assert_snapshot!("doctor_names_the_alternative", machine.labready("doctor").printed());
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
