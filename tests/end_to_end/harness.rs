//! The harness's own tests: a machine is what it says, and nothing of it stays.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::machine::{Machine, prerequisites};

#[test]
fn a_fresh_machine_has_apt_and_no_python() {
    for suite in ["bullseye", "bookworm", "trixie", "sid"] {
        let machine = Machine::fresh(suite);
        assert!(!machine.exists("/usr/bin/python3"), "{suite} has a python3");
        assert_eq!(
            machine.shell("ls /var/lib/apt/lists | grep -c Packages || true").trim(),
            "0",
            "{suite} has a package index"
        );
        let codename = machine.shell(". /etc/os-release; echo $VERSION_CODENAME");
        assert!(suite == "sid" || codename.trim() == suite, "{suite} calls itself {codename}");
        machine.run(["apt-get", "update", "-q", "--error-on=any"]);
        assert!(
            machine.shell("apt-cache policy python3").contains("Candidate: 3."),
            "{suite} offers no python3"
        );
    }
}

#[test]
fn nothing_of_a_machine_is_left_for_the_next() {
    let machine = Machine::fresh("bookworm");
    let untouched = machine.tree();
    machine.write("/etc/left-behind", "by the first");
    machine.run(["rm", "/etc/debian_version"]);
    drop(machine);
    untouched.is_the_same_as(&Machine::fresh("bookworm").tree());
}

#[test]
fn everything_that_runs_on_a_machine_ends_with_it() {
    let machine = Machine::fresh("bookworm");
    machine.shell("setsid sleep 4213 >/dev/null 2>&1 &");
    let alive = || {
        let numbers = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok());
        numbers
            .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
            .any(|words| words == b"sleep\x004213\0")
    };
    // setsid becomes sleep a moment after the shell has ended.
    let deadline = Instant::now() + Duration::from_secs(10);
    while !(alive() && machine.is_alive("sleep")) {
        assert!(Instant::now() < deadline, "{:?}", machine.processes());
        thread::sleep(Duration::from_millis(10));
    }
    drop(machine);
    assert!(!alive());
}

#[test]
fn a_tree_tells_a_changed_mode_owner_link_or_byte() {
    let machine = Machine::fresh("bookworm");
    machine.write("/srv/a", "one");
    machine.link("/srv/a", "/srv/link");
    let before = machine.tree();
    let after = |change: &str| {
        machine.shell(change);
        before
            .changes_to(&machine.tree().below("/srv"))
            .lines()
            .filter(|line| line.contains("/srv"))
            .count()
    };
    assert_eq!(after("true"), 0);
    assert_eq!(after("chmod 0600 /srv/a"), 1);
    assert_eq!(after("chmod 0644 /srv/a; chown student /srv/a"), 1);
    assert_eq!(after("chown root /srv/a; printf two >/srv/a"), 1);
    assert_eq!(after("printf one >/srv/a; ln -sfn /srv/b /srv/link"), 1);
    assert_eq!(after("ln -sfn /srv/a /srv/link; touch '/srv/new\nline'"), 1);
}

#[test]
fn the_student_has_no_rights() {
    let machine = Machine::fresh("bookworm");
    let output =
        machine.command(["sh", "-c", "id -u; id -G; pwd; cat /etc/shadow"]).by_student().run();
    assert_eq!(output.exits(1).stdout, "1000\n1000\n/home/student\n");
    machine.command(["touch", "/usr/local/bin/mine"]).by_student().run().exits(1);
}

#[test]
fn a_command_on_a_terminal_is_answered_and_interrupted() {
    let machine = Machine::fresh("bookworm");
    let ask = "[ -t 0 ] && [ -t 1 ] && tty </dev/tty; stty size; printf 'Go on? '; read answer; echo \"got <$answer>\"; exit 7";
    let mut running = machine.command(["sh", "-c", ask]).on_a_terminal().start();
    running.sees("40 100").sees("Go on? ").types("perhaps\n").sees("got <perhaps>");
    running.finish().exits(7);

    let hung = "trap 'echo heard; exit 130' INT; echo ready; while :; do sleep 1; done";
    let mut running = machine.command(["sh", "-c", hung]).by_student().on_a_terminal().start();
    running.sees("ready").types("\x03").sees("heard");
    running.finish().exits(130);
    assert_eq!(machine.processes(), Vec::<String>::new());
}

#[test]
fn a_command_off_a_terminal_has_no_terminal_and_no_stdin() {
    let machine = Machine::fresh("bookworm");
    let output = machine.command(["sh", "-c", "[ -t 0 ] || echo off; cat; : </dev/tty"]).run();
    assert_eq!(output.exits(2).stdout, "off\n");
}

#[test]
fn a_hidden_network_is_gone_and_comes_back() {
    let machine = Machine::fresh("bookworm");
    machine.hide_network();
    let update = ["apt-get", "update", "-q", "--error-on=any", "-o", "Acquire::Retries=0"];
    machine.command(update).run().exits(100);
    machine.show_network();
    machine.command(update).run().succeeds();
}

#[test]
fn a_watched_program_is_noted_and_does_its_work() {
    let machine = Machine::fresh("bookworm");
    let others = ["/usr/bin", "/var/cache/apt"];
    let before = machine.tree().without(&others);
    machine.watch_package_programs();
    assert_eq!(machine.started(), Vec::<String>::new());
    machine.command(["dpkg", "--print-architecture"]).by_student().run().succeeds();
    machine.command(["/usr/bin/apt-get", "check", "-qq"]).run().succeeds();
    // apt-get asks dpkg a thing or two itself.
    assert_eq!(machine.started()[..2], ["dpkg --print-architecture", "apt-get check -qq"]);
    before.is_the_same_as(&machine.tree().without(&others));
}

#[test]
fn a_small_disk_fills_up() {
    let machine = Machine::fresh_with_disk("bookworm", 8 << 20);
    machine.fill_disk("/var", 64 << 10);
    machine
        .command(["dd", "if=/dev/zero", "of=/var/more", "bs=1M", "count=1"])
        .run()
        .says("No space left")
        .exits(1);
    machine.small_disk("/srv/work", 1 << 20);
    machine
        .command(["dd", "if=/dev/zero", "of=/srv/work/more", "bs=1M", "count=2"])
        .run()
        .says("No space left")
        .exits(1);
}

#[test]
fn what_takes_too_long_is_stopped() {
    let machine = Machine::fresh("bookworm");
    let started = Instant::now();
    let limit = Duration::from_millis(300);
    let stopped = std::panic::catch_unwind(|| {
        Machine::fresh("bookworm").command(["sleep", "60"]).limit(limit).run().code
    });
    assert!(stopped.is_err() && started.elapsed() < Duration::from_secs(10));
    drop(machine);
}

#[test]
fn a_missing_prerequisite_is_named_with_the_command_that_brings_it() {
    let path = OsStr::new("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    let keyring = Path::new("/usr/share/keyrings/debian-archive-keyring.gpg");
    let ask = |user, path, keyring| prerequisites::missing(user, path, keyring).unwrap_or_default();
    assert_eq!(ask(0, path, keyring), "");
    assert!(ask(1000, path, keyring).contains("tests/run"));
    assert!(ask(0, OsStr::new("/nowhere"), keyring).contains("`apt-get install mmdebstrap`"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mmdebstrap"), "").unwrap();
    assert!(ask(0, folder.path().as_os_str(), keyring).contains("`apt-get install util-linux`"));
    assert!(
        ask(0, path, Path::new("/nowhere")).contains("`apt-get install debian-archive-keyring`")
    );
}
