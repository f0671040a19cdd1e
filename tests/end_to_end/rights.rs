//! Rights: a real student account with a real sudo, with a password, without one, and without any
//! rights.

use std::time::Duration;

use crate::machine::{Machine, free_port};

const COLD: Duration = Duration::from_secs(420);
const PASSWORD: &str = "correct horse";

/// A ready machine that has lost a package, with sudo, and this rule for the student.
fn machine_with_sudo(rule: &str) -> Machine {
    let machine = Machine::ready("bookworm");
    machine.apt_install(["sudo"]);
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.command(["chpasswd"]).stdin(&format!("student:{PASSWORD}\n")).run().succeeds();
    if !rule.is_empty() {
        machine.write("/etc/sudoers.d/student", &format!("{rule}\n"));
        machine.run(["chmod", "0440", "/etc/sudoers.d/student"]);
    }
    machine
}

#[track_caller]
fn expect_everything_to_be_the_students(machine: &Machine) {
    assert!(machine.has_package("build-essential"));
    assert_eq!(
        machine.shell("find /home/student ! -user student -print"),
        "",
        "not the student's own"
    );
    machine.command(["venv/bin/python", "-c", "import pip, wheel"]).by_student().run().succeeds();
}

#[test]
fn a_student_with_sudo_types_the_password_once() {
    let machine = machine_with_sudo("student ALL=(ALL:ALL) ALL");
    let mut running = machine.labready(["setup"]).by_student().on_a_terminal().limit(COLD).start();
    running.sees("Install the build tools").sees("[y/N]").types("y\n");
    running.sees("password for student").types(&format!("{PASSWORD}\n"));
    // How far apt is passes through sudo.
    running.sees(" %");
    let output = running.finish();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    assert_eq!(output.stdout.matches("password for").count(), 1, "{output}");
    expect_everything_to_be_the_students(&machine);
}

#[test]
fn without_an_index_the_password_is_asked_once_and_the_sizes_are_there_before_the_question() {
    let machine = Machine::fresh("bookworm");
    machine.apt_install(["sudo"]);
    machine.shell("rm -rf /var/lib/apt/lists/* && apt-get clean");
    machine.command(["chpasswd"]).stdin(&format!("student:{PASSWORD}\n")).run().succeeds();
    machine.write("/etc/sudoers.d/student", "student ALL=(ALL:ALL) ALL\n");
    let apts = ["/var/lib/apt", "/var/cache/apt", "/var/log", "/run", "/var/lib/sudo", "/tmp"];
    let before = machine.tree().without(&apts);
    let mut running = machine.labready(["setup"]).by_student().on_a_terminal().limit(COLD).start();
    running.sees("will be asked for").sees("nothing is installed before you agree.");
    running.sees("password for student").types(&format!("{PASSWORD}\n"));
    running.sees("labready will install Python 3.11 and a virtual environment");
    running.sees("MB to").sees("on disk").sees("about").sees("[y/N]").types("n\n");
    let output = running.finish();
    output.exits(1).says("Nothing was changed, except that apt's package index is up to date");
    assert_eq!(output.stdout.matches("password for").count(), 1, "{output}");
    before.is_the_same_as(&machine.tree().without(&apts));
}

#[test]
fn a_student_whose_sudo_asks_for_nothing_needs_no_terminal() {
    let machine = machine_with_sudo("student ALL=(ALL:ALL) NOPASSWD: ALL");
    let proxy = "http://somebody:secret@127.0.0.1:9";
    let output =
        machine.labready(["setup", "--yes"]).by_student().env("ftp_proxy", proxy).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    output.does_not_say("secret");
    expect_everything_to_be_the_students(&machine);
}

#[test]
fn sudo_rs_does_as_well() {
    // Ubuntu's sudo since 25.10.
    let machine = Machine::ready("trixie");
    machine.apt_install(["sudo-rs"]);
    machine.link("/usr/bin/sudo-rs", "/usr/bin/sudo");
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.command(["chpasswd"]).stdin(&format!("student:{PASSWORD}\n")).run().succeeds();
    machine.write("/etc/sudoers", "student ALL=(ALL:ALL) ALL\n");
    machine.run(["chmod", "0440", "/etc/sudoers"]);
    let mut running = machine.labready(["setup"]).by_student().on_a_terminal().limit(COLD).start();
    running.sees("Install the build tools").sees("[y/N]").types("y\n");
    running.sees("assword").types(&format!("{PASSWORD}\n"));
    let output = running.finish();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    expect_everything_to_be_the_students(&machine);
}

#[test]
fn a_student_without_a_terminal_for_the_password_is_told_the_commands() {
    let machine = machine_with_sudo("student ALL=(ALL:ALL) ALL");
    let tree = machine.tree().without(&["/run", "/var/log"]);
    machine
        .labready(["setup", "--yes"])
        .by_student()
        .run()
        .exits(4)
        .says("there is no terminal to type it on")
        .says("sudo /usr/local/sbin/labready setup --owner student");
    tree.is_the_same_as(&machine.tree().without(&["/run", "/var/log"]));
}

#[test]
fn a_student_whom_sudo_refuses_is_told_the_commands_and_nothing_is_changed() {
    let machine = machine_with_sudo("");
    let tree = machine.tree().without(&["/run", "/var/log", "/var/lib/sudo"]);
    let output = machine.labready(["setup", "--yes"]).by_student().on_a_terminal().run();
    output.exits(4).does_not_say("1. ").does_not_say("password for");
    output.says("sudo does not allow it").says("sudo /usr/local/sbin/labready setup");
    tree.is_the_same_as(&machine.tree().without(&["/run", "/var/log", "/var/lib/sudo"]));
}

