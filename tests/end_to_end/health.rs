//! The health check on healthy and broken machines, and what else `repair` mends.

use insta::assert_snapshot;

use crate::machine::{Machine, Output};

/// What a person sees, without the machine's free space.
fn seen(output: &Output) -> String {
    let stdout = without_free_space(&output.stdout);
    format!("exit code {}\n--- stdout\n{stdout}--- stderr\n{}", output.code, output.stderr)
}

fn without_free_space(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("enough (") {
        Some((subject, _)) => format!("{subject}enough (… free)\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn a_healthy_machine_is_found_to_be_so_and_nothing_is_started_or_changed() {
    let machine = Machine::ready("bookworm");
    machine.watch_package_programs();
    let before = machine.tree();
    let output = machine.labready(["doctor"]).run();
    assert_snapshot!(seen(&output));
    before.is_the_same_as(&machine.tree());
    assert_eq!(machine.started(), Vec::<String>::new());

    let output = machine.labready(["doctor", "--labs"]).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
}

#[test]
fn everything_that_is_wrong_is_told_with_what_mends_it() {
    let machine = Machine::ready("bookworm");
    machine.run(["cp", "/usr/bin/python3.11", "/usr/bin/python3.12"]);
    machine.shell(
        "update-alternatives --install /usr/bin/python3 python3 /usr/bin/python3.12 1; \
         update-alternatives --install /usr/local/bin/python3 labready-python3 /usr/bin/python3.12 312; \
         rm /usr/bin/python3.12; dpkg --unpack /var/cache/apt/archives/make_*.deb; touch /var/lib/dpkg/updates/0000; rm -r /root/venv/lib/python3.11/site-packages",
    );
    let before = machine.tree();
    let output = machine.labready(["doctor"]).run();
    assert_snapshot!(seen(&output));
    before.is_the_same_as(&machine.tree());
    assert_snapshot!(without_free_space(&machine.labready(["doctor", "--plain"]).run().stdout));
    let report = machine.labready(["doctor", "--format", "json"]).run();
    assert_eq!(report.report()["status"], "not_ready", "{report}");

    assert_eq!(
        machine.labready(["repair", "--yes"]).run().succeeds().last_line(),
        "Everything is fixed except the virtual environment. Run `labready setup` to rebuild it."
    );
    machine.labready(["setup", "--yes", "--no-verify"]).run().succeeds();
    machine.labready(["doctor"]).run().succeeds();
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}

/// The environment that an earlier `sudo` left to root in the student's home, with a link out of
/// it.
fn machine_with_roots_environment() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.shell(
        "/usr/bin/python3.11 -m venv /home/student/venv; cp /etc/hostname /etc/roots-own; \
         ln -s /etc /home/student/venv/lib/python3.11/site-packages/out; \
         ln -s /etc/roots-own /home/student/venv/share",
    );
    machine
}

#[track_caller]
fn expect_it_to_be_the_students(machine: &Machine) {
    assert_eq!(
        machine.shell("find /home/student ! -user student -print"),
        "",
        "not the student's own"
    );
    assert_eq!(
        machine.run(["stat", "-c", "%U", "/etc", "/etc/roots-own", "/etc/passwd"]),
        "root\nroot\nroot\n"
    );
}

#[test]
fn an_environment_that_sudo_left_to_root_is_given_back_and_no_link_is_followed() {
    let machine = machine_with_roots_environment();
    machine.apt_install(["sudo"]);
    machine
        .labready(["doctor"])
        .by_student()
        .run()
        .exits(1)
        .says("belongs to root, not to")
        .says("labready repair");
    let refused = machine.labready(["setup", "--yes"]).by_student().run();
    refused.exits(4).says("1 step needs root").says("labready setup --owner student");

    machine.write("/etc/sudoers.d/student", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
    let output = machine.labready(["setup", "--yes", "--no-verify"]).by_student().run();
    output
        .succeeds()
        .says("done: Change the owner of the virtual environment `/home/student/venv` to student");
    expect_it_to_be_the_students(&machine);
    machine.command(["venv/bin/python", "-c", "import pip, wheel"]).by_student().run().succeeds();
}

#[test]
fn repair_gives_it_back_too_and_leaves_what_is_no_environment_as_a_whole() {
    let machine = machine_with_roots_environment();
    machine.write("/home/student/venv/thesis.txt", "root's\n");
    let repair = ["repair", "--yes"];
    let output = machine
        .labready(repair)
        .env("SUDO_UID", "1000")
        .env("SUDO_GID", "1000")
        .within("/home/student")
        .run();
    output.exits(1).says("belongs to root").says("chown -hR 1000:1000 /home/student/venv");
    assert_eq!(machine.run(["stat", "-c", "%U", "/home/student/venv"]), "root\n");

    machine.run(["rm", "/home/student/venv/thesis.txt"]);
    let mend = || {
        machine
            .labready(repair)
            .env("SUDO_UID", "1000")
            .env("SUDO_GID", "1000")
            .within("/home/student")
            .run()
    };
    mend().succeeds();
    expect_it_to_be_the_students(&machine);

    // As after `sudo pip install`, with a file that root has under another name, too.
    machine.shell(
        "cd /home/student/venv/lib/python3.11/site-packages; mkdir x x.dist-info; ln /etc/roots-own x/mod.py; touch x/own.py",
    );
    machine
        .labready(["doctor"])
        .by_student()
        .run()
        .exits(1)
        .says("site-packages/x` in the virtual");
    mend().succeeds();
    assert_eq!(
        machine.shell("find /home/student ! -user student -print"),
        "/home/student/venv/lib/python3.11/site-packages/x/mod.py\n"
    );
    assert_eq!(machine.run(["stat", "-c", "%U", "/etc/roots-own"]), "root\n");
}
