//! cloud-init still at work: waited for like a lock, and never by what it started itself.

use crate::machine::Machine;

/// A machine that lacks a package, and on which cloud-init has begun. It runs what it is given, as
/// its last stage does.
fn machine_in_its_first_boot() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.write_program("/usr/bin/cloud-init", "#!/bin/sh\n\"$@\"\n");
    machine.run(["mkdir", "-p", "/run/cloud-init"]);
    machine
}

#[test]
fn cloud_init_is_waited_for_and_the_index_is_refreshed_after_it() {
    let machine = machine_in_its_first_boot();
    machine
        .labready(["doctor"])
        .run()
        .exits(1)
        .says("note[cloud-init-running]: cloud-init is still preparing this machine");
    let mut running = machine.labready(["setup", "--yes", "--no-verify"]).on_a_terminal().start();
    running.sees("waiting for cloud-init");
    assert!(!machine.has_package("build-essential"));
    // It writes apt's sources, as its apt module does, and is done.
    machine.shell("touch /etc/apt/sources.list.d");
    machine.write("/run/cloud-init/result.json", "{}\n");
    running
        .finish()
        .succeeds()
        .says("labready updates apt's package index first")
        .says("done: Update apt's package index");
    assert!(machine.has_package("build-essential"));
}

#[test]
fn a_cloud_init_that_does_not_end_is_given_up_and_told() {
    let machine = machine_in_its_first_boot();
    let output = machine.labready(["setup", "--yes", "--lock-timeout", "1"]).run();
    output
        .exits(1)
        .says("cloud-init is still preparing this machine")
        .says("cloud-init status --wait");
    assert!(!machine.has_package("build-essential"));
}

#[test]
fn what_cloud_init_started_itself_does_not_wait_for_it() {
    let machine = machine_in_its_first_boot();
    let words = [
        "/usr/bin/cloud-init",
        "/usr/local/sbin/labready",
        "setup",
        "--yes",
        "--no-verify",
        "--lock-timeout",
        "1",
    ];
    machine.command(words).run().succeeds().does_not_say("waiting for cloud-init");
    assert!(machine.has_package("build-essential"));
}

#[test]
fn a_ready_machine_does_not_wait() {
    let machine = machine_in_its_first_boot();
    machine.apt_install(["build-essential"]);
    machine.labready(["setup", "--yes", "--no-verify", "--lock-timeout", "1"]).run().succeeds();
}
