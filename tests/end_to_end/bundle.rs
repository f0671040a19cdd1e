//! Rooms without a network: a bundle that was made elsewhere, and what is here already.

use std::time::Duration;

use crate::machine::{Machine, Output};

const COLD: Duration = Duration::from_secs(420);
const BUNDLE: &str = "/srv/bundle";
/// Where a refused bundle leaves nothing, and where labready waits for its turn.
const LOGS: [&str; 1] = ["/var/log"];

/// Setup from the bundle, on a machine without a network.
fn set_up(machine: &Machine, more: &[&str]) -> Output {
    let line =
        [&["exec", "labready", "setup", "--yes", "--bundle", BUNDLE], more].concat().join(" ");
    machine.command(["sh", "-ec", &line]).limit(COLD).run()
}

/// A bundle in which a line of shell replaced files is refused with these words; then it is as it
/// was.
#[track_caller]
fn is_refused(machine: &Machine, change: &str, more: &[&str], words: &[&str]) {
    machine.shell(&format!("cp -rl {BUNDLE} /srv/kept; cd {BUNDLE}; {change}"));
    let output = set_up(machine, more);
    output.exits(2);
    for word in words {
        output.says(word);
    }
    machine.shell(&format!("rm -r {BUNDLE}; mv /srv/kept {BUNDLE}"));
}

#[test]
fn a_machine_without_a_network_becomes_ready_from_a_bundle_that_a_student_made_elsewhere() {
    let connected = Machine::ready("bookworm");
    connected.run(["install", "-d", "-o", "student", "/srv/stick"]);
    let index = connected.tree().below("/var/lib/apt");
    let output = connected
        .labready(["bundle", "/srv/stick/bundle", "--format", "json"])
        .by_student()
        .limit(COLD)
        .run();
    let report = output.succeeds().report();
    assert!(
        report["sentence"].as_str().is_some_and(|said| said.contains("debian bookworm on amd64")),
        "{output}"
    );
    index.is_the_same_as(&connected.tree().below("/var/lib/apt"));
    assert_eq!(
        connected.shell("ls -A /var/tmp /home/student | grep -v :"),
        "\n",
        "something is left"
    );
    connected
        .labready(["bundle", "/srv/stick/bundle"])
        .by_student()
        .run()
        .exits(2)
        .says("is not empty");
    connected
        .labready(["bundle", "/srv/stick/other"])
        .run()
        .exits(2)
        .says("accounts other than root can write to `/srv/stick`")
        .says("without root");
    connected.run(["mv", "/srv/stick/bundle", BUNDLE]);

    let machine = Machine::fresh("bookworm");
    connected.carry(BUNDLE, &machine);
    machine.hide_network();
    let untouched = machine.tree().without(&LOGS);
    let archive = "f=$(ls debs/python3.11_*.deb)";
    is_refused(
        &machine,
        &format!("{archive}; cp $f x; printf x | dd of=x bs=1 seek=5000 conv=notrunc; mv x $f"),
        &[],
        &["debs/python3.11_", "SHA-256"],
    );
    is_refused(
        &machine,
        &format!("{archive}; cp $f x; printf x >>x; mv x $f"),
        &[],
        &["debs/python3.11_", "larger"],
    );
    is_refused(
        &machine,
        &format!("{archive}; mv $f debs/x; ln -s x $f"),
        &[],
        &["debs/python3.11_", "cannot be copied"],
    );
    is_refused(&machine, "rm wheels/wheel-*", &[], &["wheels/wheel-", "No such file"]);
    is_refused(
        &machine,
        "sed -i s/bookworm/trixie/ bundle.json",
        &[],
        &["debian trixie", "debian bookworm"],
    );
    is_refused(&machine, "sed -i s/amd64/riscv64/ bundle.json", &[], &["riscv64"]);
    is_refused(
        &machine,
        "sed -i s,debs/,../../etc/, bundle.json",
        &[],
        &["lists a file that cannot be in a bundle"],
    );
    is_refused(&machine, "rm bundle.json", &[], &["is not a bundle"]);
    is_refused(&machine, "true", &["--python", "3.12"], &["3.11.2", "3.12"]);
    untouched.is_the_same_as(&machine.tree().without(&LOGS));

    let before = machine.tree().below("/var/lib/apt/lists");
    let settings = machine.tree().below("/etc/apt");
    let output = set_up(&machine, &[]);
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    before.is_the_same_as(&machine.tree().below("/var/lib/apt/lists"));
    settings.is_the_same_as(&machine.tree().below("/etc/apt"));
    machine.run(["/root/venv/bin/python", "-c", "import pip, wheel"]);
    assert_eq!(machine.shell("ls -A /var/tmp"), "", "the copy is left");
    machine.run(["rm", "-r", "/srv/bundle/debs"]);
    machine.watch_package_programs();
    set_up(&machine, &["--no-verify"]).succeeds();
    assert_eq!(machine.started(), Vec::<String>::new());
    machine
        .labready(["undo", "--yes"])
        .limit(COLD)
        .run()
        .succeeds()
        .says("Everything that setup did is undone.");
    assert!(!machine.has_package("python3.11"));
}

