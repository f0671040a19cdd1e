//! Installations that fail: the cause is told apart, by the machine's state, and every one has the
//! command that mends it.

use std::fs;

use crate::machine::{Machine, Output};

/// A ready machine, and a course that asks for one package more: `lr-ours`.
fn machine() -> Machine {
    let machine = Machine::ready("bookworm");
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path)
            .unwrap()
            .replace(r#""build-essential"]"#, r#""build-essential", "lr-ours"]"#);
        machine.write(&format!("/root/course/{}", path.file_name().unwrap().display()), &text);
    }
    machine
}

/// Builds a package: more fields of its control file, and files, those of `DEBIAN/` among them.
fn package(machine: &Machine, name: &str, version: &str, fields: &str, files: &[(&str, &str)]) {
    let folder = format!("/tmp/{name}");
    machine.shell(&format!("rm -rf {folder}; mkdir -p /srv/shelf"));
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n"
    );
    machine.write(&format!("{folder}/DEBIAN/control"), &format!("{control}{fields}"));
    for (path, text) in files {
        machine.write_program(&format!("{folder}/{path}"), text);
    }
    machine.shell(&format!("dpkg-deb -b {folder} /srv/shelf/{name}_{version}_all.deb"));
}

/// Lets apt know the packages that were built.
fn offer(machine: &Machine) {
    machine.write("/etc/apt/sources.list.d/shelf.list", "deb [trusted=yes] file:/srv/shelf ./\n");
    machine.shell(
        "cd /srv/shelf; dpkg-scanpackages --multiversion . >Packages 2>/dev/null; \
         apt-get update -q -o Dir::Etc::sourcelist=sources.list.d/shelf.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0",
    );
}

fn set_up(machine: &Machine) -> Output {
    machine.labready(["setup", "--yes", "--no-verify", "--course", "/root/course"]).run()
}

/// A script that fails until it is told otherwise.
const FAILING: &str =
    "#!/bin/sh\n[ -e /srv/well ] || { echo 'the licence server is away' >&2; exit 3; }\n";

#[test]
fn a_script_that_fails_is_told_with_whose_it_is_and_the_next_run_goes_on() {
    let machine = machine();
    package(&machine, "lr-ours", "1", "", &[("DEBIAN/postinst", FAILING)]);
    offer(&machine);
    let output = set_up(&machine);
    output
        .exits(5)
        .says("a script of the package `lr-ours` failed (needed by the course)")
        .says("exit status 3");
    output.says("run `dpkg --configure lr-ours`; then run `labready setup");
    machine
        .labready(["doctor"])
        .run()
        .succeeds()
        .says("warning[package-half-installed]: the package `lr-ours` is half-configured");
    machine.run(["touch", "/srv/well"]);
    set_up(&machine).succeeds().says("Finish the interrupted installation");
    assert!(machine.has_package("lr-ours"));

    machine.run(["rm", "/srv/well"]);
    machine.run(["dpkg", "--remove", "lr-ours"]);
    package(&machine, "lr-ours", "2", "Depends: lr-needed\n", &[]);
    package(&machine, "lr-needed", "1", "", &[("DEBIAN/postinst", FAILING)]);
    offer(&machine);
    set_up(&machine)
        .exits(5)
        .says("a script of the package `lr-needed` failed (needed by a package of the course)");
    assert_eq!(
        machine
            .run(["apt-get", "check", "-q"])
            .lines()
            .filter(|line| line.starts_with("E:"))
            .count(),
        0
    );
}

#[test]
fn a_broken_package_of_somebody_elses_is_told_as_such_and_stops_nobody() {
    let machine = machine();
    package(&machine, "lr-bad", "1", "", &[("DEBIAN/postinst", FAILING)]);
    package(&machine, "lr-ours", "1", "", &[]);
    offer(&machine);
    machine.command(["dpkg", "-i", "/srv/shelf/lr-bad_1_all.deb"]).run().exits(1);
    let output = set_up(&machine);
    output
        .succeeds()
        .says("warning[package-half-installed]: the package `lr-bad` is half-configured")
        .says("fix: dpkg --configure lr-bad");
    assert!(machine.has_package("lr-ours"));

    let repair = machine.labready(["repair", "--yes"]).run();
    repair
        .succeeds()
        .says("Finish the interrupted installation")
        .says("the package `lr-bad` is half-configured");
    machine.run(["touch", "/srv/well"]);
    assert_eq!(
        machine.labready(["repair", "--yes"]).run().succeeds().last_line(),
        "Everything is fixed."
    );
    assert!(machine.has_package("lr-bad"));
}

