//! Undo: the machine is as it was before, but for logs, caches and apt's index; and what others
//! need or made is left.

use std::time::Duration;

use crate::machine::Machine;

const COLD: Duration = Duration::from_secs(420);

/// What apt, dpkg and the loader keep for themselves: logs, caches, indexes and backups of their
/// own databases.
pub const CACHES: [&str; 9] = [
    "/var/log",
    "/var/cache",
    "/var/lib/apt/lists",
    "/var/lib/apt/extended_states",
    "/var/lib/dpkg/status-old",
    "/var/lib/dpkg/available-old",
    "/var/lib/dpkg/diversions-old",
    "/etc/ld.so.cache",
    "/var/lib/dpkg/lock-frontend",
];

/// What dpkg has, a line each.
pub fn packages(machine: &Machine) -> String {
    machine.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package} ${Version}\n"])
}

fn comes_back_as_it_was(suite: &str) {
    let machine = Machine::fresh(suite);
    let (tree, before) = (machine.tree().without(&CACHES), packages(&machine));
    machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).run().succeeds();
    let output = machine.labready(["undo", "--yes"]).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "Everything that setup did is undone.");
    assert_eq!(packages(&machine), before);
    tree.is_the_same_as(&machine.tree().without(&CACHES));
    machine.labready(["undo", "--yes"]).run().succeeds().says("Nothing to undo.");
}

#[test]
fn a_bookworm_that_was_set_up_comes_back_as_it_was() {
    comes_back_as_it_was("bookworm");
}

#[test]
fn a_trixie_that_was_set_up_comes_back_as_it_was() {
    comes_back_as_it_was("trixie");
}

#[test]
fn a_setup_that_was_killed_half_way_is_taken_back_and_setup_works_again() {
    let machine = Machine::fresh("bookworm");
    let (tree, before) = (machine.tree().without(&CACHES), packages(&machine));
    let mut running = machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).start();
    running.waits_for("dpkg to configure", |_| {
        machine.is_alive("dpkg") && machine.exists("/usr/bin/python3.11")
    });
    for program in ["labready", "apt-get", "dpkg"] {
        machine.signal(program, "KILL");
    }
    running.finish().exits(137);
    machine.command(["sh", "-c", "while pgrep dpkg; do sleep 0.1; done"]).run();

    machine.labready(["undo", "--yes"]).limit(COLD).run().succeeds();
    assert_eq!(packages(&machine), before);
    tree.is_the_same_as(&machine.tree().without(&CACHES));
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
    machine.labready(["setup", "--yes", "--no-verify"]).limit(COLD).run().succeeds();
}

#[test]
fn what_others_need_or_made_is_left_and_said_to_be() {
    let machine = Machine::ready("bookworm");
    machine.apt_install(["python3-yaml"]);
    machine.write("/root/venv/thesis.txt", "mine\n");
    let output = machine.labready(["undo", "--yes"]).limit(COLD).run();
    output
        .succeeds()
        .says("`/root/venv` stays: it contains `thesis.txt`")
        .says("packages stay: other installed packages need `")
        .says("`python3.11`");
    assert!(machine.has_package("python3-yaml") && machine.has_package("python3.11"));
    assert!(!machine.has_package("build-essential") && !machine.has_package("python3.11-dev"));
    assert_eq!(machine.read("/root/venv/thesis.txt"), "mine\n");
    assert!(!machine.exists("/usr/local/bin/python3"));
    machine.run(["python3", "-c", "import yaml"]);
}

#[test]
fn nothing_is_taken_back_without_an_answer() {
    let machine = Machine::ready("bookworm");
    let tree = machine.tree();
    machine.labready(["undo"]).run().exits(2).says("--yes");
    let mut running = machine.labready(["undo"]).on_a_terminal().start();
    running.sees("Remove the virtual environment").sees("[y/N]").types("n\n");
    running.finish().exits(1).says("Nothing was changed.");
    tree.without(&CACHES).is_the_same_as(&machine.tree().without(&CACHES));
    machine.labready(["undo", "--yes"]).by_student().run().succeeds().says("Nothing to undo.");
}
