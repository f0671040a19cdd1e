//! The main job for the main user: a student with sudo, on a machine that has nothing yet.

use std::time::Duration;

use crate::machine::Machine;

const COLD: Duration = Duration::from_secs(600);

/// The first setup installs packages whose scripts do more than the course's own: certificates.
fn becomes_ready(suite: &str, sudo: &str) {
    let machine = Machine::fresh(suite);
    machine.shell("apt-get update >/dev/null");
    machine.apt_install([sudo]);
    if sudo != "sudo" {
        machine.link(&format!("/usr/bin/{sudo}"), "/usr/bin/sudo");
    }
    machine.write("/etc/sudoers", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
    machine.run(["chmod", "0440", "/etc/sudoers"]);
    let setup = machine.labready(["setup", "--yes", "--no-verify"]).by_student().limit(COLD).run();
    setup.succeeds();
    assert!(machine.has_package("ca-certificates"));
    assert_eq!(machine.shell("dpkg --audit"), "");
    assert_eq!(machine.shell("stat -c %s /var/lib/dpkg/lock"), "0\n");
    assert_eq!(machine.shell("find /home/student ! -user student"), "");
}

#[test]
fn a_student_with_sudo_makes_a_fresh_bookworm_ready() {
    becomes_ready("bookworm", "sudo");
}

#[test]
fn a_student_with_sudo_rs_makes_a_fresh_trixie_ready() {
    becomes_ready("trixie", "sudo-rs");
}
