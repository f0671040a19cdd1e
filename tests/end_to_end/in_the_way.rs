//! What stands where labready would write belongs to somebody, and stays.

use crate::machine::{Machine, Tree};

/// Everything but the journal, which tells what was tried.
fn tree(machine: &Machine) -> Tree {
    machine.tree().without(&["/home/student/.local"])
}

/// `setup --yes` as the student ends with this code and leaves everything as it is.
#[track_caller]
fn is_refused(machine: &Machine, code: i32, words: &str) {
    let before = tree(machine);
    machine.labready(["setup", "--yes"]).by_student().run().exits(code).says(words);
    before.is_the_same_as(&tree(machine));
}

fn as_student(machine: &Machine, line: &str) {
    machine.command(["sh", "-ec", line]).by_student().run().succeeds();
}

#[test]
fn a_file_where_the_environment_would_be_is_left() {
    let machine = Machine::ready("bookworm");
    as_student(&machine, "echo mine >venv");
    is_refused(&machine, 1, "is a file");
}

#[test]
fn a_foreign_folder_where_the_environment_would_be_is_left() {
    let machine = Machine::ready("bookworm");
    as_student(&machine, "mkdir -p venv/thesis; echo mine >venv/thesis/chapter1");
    is_refused(&machine, 1, "--venv DIR");
    as_student(&machine, "touch venv/pyvenv.cfg");
    machine.labready(["setup", "--yes"]).by_student().run();
    assert_eq!(
        machine.read("/home/student/venv/thesis/chapter1"),
        "mine\n",
        "somebody's work is gone"
    );
}

#[test]
fn an_empty_folder_where_the_environment_would_be_is_used() {
    let machine = Machine::ready("bookworm");
    as_student(&machine, "mkdir venv");
    let output = machine.labready(["setup", "--yes", "--no-verify"]).by_student().run();
    output.succeeds();
    as_student(&machine, "venv/bin/python -c 'import wheel'");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let machine = Machine::ready("bookworm");
    machine.small_disk("/home/student/locked", 200 << 20);
    machine.run(["mount", "-o", "remount,ro", "/home/student/locked"]);
    let before = tree(&machine);
    let output =
        machine.labready(["setup", "--yes"]).by_student().within("/home/student/locked").run();
    output.exits(5).says("/home/student/locked/venv").says("--venv DIR");
    before.is_the_same_as(&tree(&machine));

    let output = machine.labready(["setup", "--yes"]).by_student().within("/usr").run();
    output.exits(5).says("/usr/venv").says("--venv DIR");
    before.is_the_same_as(&tree(&machine));
}

/// As vfat and some network shares answer.
const NO_LINKS: &str = r#"#include <errno.h>
int symlink(const char *target, const char *path) { (void)target; (void)path; errno = EPERM; return -1; }
int symlinkat(const char *target, int folder, const char *path) { (void)target; (void)folder; (void)path; errno = EPERM; return -1; }
"#;

#[test]
fn a_folder_that_cannot_hold_links_is_named() {
    let machine = Machine::ready("bookworm");
    machine.write("/opt/no-links.c", NO_LINKS);
    machine.run(["cc", "-shared", "-fPIC", "-o", "/opt/no-links.so", "/opt/no-links.c"]);
    machine.write("/etc/ld.so.preload", "/opt/no-links.so\n");
    is_refused(&machine, 5, "links");
}

#[test]
fn a_broken_environment_is_rebuilt_and_somebody_elses_is_left() {
    let machine = Machine::ready("bookworm");
    as_student(
        &machine,
        "/usr/bin/python3.11 -m venv --without-pip venv; rm venv/bin/python; ln -s /usr/bin/python3.99 venv/bin/python",
    );
    let output = machine.labready(["setup", "--yes", "--no-verify"]).by_student().run();
    output.succeeds().says("python");
    as_student(&machine, "venv/bin/python -c 'import pip, wheel'");

    machine.run(["chown", "-R", "daemon:daemon", "/home/student/venv"]);
    is_refused(&machine, 1, "belongs to user 1,");
}

#[test]
fn a_python3_in_usr_local_that_is_somebody_elses_is_left() {
    let machine = Machine::fresh("bookworm");
    machine.write_program("/usr/local/bin/python3", "#!/bin/sh\necho mine\n");
    let before = machine.tree().without(&["/var"]);
    let output = machine.labready(["setup", "--yes"]).run();
    output.exits(1).says("/usr/local/bin/python3").says("--select none");
    before.is_the_same_as(&machine.tree().without(&["/var"]));

    let machine = Machine::ready("bookworm");
    machine.write_program("/opt/python3", "#!/bin/sh\necho mine\n");
    machine.link("/opt/python3", "/usr/local/bin/python3");
    is_refused(&machine, 1, "/opt/python3");
    let output = machine.labready(["setup", "--yes", "--select", "none"]).by_student().run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    assert_eq!(machine.leads_to("/usr/local/bin/python3"), "/opt/python3");
}

#[test]
fn a_link_that_somebody_put_over_labreadys_is_left_by_repair_and_by_undo() {
    let machine = Machine::ready("bookworm");
    machine.write_program("/opt/mine/python3", "#!/bin/sh\necho mine\n");
    machine.shell("ln -sfn /opt/mine/python3 /usr/local/bin/python3; mv /usr/bin/python3.11 /opt/");
    machine.labready(["repair", "--yes"]).run();
    assert_eq!(machine.leads_to("/usr/local/bin/python3"), "/opt/mine/python3");
    machine.run(["mv", "/opt/python3.11", "/usr/bin/"]);
    let undo = machine.labready(["undo", "--yes"]).run();
    undo.succeeds().says("`/usr/local/bin/python3` stays: it is a link to `/opt/mine/python3` now");
    assert_eq!(machine.leads_to("/usr/local/bin/python3"), "/opt/mine/python3");
    for gone in
        ["/var/lib/dpkg/alternatives/labready-python3", "/etc/alternatives/labready-python3"]
    {
        assert!(!machine.exists(gone), "{gone} is left");
    }
}
