//! The link that selects Python, and the alternatives group behind it: what is somebody else's is
//! left, and what update-alternatives cannot read is made anew.

use std::fs;
use std::os::unix::fs::symlink;

use super::machine::Machine;

const SETUP: &str = "setup --yes --no-verify";
const LINK: &str = "/usr/local/bin/python3";
const GROUP: &str = "/var/lib/dpkg/alternatives/labready-python3";
const CHOICE: &str = "/etc/alternatives/labready-python3";
const KEPT: &str = "/var/backups/labready-python3";

fn ready() -> Machine {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    machine.started();
    machine
}

/// Somebody's own link is in the place of labready's.
fn replace_link(machine: &Machine) {
    machine.remove(LINK);
    symlink("/opt/mine/python3", machine.inside(LINK)).unwrap();
}

#[test]
fn somebodys_link_straight_to_the_chosen_interpreter_does_what_setup_would() {
    let machine = Machine::bookworm();
    symlink("../../bin/python3.11", machine.inside(LINK)).unwrap();
    machine.labready(SETUP).ends_with(0);
    expect_not_asked(&machine);
    assert_eq!(machine.link(LINK), "../../bin/python3.11");
    machine.labready("doctor").ends_with(0);
    machine.labready("undo --yes").ends_with(0);
    assert_eq!(machine.link(LINK), "../../bin/python3.11");
}

#[track_caller]
fn expect_not_asked(machine: &Machine) {
    let started = machine.started();
    let asked = started.iter().find(|command| command.starts_with("update-alternatives"));
    assert_eq!(asked, None, "update-alternatives replaces and removes foreign links");
}

#[test]
fn undo_removes_the_group_and_leaves_a_link_that_is_somebody_elses() {
    let machine = ready();
    replace_link(&machine);
    let output = machine.labready("undo --yes");
    output.ends_with(0);
    assert!(
        output
            .stderr
            .contains("`/usr/local/bin/python3` stays: it is a link to `/opt/mine/python3` now"),
        "{output}"
    );
    expect_not_asked(&machine);
    assert_eq!(machine.link(LINK), "/opt/mine/python3");
    assert!(!machine.inside(GROUP).exists() && !machine.inside(CHOICE).is_symlink());
}

#[test]
fn undo_leaves_a_file_that_is_somebody_elses() {
    let machine = ready();
    machine.remove(LINK);
    machine.write(LINK, "mine");
    machine.labready("undo --yes").ends_with(0);
    expect_not_asked(&machine);
    assert_eq!(machine.read(LINK), "mine");
    assert!(!machine.inside(GROUP).exists());
}

#[test]
fn undo_leaves_a_group_that_somebody_else_uses_under_a_foreign_link() {
    let machine = ready();
    replace_link(&machine);
    let more = machine.read(GROUP).trim_end().to_owned() + "\n/opt/python3.9\n309\n\n";
    machine.write(GROUP, &more);
    let output = machine.labready("undo --yes");
    assert!(output.ends_with(0).stderr.contains("`labready-python3` stays"), "{output}");
    expect_not_asked(&machine);
    assert_eq!((machine.read(GROUP), machine.link(LINK)), (more, "/opt/mine/python3".into()));
}

#[test]
fn repair_leaves_a_link_that_is_somebody_elses() {
    let machine = ready();
    replace_link(&machine);
    machine.remove_python("python3.11");
    let output = machine.labready("repair --yes");
    assert_eq!(output.ends_with(0).steps(), "", "nothing is done");
    expect_not_asked(&machine);
    assert_eq!(machine.link(LINK), "/opt/mine/python3");
}

#[test]
fn a_link_that_came_after_the_plan_is_left_by_every_step() {
    let machine = Machine::bookworm().offering("3.12", "3.12.4");
    machine.labready(&format!("{SETUP} --python 3.11")).ends_with(0);
    // The link is exchanged once the second Python is registered: it must not be selected.
    let program = machine.read("/usr/bin/update-alternatives");
    let then = "\ncase $1 in --install) ln -sfT /opt/mine/python3 usr/local/bin/python3 ;; esac\n";
    let machine = machine.program("/usr/bin/update-alternatives", &(program + then));
    let output = machine.labready(&format!("{SETUP} --python 3.12"));
    assert!(output.ends_with(5).stderr.contains("error[changed-since-plan]"), "{output}");
    assert_eq!(machine.link(LINK), "/opt/mine/python3");
}

/// A group's file that update-alternatives does not read.
const DAMAGED: [&str; 4] = [
    "",
    "garbage\n\0\u{1b}[2J",
    "weird\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n\n",
    "manual\n/usr/local/bin/python3\n\n/usr/bin/python",
];

#[test]
fn a_damaged_group_is_told_by_doctor_and_made_anew_by_repair() {
    for damaged in DAMAGED {
        let machine = ready();
        let healthy = machine.read(GROUP);
        machine.write(GROUP, damaged);
        let doctor = machine.labready("doctor --format json");
        assert_eq!(doctor.ends_with(1).problems()[0], "selection-damaged", "{damaged:?}");
        let output = machine.labready("repair --yes");
        assert_eq!(output.ends_with(0).last_line(), "Everything is fixed.", "{damaged:?}");
        assert_eq!(machine.read(GROUP), healthy, "{damaged:?}");
        assert_eq!(machine.link(CHOICE), "/usr/bin/python3.11");
        assert_eq!(machine.read(KEPT), damaged, "it is kept");
        machine.labready("doctor").ends_with(0);
    }
}

