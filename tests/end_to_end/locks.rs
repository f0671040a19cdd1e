//! Other programs that use apt: waited for by name, never harmed.

use std::time::Duration;

use crate::machine::Machine;

const COLD: Duration = Duration::from_secs(420);
const LOCKS: [&str; 4] = [
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/lock",
    "/var/cache/apt/archives/lock",
    "/var/lib/apt/lists/lock",
];

/// Holds a lock as apt does (a record lock over the whole file), under another program's name.
const HOLDER: &str = "import fcntl, sys, time
open('/proc/self/comm', 'w').write('unattended-upgr')
lock = open(sys.argv[1], 'w')
fcntl.lockf(lock, fcntl.LOCK_EX)
open('/tmp/held', 'w').close()
time.sleep(float(sys.argv[2]))
";

/// A ready machine that has lost a package, so that setup needs apt.
fn machine_that_needs_apt() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.write("/opt/holder.py", HOLDER);
    machine
}

#[test]
fn a_lock_that_is_allow_services_of_is_waited_for_and_its_holder_named() {
    for lock in LOCKS {
        let machine = machine_that_needs_apt();
        let mut holder =
            machine.command(["/usr/bin/python3.11", "/opt/holder.py", lock, "4"]).start();
        holder.waits_for("the lock to be held", |_| machine.exists("/tmp/held"));
        let output = machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).run();
        output.succeeds().says("waiting for unattended-upgr, pid");
        assert!(machine.has_package("build-essential"), "{lock}");
        holder.finish().succeeds();
    }
}

#[test]
fn a_lock_that_is_never_allow_services_of_is_given_up_and_its_holder_left_alone() {
    let machine = machine_that_needs_apt();
    let mut holder =
        machine.command(["/usr/bin/python3.11", "/opt/holder.py", LOCKS[3], "60"]).start();
    holder.waits_for("the lock to be held", |_| machine.exists("/tmp/held"));
    let before = machine.tree().without(&["/var/log", "/var/cache/apt", "/var/lib/labready"]);
    let output = machine.labready(["setup", "--yes", "--lock-timeout", "2"]).run();
    output.exits(5).says("unattended-upgr").says("--lock-timeout");
    assert!(machine.exists(LOCKS[3]), "the lock file is gone");
    assert!(machine.is_alive("holder.py"), "the holder was ended");
    before.is_the_same_as(&machine.tree().without(&[
        "/var/log",
        "/var/cache/apt",
        "/var/lib/labready",
    ]));
    machine.signal("unattended-upgr", "KILL");
    holder.finish();
}

#[test]
fn two_runs_on_one_machine_wait_for_each_other() {
    let machine = machine_that_needs_apt();
    machine.run(["rm", "-r", "/root/venv"]);
    let first = machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).start();
    let second = machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).start();
    let (first, second) = (first.finish(), second.finish());
    first.succeeds();
    second.succeeds();
    assert!(
        format!("{first}{second}").contains("waiting for another run of labready (process "),
        "{first}{second}"
    );
    machine.run(["/root/venv/bin/python", "-c", "import pip, wheel"]);
}

#[test]
fn no_other_account_can_keep_root_waiting() {
    let machine = Machine::ready("bookworm");
    // Every folder that anybody can open, locked by an account of no rights.
    machine.shell("for folder in / /run /srv /home /var/lib/dpkg /var/lib; do setpriv --reuid=student --clear-groups flock $folder sleep 300 & done; for folder in / /run /srv /home /var/lib/dpkg /var/lib; do while flock --nonblock $folder true; do sleep 0.05; done; done");
    let setup = ["setup", "--yes", "--no-verify", "--lock-timeout", "0", "--venv", "/srv/venv"];
    machine.labready(setup).run().succeeds();
    assert!(!machine.exists("/run/labready.lock"));
}