#[test]
fn what_a_student_without_rights_hands_over_once_makes_a_fresh_machine_ready() {
    let machine = Machine::fresh("bookworm");
    let setup =
        || machine.labready(["setup", "--yes", "--python", "3.11"]).by_student().limit(COLD).run();
    let refused = setup();
    refused.exits(4);
    let lines: Vec<&str> = refused.stderr.lines().map(str::trim).collect();
    let handed_over: Vec<&str> =
        lines.into_iter().filter(|line| line.starts_with("/usr/local/sbin/labready")).collect();
    assert_eq!(
        handed_over,
        ["/usr/local/sbin/labready setup --python 3.11 --owner student --venv /home/student/venv"],
        "{refused}"
    );
    let line = format!("{} --yes", handed_over[0]);
    machine.command(["sh", "-ec", &line]).limit(COLD).run().succeeds();
    assert_eq!(setup().succeeds().last_line(), "This workstation is ready.");
    expect_everything_to_be_the_students(&machine);
}

#[test]
fn under_sudo_the_environment_and_the_labs_are_the_students() {
    let machine = machine_with_sudo("student ALL=(ALL:ALL) NOPASSWD: ALL");
    let output = machine
        .command(["sudo", "/usr/local/sbin/labready", "setup", "--yes"])
        .by_student()
        .limit(COLD)
        .run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    expect_everything_to_be_the_students(&machine);
}

#[test]
fn ctrl_c_reaches_what_runs_under_sudo() {
    let machine = machine_with_sudo("student ALL=(ALL:ALL) NOPASSWD: ALL");
    machine.shell("rm -rf /var/lib/apt/lists/*");
    let mut running = machine.labready(["setup", "--yes"]).by_student().limit(COLD).start();
    running.waits_for("apt-get to run", |_| machine.is_alive("apt-get"));
    machine.signal("labready", "INT");
    running.finish().exits(130);
    assert_eq!(machine.processes(), Vec::<String>::new());
    let output = machine.labready(["setup", "--yes"]).by_student().limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
}

/// A proxy that wants a password, and the only way to the archive of `room.example`. It writes down what it
/// is asked, and every process in whose arguments the password stands meanwhile.
const PROXY: &str = r#"
import base64, glob, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        given = self.headers.get("Proxy-Authorization") or ""
        known = base64.b64decode(given.partition(" ")[2]) == b"student:secret"
        lines = [open(file, "rb").read() for file in glob.glob("/proc/[0-9]*/cmdline")]
        leaks = [line for line in lines if b"secret" in line]
        with open("/run/asked", "a") as log:
            print(known, self.path, *leaks, file=log)
        if not known:
            return self.send_error(407)
        self.path = self.path.removeprefix("http://room.example")
        super().do_GET()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"#;

/// An archive of one package.
const ARCHIVE: &str = r#"
mkdir -p /srv/flat /tmp/decoy/DEBIAN
printf 'Package: build-essential\nVersion: 99\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >/tmp/decoy/DEBIAN/control
cd /srv/flat
dpkg-deb -b /tmp/decoy build-essential_99_all.deb
dpkg-scanpackages -m . >Packages
dpkg --purge build-essential
rm -rf /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/90carried /var/lib/apt/lists/*
echo 'deb [trusted=yes] http://room.example/flat ./' >/etc/apt/sources.list
echo 'student ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers
chmod 0440 /etc/sudoers
"#;

#[test]
fn the_proxy_of_a_student_reaches_apt_through_sudo_and_sudo_rs_and_nobody_sees_its_password() {
    for (suite, sudo) in [("bookworm", "sudo"), ("trixie", "sudo-rs")] {
        let machine = Machine::ready(suite);
        machine.apt_install([sudo]);
        if sudo == "sudo-rs" {
            machine.link("/usr/bin/sudo-rs", "/usr/bin/sudo");
        }
        machine.run(["sh", "-ec", ARCHIVE]);
        machine.write("/opt/proxy.py", PROXY);
        let port = free_port().to_string();
        let proxy = ["/root/venv/bin/python", "/opt/proxy.py", &port];
        let _proxy = machine.command(proxy).within("/srv").start();
        let output = machine
            .labready(["setup", "--yes", "--no-verify"])
            .by_student()
            .env("http_proxy", &format!("http://student:secret@127.0.0.1:{port}"))
            .run();
        output.succeeds().does_not_say("secret");
        assert!(machine.has_package("build-essential"), "{output}");
        let asked = machine.read("/run/asked");
        assert!(asked.contains("/flat/./build-essential_99_all.deb"), "{asked}");
        assert!(asked.lines().all(|line| line.starts_with("True http://room.example/")), "{asked}");
        assert!(!asked.contains("secret"), "{suite}: {asked}");
    }
}

#[test]
fn a_copy_with_borrowed_rights_refuses_to_run() {
    let machine = Machine::fresh("bookworm");
    machine.apt_install(["libcap2-bin"]);
    machine.shell("cd /usr/local/bin; for copy in user group able; do cp /usr/local/sbin/labready $copy; done");
    machine.shell(
        "cd /usr/local/bin; chmod 4755 user; chmod 2755 group; setcap cap_dac_override+ep able",
    );
    for copy in ["user", "group", "able"] {
        let run =
            machine.command(["sh", "-c", r#"cd ~; "$0" plan --log log"#, copy]).by_student().run();
        run.exits(2).says("does not run as a set-uid or set-gid program");
        assert!(!machine.exists("/home/student/log"));
    }
    let run = machine.labready(["explain", "usage"]).by_student().run();
    run.succeeds();
}
