//! /usr/bin/python3 switched, as the course's old lab sheet says: told by every command, mended by
//! `labready repair`, whoever cut it off before.

use std::time::Duration;

use crate::machine::Machine;

const COLD: Duration = Duration::from_secs(420);

/// Where labready, apt and update-alternatives keep their own notes.
const KEPT: [&str; 3] = ["/var/log", "/var/cache", "/var/lib/labready"];

/// A ready machine with the system's own python3.11, and another interpreter to switch to.
fn machine_with_two() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.run(["cp", "/usr/bin/python3.11", "/usr/bin/python3.12"]);
    assert_eq!(machine.leads_to("/usr/bin/python3"), "python3.11");
    machine
}

/// What the old lab sheet says.
fn switch(machine: &Machine) {
    for (python, priority) in [("/usr/bin/python3.11", "1"), ("/usr/bin/python3.12", "2")] {
        machine.run([
            "update-alternatives",
            "--install",
            "/usr/bin/python3",
            "python3",
            python,
            priority,
        ]);
    }
    machine.run(["update-alternatives", "--set", "python3", "/usr/bin/python3.12"]);
}

#[track_caller]
fn expect_mended(machine: &Machine) {
    assert_eq!(machine.leads_to("/usr/bin/python3"), "python3.11");
    for gone in [
        "/var/lib/dpkg/alternatives/python3",
        "/etc/alternatives/python3",
        "/usr/bin/.labready.python3",
    ] {
        assert!(!machine.exists(gone), "{gone} is left");
    }
    assert_eq!(machine.run(["py3versions", "-d"]), "python3.11\n");
    machine.run(["apt-get", "check", "-q"]);
    machine.labready(["doctor"]).run().succeeds();
}

#[test]
fn a_switched_python3_is_told_by_every_command_and_mended_by_repair_and_by_setup() {
    let machine = machine_with_two();
    let healthy = machine.tree().without(&KEPT);
    switch(&machine);
    let told = "it points to `/etc/alternatives/python3`, then `/usr/bin/python3.12`, but this system needs `python3.11`";
    let doctor = machine.labready(["doctor"]).run();
    doctor
        .exits(1)
        .says("error[system-python-switched]: `/usr/bin/python3` was switched")
        .says("fix: labready repair");
    machine.labready(["plan", "--format", "json"]).run().succeeds().says(told);

    let refused = machine.labready(["repair", "--yes"]).by_student().run();
    refused
        .exits(4)
        .says("/usr/local/sbin/labready repair --owner student --venv /home/student/venv");
    machine.labready(["repair"]).run().exits(2).says("--yes");
    let mut running = machine.labready(["repair"]).on_a_terminal().start();
    running.sees("Restore `/usr/bin/python3` to `python3.11`").sees("[y/N]").types("y\n");
    assert_eq!(running.finish().succeeds().last_line(), "Everything is fixed.");
    expect_mended(&machine);
    healthy.is_the_same_as(&machine.tree().without(&KEPT));
    let again = machine.labready(["repair", "--yes"]).run();
    assert_eq!(again.succeeds().last_line(), "Nothing to fix.");

    switch(&machine);
    let setup = machine.labready(["setup", "--yes", "--no-verify"]).run();
    setup.succeeds().says("done: Restore `/usr/bin/python3` to `python3.11`");
    expect_mended(&machine);
}

#[test]
fn a_link_that_dpkg_put_back_is_taken_out_of_the_group_that_would_switch_it_again() {
    let machine = machine_with_two();
    switch(&machine);
    machine.shell(
        "ln -sfn python3.11 /usr/bin/python3; \
         update-alternatives --install /usr/bin/python3 python3 /usr/bin/python3.12 2 --slave /usr/bin/pydoc3 pydoc3 /usr/bin/pydoc3.11; \
         ln -sfn python3.11 /usr/bin/python3",
    );
    machine.labready(["doctor"]).run().exits(1).says("is managed by update-alternatives");
    let output = machine.labready(["repair", "--yes"]).run();
    output
        .succeeds()
        .says("Remove `/usr/bin/python3` from update-alternatives")
        .says("`/usr/bin/pydoc3` was removed with");
    expect_mended(&machine);
}

#[test]
fn a_python3_that_was_removed_is_put_back_by_setup_before_apt() {
    let machine = machine_with_two();
    switch(&machine);
    machine.run(["update-alternatives", "--remove-all", "python3"]);
    assert!(!machine.exists("/usr/bin/python3"));
    machine.run(["dpkg", "--remove", "build-essential"]);
    let setup = machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).run();
    setup.succeeds().says("done: Restore `/usr/bin/python3` to `python3.11`");
    expect_mended(&machine);
}

/// Ends labready, and nothing of what it started, in the midst of its work.
const KILLER: &str = "#!/bin/sh\n/dev/real/NAME \"$@\"\nkill -KILL $PPID\n";

