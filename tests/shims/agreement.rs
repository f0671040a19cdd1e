//! setup and doctor agree on what is ready: what setup ends well with, doctor finds nothing wrong with;
//! and where doctor finds nothing wrong, setup has nothing to do.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use super::machine::Machine;

const SETUP: &str = "setup --yes --no-verify";
const LINK: &str = "/usr/local/bin/python3";
const GROUP: &str = "/var/lib/dpkg/alternatives/labready-python3";
const CHOICE: &str = "/etc/alternatives/labready-python3";
const SYSTEM: &str = "/usr/bin/python3";
const VENV: &str = "/home/student/venv";

fn lead(machine: &Machine, target: &str, link: &str) {
    let inside = machine.inside(link);
    if inside.is_dir() && !inside.is_symlink() {
        fs::remove_dir_all(&inside).unwrap();
    } else if inside.is_symlink() || inside.exists() {
        fs::remove_file(&inside).unwrap();
    }
    symlink(target, inside).unwrap();
}

/// A machine whose own Python is 3.11, with 3.12 beside it.
fn fresh() -> Machine {
    let status = "Package: python3.11\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.11.2-1\n\n";
    let machine = Machine::bookworm()
        .offering("3.12", "3.12.4")
        .file("/usr/share/python3/debian_defaults", "[DEFAULT]\ndefault-version = python3.11\n")
        .file("/var/lib/dpkg/status", status);
    let python = machine.read("/srv/files/python3.11/usr/bin/python3.11");
    let machine = machine.program("/usr/bin/python3.11", &python);
    lead(&machine, "python3.11", SYSTEM);
    machine
}

fn ready() -> Machine {
    let machine = fresh();
    machine.labready(SETUP).ends_with(0);
    machine
}

/// As the old lab sheet does it.
fn switch(machine: &Machine) {
    let python = machine.read("/srv/files/python3.12/usr/bin/python3.12");
    machine.write("/opt/python3.12", &python);
    lead(machine, "/opt/python3.12", "/etc/alternatives/python3");
    lead(machine, "/etc/alternatives/python3", SYSTEM);
    let state = "manual\n/usr/bin/python3\n\n/opt/python3.12\n2\n\n";
    machine.write("/var/lib/dpkg/alternatives/python3", state);
}

type Breaking = fn(&Machine);

/// What can happen to a machine.
const BROKEN: [(&str, Breaking); 22] = [
    ("nothing", |_| ()),
    ("python3 switched", switch),
    ("python3 led elsewhere by hand", |machine| lead(machine, "python3.12", SYSTEM)),
    ("python3 gone", |machine| machine.remove(SYSTEM)),
    ("python3 leads nowhere", |machine| lead(machine, "/opt/gone", SYSTEM)),
    ("a file for python3", |machine| {
        machine.remove(SYSTEM);
        machine.write(SYSTEM, "mine");
    }),
    ("python3.11 not executable", |machine| machine.allow("/usr/bin/python3.11", 0)),
    ("python3.11 something else", |machine| {
        machine.write("/usr/bin/python3.11", "#!/bin/sh\necho no\n");
        machine.allow("/usr/bin/python3.11", 0o755);
    }),
    ("a folder for python3.11", |machine| {
        machine.remove("/usr/bin/python3.11");
        machine.write("/usr/bin/python3.11/thesis", "mine");
    }),
    ("python3.11 leads elsewhere", |machine| lead(machine, "/opt/mine", "/usr/bin/python3.11")),
    ("dpkg interrupted", |machine| machine.write("/var/lib/dpkg/updates/0001", "")),
    ("a package half-installed", |machine| {
        let more = "Package: other\nStatus: install ok half-configured\nVersion: 1\n\n";
        let status = machine.read("/var/lib/dpkg/status");
        machine.write("/var/lib/dpkg/status", &(status + more));
    }),
    ("the link gone", |machine| drop(fs::remove_file(machine.inside(LINK)))),
    ("somebody's link", |machine| lead(machine, "/opt/mine", LINK)),
    ("a damaged group", |machine| machine.write(GROUP, "garbage\n")),
    ("no choice", |machine| drop(fs::remove_file(machine.inside(CHOICE)))),
    ("an interpreter gone from the group", |machine| {
        let group = machine.read(GROUP);
        if !group.is_empty() {
            machine.write(GROUP, &(group.trim_end().to_owned() + "\n/opt/python3.9\n309\n\n"));
        }
    }),
    ("the environment broken", |machine| {
        drop(fs::remove_file(machine.inside(VENV).join("pyvenv.cfg")))
    }),
    ("a file for the environment", |machine| {
        drop(fs::remove_dir_all(machine.inside(VENV)));
        machine.write(VENV, "mine");
    }),
    ("a package gone from the environment", |machine| {
        let wheel = format!("{VENV}/lib/python3.11/site-packages/wheel-1.0.dist-info");
        drop(fs::remove_dir_all(machine.inside(&wheel)));
    }),
    ("apt's index gone", |machine| machine.remove("/var/lib/apt/lists/srv_Packages")),
    ("two things at once", |machine| {
        switch(machine);
        machine.write("/var/lib/dpkg/updates/0001", "");
        machine.write(GROUP, "garbage\n");
    }),
];