#[test]
fn setup_makes_a_damaged_group_anew() {
    for damaged in DAMAGED {
        let machine = ready();
        let healthy = machine.read(GROUP);
        machine.write(GROUP, damaged);
        machine.labready(SETUP).ends_with(0);
        assert_eq!(machine.read(GROUP), healthy, "{damaged:?}");
        assert_eq!(machine.read(KEPT), damaged, "it is kept");
    }
}

#[test]
fn undo_removes_a_damaged_group_and_its_links() {
    for damaged in DAMAGED {
        let machine = ready();
        machine.write(GROUP, damaged);
        let output = machine.labready("undo --yes");
        assert_eq!(output.ends_with(0).last_line(), "Everything that setup did is undone.");
        for path in [GROUP, CHOICE, LINK] {
            assert!(!machine.inside(path).is_symlink() && !machine.inside(path).exists(), "{path}");
        }
        assert_eq!(machine.read(KEPT), damaged, "it is kept");
    }
}

#[test]
fn a_damaged_group_under_a_foreign_link_is_moved_away_and_the_link_is_left() {
    for command in ["repair --yes", "undo --yes"] {
        let machine = ready();
        replace_link(&machine);
        machine.write(GROUP, "garbage\n");
        machine.labready(command).ends_with(0);
        expect_not_asked(&machine);
        assert_eq!(machine.link(LINK), "/opt/mine/python3");
        assert_eq!(machine.read(KEPT), "garbage\n");
    }
}

#[test]
fn a_group_whose_file_or_choice_is_gone_or_is_something_else_is_made_anew() {
    for (what, path) in [
        ("no file", GROUP),
        ("a folder for a file", GROUP),
        ("no choice", CHOICE),
        ("a file for a choice", CHOICE),
        ("a choice that is gone", CHOICE),
    ] {
        let machine = ready();
        let healthy = machine.read(GROUP);
        machine.remove(path);
        match what {
            "a folder for a file" => fs::create_dir(machine.inside(path)).unwrap(),
            "a file for a choice" => machine.write(path, "mine"),
            "a choice that is gone" => symlink("/opt/python3.9", machine.inside(path)).unwrap(),
            _ => {}
        }
        let doctor = machine.labready("doctor --format json");
        assert_eq!(doctor.problems()[0], "selection-damaged", "{what}");
        let output = machine.labready("repair --yes");
        assert_eq!(output.ends_with(0).last_line(), "Everything is fixed.", "{what}");
        assert_eq!(machine.read(GROUP), healthy, "{what}");
        assert_eq!(machine.link(CHOICE), "/usr/bin/python3.11", "{what}");
        machine.labready("doctor").ends_with(0);
    }
}

#[test]
fn a_group_of_which_nothing_is_left_but_the_link_is_removed_by_repair() {
    let machine = ready();
    machine.remove(GROUP);
    machine.remove(CHOICE);
    let output = machine.labready("repair --yes");
    assert_eq!(output.ends_with(0).last_line(), "Everything is fixed.");
    assert!(!machine.inside(LINK).is_symlink());
    machine.labready(SETUP).ends_with(0);
}

#[test]
fn a_group_with_an_interpreter_below_what_is_no_folder_any_more_is_made_anew() {
    let machine = ready().file("/opt/python", "a file now");
    let healthy = machine.read(GROUP);
    let more = healthy.trim_end().to_owned() + "\n/opt/python/bin/python3\n309\n\n";
    machine.write(GROUP, &more);
    let doctor = machine.labready("doctor --format json");
    assert_eq!(doctor.problems()[0], "selection-damaged");
    machine.labready("repair --yes").ends_with(0);
    assert_eq!((machine.read(GROUP), machine.read(KEPT)), (healthy, more));
}

#[test]
fn a_selection_is_judged_by_the_group_and_not_by_what_the_program_says() {
    let machine = Machine::bookworm();
    let program = machine.read("/usr/bin/update-alternatives");
    let lying = program.replace("--set)", "--set)\n    exit 0\n    ;;\n--not-asked)");
    let machine = machine.program("/usr/bin/update-alternatives", &lying);
    // The link leads to it already, but nobody has chosen it: the next one that is registered is taken.
    let output = machine.labready(&format!("{SETUP} --format json"));
    assert_eq!(output.ends_with(5).problems(), ["selection-failed"]);
}

#[test]
fn a_group_for_another_link_is_not_given_to_update_alternatives_which_would_move_that_link() {
    let machine = ready();
    machine.write(GROUP, "auto\n/usr/bin/python3\n\n/usr/bin/python3.11\n311\n\n");
    machine.labready(SETUP).ends_with(0);
    assert_eq!(machine.read(GROUP).lines().nth(1), Some(LINK));
    assert!(machine.read(KEPT).contains("/usr/bin/python3\n"));
}