#[test]
fn a_repair_that_was_killed_between_any_two_of_its_commands_is_mended_by_the_next() {
    for program in ["/bin/ln", "/usr/bin/update-alternatives", "/bin/mv"] {
        let machine = machine_with_two();
        switch(&machine);
        let name = program.rsplit('/').next().unwrap();
        machine.run(["mkdir", "/dev/real"]);
        machine.run(["cp", "--preserve=mode", program, &format!("/dev/real/{name}")]);
        machine.write_program("/dev/real/killer", &KILLER.replace("NAME", name));
        machine.run(["mount", "--bind", "/dev/real/killer", program]);
        machine.labready(["repair", "--yes"]).run().exits(137);
        machine.run(["umount", "--lazy", program]);
        machine.labready(["repair", "--yes"]).run().succeeds();
        expect_mended(&machine);
    }
}

/// Holds a program up until it is told to go.
const GATE: &str = "#!/bin/sh\ntouch /tmp/begun\nwhile [ ! -e /tmp/go ]; do sleep 0.1; done\nexec /dev/real/update-alternatives \"$@\"\n";

#[test]
fn while_it_is_repaired_dpkg_is_kept_out_and_ctrl_c_waits_until_the_link_is_there() {
    let machine = machine_with_two();
    switch(&machine);
    let program = "/usr/bin/update-alternatives";
    machine.shell(&format!("mkdir /dev/real; cp --preserve=mode {program} /dev/real/"));
    machine.write_program("/dev/real/gate", GATE);
    machine.run(["mount", "--bind", "/dev/real/gate", program]);
    let mut running = machine.labready(["repair", "--yes"]).start();
    running.waits_for("update-alternatives to run", |_| machine.exists("/tmp/begun"));
    machine
        .command(["apt-get", "install", "-qq", "--reinstall", "make"])
        .run()
        .exits(100)
        .says("lock-frontend");
    machine.signal("labready", "INT");
    machine.run(["touch", "/tmp/go"]);
    running.finish().exits(130).says("done: Restore `/usr/bin/python3` to `python3.11`");
    expect_mended(&machine);
}

#[test]
fn what_is_no_link_is_left_and_what_is_not_installed_is_not_linked_to() {
    let machine = machine_with_two();
    machine.shell("rm /usr/bin/python3; cp /usr/bin/python3.12 /usr/bin/python3");
    let repair = machine.labready(["repair", "--yes"]).run();
    repair
        .exits(1)
        .says("it is a file, but should be a link to `python3.11`")
        .says("mv -n /usr/bin/python3");
    machine.run(["cmp", "/usr/bin/python3", "/usr/bin/python3.12"]);

    machine.shell(
        "ln -sfn python3.12 /usr/bin/python3; dpkg --remove --force-depends python3.11-minimal",
    );
    let repair = machine.labready(["repair", "--yes"]).run();
    repair.exits(1).says("apt-get install --reinstall python3.11-minimal python3-minimal");
    assert_eq!(machine.leads_to("/usr/bin/python3"), "python3.12");
}

#[test]
fn a_python_that_is_not_executable_or_points_to_itself_is_reinstalled_by_repair() {
    let machine = Machine::ready("bookworm");
    for damage in ["chmod 000 /usr/bin/python3.11", "ln -sfn python3.11 /usr/bin/python3.11"] {
        machine.shell(damage);
        let fix = "apt-get install --reinstall python3.11-minimal";
        machine.labready(["doctor"]).run().exits(1).says(fix).does_not_say("3.14");
        machine.labready(["setup", "--yes"]).run().exits(1).says(fix).does_not_say("3.14");
        let repair = machine.labready(["repair", "--yes"]).run();
        assert_eq!(repair.succeeds().last_line(), "Everything is fixed.", "{damage}");
        assert_eq!(machine.run(["/usr/bin/python3.11", "-V"]), "Python 3.11.2\n");
    }
    // dpkg would delete the folder, with what is in it.
    machine.shell("rm /usr/bin/python3.11; mkdir /usr/bin/python3.11; touch /usr/bin/python3.11/x");
    machine.labready(["repair", "--yes"]).run().exits(1).says("mv -n /usr/bin/python3.11");
    assert!(machine.exists("/usr/bin/python3.11/x"));
}

#[test]
fn a_link_that_py3versions_refuses_is_put_right() {
    let machine = Machine::ready("bookworm");
    machine.shell("ln -s /usr/bin/python3.11 /opt/python3; ln -sfn /opt/python3 /usr/bin/python3");
    machine.command(["py3versions", "-d"]).run().says("must be reset");
    let doctor = machine.labready(["doctor"]).run();
    doctor.exits(1).says("error[system-python-switched]").says("`/opt/python3`");
    machine.labready(["repair", "--yes"]).run().succeeds();
    assert_eq!(machine.leads_to("/usr/bin/python3"), "python3.11");
    assert_eq!(machine.run(["py3versions", "-d"]), "python3.11\n");
}

#[test]
fn a_student_with_sudo_repairs_it_as_well() {
    let machine = machine_with_two();
    machine.apt_install(["sudo"]);
    machine.write("/etc/sudoers.d/student", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
    switch(&machine);
    machine.labready(["repair", "--yes"]).by_student().run().succeeds();
    expect_mended(&machine);
}