/// On each of these machines, one that was fine before: what setup ends well with, doctor finds nothing
/// wrong with, and where doctor finds nothing wrong, setup has nothing to do.
#[track_caller]
fn expect_agreement(before: fn() -> Machine, select: &str) {
    let line = |command: &str| format!("{command} --select {select}");
    for (what, break_it) in BROKEN {
        let machine = before();
        break_it(&machine);
        let doctor = machine.labready(&line("doctor"));
        let setup = machine.labready(&line(SETUP));
        let case = format!("{what}: {doctor}\n{setup}");
        if doctor.code == Some(0) {
            assert_eq!((setup.code, setup.steps().as_str()), (Some(0), ""), "{case}");
        }
        let after = machine.labready(&line("doctor"));
        assert_eq!(setup.code == Some(0), after.code == Some(0), "{case}\n{after}");
    }
}

#[test]
fn setup_and_doctor_agree_on_a_fresh_machine_whatever_is_wrong_with_it() {
    expect_agreement(fresh, "local");
}

#[test]
fn setup_and_doctor_agree_on_a_ready_machine_whatever_breaks_on_it() {
    expect_agreement(ready, "local");
}

#[test]
fn setup_and_doctor_agree_where_the_machines_python3_is_left_alone() {
    expect_agreement(ready, "none");
}

#[test]
fn a_switched_python3_is_a_step_of_setup_with_its_reason() {
    let machine = ready();
    switch(&machine);
    let doctor = machine.labready("doctor --format json");
    assert_eq!(doctor.ends_with(1).problems(), ["system-python-switched"], "and not twice");
    let plan = machine.labready("plan --format json").document();
    let step = &plan["steps"][0];
    assert_eq!(step["id"], "restore-system-python");
    assert!(step["why"].as_str().unwrap().contains("the alternatives group `python3` manages it"));
    machine.labready(SETUP).ends_with(0);
    assert_eq!(machine.link(SYSTEM), "python3.11");
    machine.labready("doctor").ends_with(0);
}

#[test]
fn doctor_shows_what_is_fine_as_well_a_line_a_subject() {
    let switched = ready();
    switch(&switched);
    let shown =
        [("fresh", fresh()), ("ready", ready()), ("switched", switched)].map(|(what, machine)| {
            let doctor = machine.labready("doctor").stdout;
            // How much is free differs.
            let lines = doctor.lines().map(|line| match line.split_once("enough (") {
                Some((before, _)) => format!("{before}enough (FREE)\n"),
                None => format!("{line}\n"),
            });
            format!("## {what}\n{}", lines.collect::<String>())
        });
    assert_snapshot!(shown.join("\n"));
}
