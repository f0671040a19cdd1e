//! Ctrl-C, a second one, a terminal that goes away, while apt works: nothing is left half-installed, and
//! nothing is left running. All forty: `cargo bench --bench interruptions`.

use std::time::{Duration, Instant};

use crate::machine::{Machine, Running};

const COLD: Duration = Duration::from_secs(420);
const FINISHING: &str = "Finishing this step so that nothing is left half-installed";

/// A ready machine that has lost its compiler, so that dpkg has something to do for a while.
fn machine_without_compiler() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.run([
        "apt-get",
        "purge",
        "-qq",
        "-y",
        "--autoremove",
        "build-essential",
        "gcc-12",
        "cpp-12",
    ]);
    machine
}

/// The same, with a sudo that asks nothing.
fn with_sudo(machine: Machine, program: &str) -> Machine {
    machine.apt_install([program]);
    if program == "sudo-rs" {
        machine.link("/usr/bin/sudo-rs", "/usr/bin/sudo");
    }
    machine.write("/etc/sudoers", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
    machine.run(["chmod", "0440", "/etc/sudoers"]);
    machine
}

fn waits_for_dpkg(running: &mut Running, machine: &Machine) {
    running.waits_for("dpkg to unpack", |_| machine.is_alive("dpkg-deb"));
}

/// Whatever goes on by itself ends, and leaves nothing half-done.
#[track_caller]
fn expect_apt_to_finish(machine: &Machine, within: Duration) {
    let until = Instant::now() + within;
    while !machine.processes().is_empty() {
        assert!(Instant::now() < until, "still there: {:#?}", machine.processes());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}

#[test]
fn a_second_ctrl_c_leaves_the_installation_to_apt_which_finishes_it() {
    let machine = machine_without_compiler();
    let mut running = machine.labready(["setup"]).on_a_terminal().limit(COLD).start();
    running.sees("[y/N]").types("y\n");
    waits_for_dpkg(&mut running, &machine);
    running.types("\x03").sees(FINISHING).types("\x03");
    running.finish().exits(130);
    assert!(!machine.is_alive("labready"));
    assert!(machine.is_alive("apt-get"), "{:?}", machine.processes());
    expect_apt_to_finish(&machine, COLD);
    assert!(machine.has_package("build-essential"));
    let output = machine.labready(["setup", "--yes"]).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
}

#[test]
fn a_closed_terminal_ends_only_the_talk() {
    for sudo in ["sudo", "sudo-rs"] {
        let machine = if sudo == "sudo" {
            with_sudo(machine_without_compiler(), sudo)
        } else {
            let machine = with_sudo(Machine::ready("trixie"), sudo);
            machine.run([
                "apt-get",
                "purge",
                "-qq",
                "-y",
                "--autoremove",
                "build-essential",
                "gcc-14",
                "cpp-14",
            ]);
            machine
        };
        let setup = ["setup", "--report", "json=report.json", "--log", "log"];
        let mut running = machine.labready(setup).by_student().on_a_terminal().limit(COLD).start();
        running.sees("[y/N]").types("y\n");
        waits_for_dpkg(&mut running, &machine);
        running.closes_the_terminal();
        expect_apt_to_finish(&machine, Duration::from_secs(120));
        assert!(machine.has_package("build-essential"), "{sudo}");
        let report = machine.read("/home/student/report.json");
        assert!(report.contains("\"exit_code\": 130"), "{sudo}: {report}");
        let output = machine.labready(["setup", "--yes"]).by_student().limit(COLD).run();
        assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    }
}

/// Types into the terminal of whoever started it, if it has one.
const INTRUDER: &str = "
import fcntl, termios
try:
    terminal = open('/dev/tty', 'w')
    fcntl.ioctl(terminal, termios.TIOCSTI, b'#')
    said = 'typed'
except OSError as error:
    said = error.strerror
open('/tmp/said', 'w').write(said)
";

#[test]
fn a_script_of_another_account_has_no_terminal_to_type_into() {
    let machine = Machine::ready("bookworm");
    machine.write("/home/student/lab.py", INTRUDER);
    machine.run(["chown", "student:", "/home/student/lab.py"]);
    let lab = ["--lab", "learning_tasks", "/home/student/lab.py"];
    // Root's own environment is none of the student's: that is no fail of the script.
    machine.labready(["verify", lab[0], lab[1], lab[2]]).run().exits(3).says("could not start");
    let verify = ["verify", "--python", "/usr/bin/python3.11", lab[0], lab[1], lab[2]];
    let output = machine.labready(verify).on_a_terminal().run();
    assert!(machine.exists("/tmp/said"), "{output}");
    assert_eq!(machine.read("/tmp/said"), "No such device or address", "{output}");
    assert_eq!(machine.shell("stat -c %U /tmp/said").trim(), "student");
}

/// dpkg, killed while it unpacks a package over itself.
const KILLED: &str = r"
cd /var/tmp; apt-get update -q; apt-get download -q gcc-12
setsid dpkg --unpack gcc-12_*.deb &
until grep -qs half-installed /var/lib/dpkg/updates/* /var/lib/dpkg/status; do :; done
kill -KILL $!
";

#[test]
fn a_package_that_dpkg_was_unpacking_when_it_was_killed_is_whole_again_after_setup_and_after_repair()
 {
    let machine = Machine::ready("bookworm");
    for words in [["setup", "--yes"], ["repair", "--yes"]] {
        machine.shell(KILLED);
        assert!(machine.run(["dpkg", "--audit"]).contains("gcc-12"));
        machine
            .labready(words)
            .limit(COLD)
            .run()
            .succeeds()
            .says("Finish the interrupted installation");
        assert_eq!(machine.run(["dpkg", "--audit"]), "");
        machine.run(["gcc-12", "--version"]);
    }
}