#[test]
fn offline_what_apt_fetched_before_is_used_and_what_is_missing_is_named() {
    let machine = Machine::ready("bookworm");
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.hide_network();
    machine.labready(["setup", "--yes", "--offline", "--no-verify"]).limit(COLD).run().succeeds();
    assert!(machine.has_package("build-essential"));

    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.run(["apt-get", "clean"]);
    let before = machine.tree().without(&["/var/log", "/var/cache/apt"]);
    for command in ["setup", "plan"] {
        let line = format!(
            "labready {command} --offline {}",
            if command == "setup" { "--yes" } else { "" }
        );
        let output = machine.command(["sh", "-c", &line]).run();
        output
            .exits(1)
            .says("the package `build-essential` is not on this machine")
            .says("labready bundle DIR");
    }
    machine.shell("rm -rf /var/lib/apt/lists/*");
    machine
        .labready(["setup", "--yes", "--offline"])
        .run()
        .exits(1)
        .says("`build-essential`")
        .says("labready bundle DIR");
    machine
        .labready(["plan", "--offline", "--python", "3.12"])
        .run()
        .exits(1)
        .says("labready bundle --python 3.12 DIR");
    before.without(&["/var/lib/apt/lists"]).is_the_same_as(&machine.tree().without(&[
        "/var/log",
        "/var/cache/apt",
        "/var/lib/apt/lists",
    ]));
}

#[test]
fn a_pip_package_that_is_missing_offline_is_named() {
    let machine = Machine::ready("bookworm");
    machine.hide_network();
    let output = machine.labready(["setup", "--yes", "--offline"]).by_student().limit(COLD).run();
    output.exits(5).says("pip could not install `wheel`").says("labready bundle DIR");
}

#[test]
fn a_student_with_sudo_sets_up_from_a_bundle_and_nothing_of_it_is_left() {
    let machine = Machine::ready("bookworm");
    machine.apt_install(["sudo"]);
    machine.write("/etc/sudoers.d/student", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
    machine.run(["chmod", "0440", "/etc/sudoers.d/student"]);
    // Whoever makes it may be used to keep files to themselves; so may whoever takes from it.
    machine
        .command(["sh", "-ec", "umask 077; labready bundle /srv/bundle"])
        .limit(COLD)
        .run()
        .succeeds();
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.run(["apt-get", "clean"]);
    machine.hide_network();
    let line = "umask 077; labready setup --yes --no-verify --bundle /srv/bundle";
    machine.command(["sh", "-ec", line]).by_student().limit(COLD).run().succeeds();
    assert!(machine.has_package("build-essential"));
    assert_eq!(machine.shell("find /home/student ! -user student; ls -A /var/tmp"), "");
}

#[test]
fn what_a_run_that_was_killed_left_is_removed_by_the_next_and_nothing_of_anybody_elses() {
    let machine = Machine::ready("bookworm");
    machine.shell("cd /var/tmp; mkdir labready-mine labready-bookworm labready-new labready-theirs thesis; touch -d '2 hours ago' labready-mine labready-bookworm labready-theirs thesis");
    machine.shell("ln -s /etc /var/tmp/labready-link; chown student /var/tmp/labready-theirs; : >/var/tmp/labready-mine/.labready-scratch; echo text >/var/tmp/labready-mine/file; touch -d '2 hours ago' /var/tmp/labready-mine");
    machine
        .labready(["setup", "--yes", "--bundle", "/nowhere"])
        .run()
        .exits(2)
        .says("is not a bundle");
    assert_eq!(
        machine.run(["ls", "/var/tmp"]),
        "labready-bookworm\nlabready-link\nlabready-new\nlabready-theirs\nthesis\n"
    );
    assert!(machine.exists("/etc/passwd"));
}
