//! `repair` gives root's files in a student's environment to the student, and only those that are the
//! environment's own.

use crate::machine::Machine;

/// An environment that an earlier sudo left to root, with what is not its own in it.
fn machine() -> Machine {
    let machine = Machine::ready("bookworm");
    let lines = [
        "cd /home/student; python3 -m venv venv",
        "mkdir -p venv/share/disk venv/share/same venv/share/hidden/below",
        "mount -t tmpfs other venv/share/disk; touch venv/share/disk/file",
        "mkdir /srv/same; touch /srv/same/file; mount --bind /srv/same venv/share/same",
        "touch venv/share/readable; echo key > venv/share/key; chmod 600 venv/share/key",
        "touch /root/two-names; ln /root/two-names venv/share/two-names",
        "cp /bin/true venv/share/suid; chmod 4755 venv/share/suid; chmod 700 venv/share/hidden",
    ];
    machine.shell(&lines.join("\n"));
    machine
}

#[track_caller]
fn expect_only_its_own_to_be_the_students(machine: &Machine) {
    let owner = |file: &str| machine.shell(&format!("stat -c %U /home/student/venv/{file}"));
    for file in ["", "bin/activate", "share", "share/readable"] {
        assert_eq!(owner(file), "student\n", "{file}");
    }
    let left = [
        "disk",
        "disk/file",
        "same",
        "same/file",
        "key",
        "two-names",
        "suid",
        "hidden",
        "hidden/below",
    ];
    for file in left {
        assert_eq!(owner(&format!("share/{file}")), "root\n", "{file}");
    }
}

#[test]
fn root_leaves_what_is_mounted_there_and_what_is_its_own() {
    let machine = machine();
    let output = machine.labready(["repair", "--yes", "--owner", "student"]).run();
    output.succeeds().says("6 files in the virtual environment `/home/student/venv` stay root's");
    output.says("`share/disk` is on another file system").says("`share/key` is root's own");
    expect_only_its_own_to_be_the_students(&machine);
}

#[test]
fn under_sudo_the_same_is_left() {
    let machine = machine();
    machine.apt_install(["sudo"]);
    machine.write("/etc/sudoers.d/student", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
    let output = machine.labready(["repair", "--yes"]).by_student().run();
    output.succeeds().says("stay root's").says("`share/suid` is set-uid or set-gid");
    expect_only_its_own_to_be_the_students(&machine);
}