#[test]
fn a_held_package_and_packages_that_do_not_go_together_are_told_apart() {
    let machine = machine();
    package(&machine, "lr-lib", "1", "", &[]);
    machine.run(["dpkg", "-i", "/srv/shelf/lr-lib_1_all.deb"]);
    machine.run(["apt-mark", "hold", "lr-lib"]);
    package(&machine, "lr-lib", "2", "", &[]);
    package(&machine, "lr-ours", "1", "Depends: lr-lib (>= 2)\n", &[]);
    offer(&machine);
    let before = machine.tree().without(&["/var/log", "/var/lib/labready", "/var/cache"]);
    let output = set_up(&machine);
    output
        .exits(5)
        .says("`lr-lib` is held at an unsuitable version")
        .says("apt-mark unhold lr-lib");
    before.is_the_same_as(&machine.tree().without(&[
        "/var/log",
        "/var/lib/labready",
        "/var/cache",
    ]));
    machine.run(["apt-mark", "unhold", "lr-lib"]);
    set_up(&machine).succeeds();

    machine.run(["dpkg", "--remove", "lr-ours"]);
    package(&machine, "lr-ours", "1", "Depends: lr-nowhere (>= 5)\n", &[]);
    offer(&machine);
    let output = set_up(&machine);
    output
        .exits(5)
        .says("cannot be installed together")
        .says("Depends: lr-nowhere (>= 5)")
        .says("apt-get update");
}

#[test]
fn a_configuration_file_that_somebody_changed_is_kept_and_told() {
    let machine = machine();
    for (version, text) in [("1", "a = 1\n"), ("2", "a = 2\n")] {
        let conffile = [("etc/lr.conf", text), ("DEBIAN/conffiles", "/etc/lr.conf\n")];
        package(&machine, "lr-conf", version, "", &conffile);
        if version == "1" {
            machine.run(["dpkg", "-i", "/srv/shelf/lr-conf_1_all.deb"]);
            machine.write("/etc/lr.conf", "a = mine\n");
        }
    }
    package(&machine, "lr-ours", "1", "Depends: lr-conf (>= 2)\n", &[]);
    offer(&machine);
    let output = set_up(&machine);
    output
        .succeeds()
        .says("note[config-file-kept]: `/etc/lr.conf` was changed on this machine and is kept")
        .says("diff /etc/lr.conf");
    assert_eq!(machine.read("/etc/lr.conf"), "a = mine\n");
    assert_eq!(machine.read("/etc/lr.conf.dpkg-dist"), "a = 2\n");
}

#[test]
fn an_interrupted_dpkg_is_finished_after_saying_so() {
    let machine = machine();
    package(&machine, "lr-ours", "1", "", &[]);
    offer(&machine);
    machine.run(["touch", "/var/lib/dpkg/updates/0000"]);
    machine
        .command(["apt-get", "install", "-qq", "lr-ours"])
        .run()
        .exits(100)
        .says("dpkg was interrupted");
    machine
        .labready(["doctor"])
        .run()
        .exits(1)
        .says("error[dpkg-interrupted]: dpkg was interrupted")
        .says("fix: labready repair");
    set_up(&machine).succeeds().says("done: Finish the interrupted installation");
    assert!(machine.has_package("lr-ours"));
}

#[test]
fn a_disk_that_nobody_can_write_or_that_is_full_is_named_with_what_mends_it() {
    let machine = machine();
    package(&machine, "lr-ours", "1", "", &[]);
    offer(&machine);
    machine.run(["dpkg", "--remove", "build-essential"]);
    machine.shell("mount --rbind /usr /usr; mount -o remount,ro,bind /usr");
    let before = machine.tree().without(&["/var/cache"]);
    let output = set_up(&machine);
    output.exits(1).says("`/usr` is mounted read-only").says("mount -o remount,rw /usr");
    before.is_the_same_as(&machine.tree().without(&["/var/cache"]));
    machine
        .labready(["doctor"])
        .run()
        .exits(1)
        .says("error[file-system-read-only]: `/usr` is mounted read-only");
    machine.run(["umount", "--recursive", "--lazy", "/usr"]);

    machine.small_disk("/var/cache/apt", 1 << 20);
    machine.fill_disk("/var/cache/apt", 0);
    let output = set_up(&machine);
    output.exits(1).says("the disk that holds `/var/cache/apt` is full").says("df -h");
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}

#[test]
fn a_sandbox_that_cannot_write_is_not_taken_for_a_broken_disk() {
    let machine = Machine::ready("bookworm");
    machine.run(["dpkg", "--remove", "build-essential"]);
    let sandbox = "mount --rbind /usr /usr; mount -o remount,ro,bind /usr; exec labready doctor";
    machine
        .command(["unshare", "--mount", "sh", "-ec", sandbox])
        .run()
        .exits(1)
        .says("labready runs in a sandbox that cannot write to `/usr`")
        .does_not_say("remount");
    // As with `ProtectSystem=strict`, where /run is read-only, too.
    let sandbox = "for folder in /run /usr /etc /var; do mount --rbind $folder $folder; mount -o remount,ro,bind $folder; done; exec labready setup --yes";
    machine
        .command(["unshare", "--mount", "sh", "-ec", sandbox])
        .run()
        .exits(1)
        .says("labready runs in a sandbox that cannot write to");
}
