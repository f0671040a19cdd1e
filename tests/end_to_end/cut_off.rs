//! Runs that are cut off, by a person or by a full disk; the next run goes on.

use std::time::Duration;

use crate::machine::{Machine, Running};

const COLD: Duration = Duration::from_secs(420);

/// Nothing of the run is alive any more.
#[track_caller]
fn expect_nothing_alive(machine: &Machine) {
    assert_eq!(machine.processes(), Vec::<String>::new());
}

/// The next run makes the machine ready.
#[track_caller]
fn expect_the_next_run_to_go_on(machine: &Machine) {
    let output = machine.labready(["setup", "--yes"]).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}

fn waits_until_alive(running: &mut Running, machine: &Machine, program: &str) {
    running.waits_for(&format!("`{program}` to run"), |_| machine.is_alive(program));
}

#[test]
fn ctrl_c_while_dpkg_unpacks_lets_it_finish_and_the_next_run_goes_on() {
    let machine = Machine::fresh("bookworm");
    let mut running = machine.labready(["setup"]).on_a_terminal().limit(COLD).start();
    running.sees("[y/N]").types("y\n");
    waits_until_alive(&mut running, &machine, "dpkg-deb");
    running.types("\x03").sees("Finishing this step");
    running.finish().exits(130).says("run `labready setup` again");
    expect_nothing_alive(&machine);
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
    expect_the_next_run_to_go_on(&machine);
}

#[test]
fn ctrl_c_while_the_index_is_refreshed_ends_everything() {
    let machine = Machine::fresh("bookworm");
    let mut running = machine.labready(["setup", "--yes"]).start();
    waits_until_alive(&mut running, &machine, "apt-get");
    machine.signal("labready", "INT");
    let output = running.finish();
    output.exits(130);
    assert!(output.took < Duration::from_secs(30), "{output}");
    expect_nothing_alive(&machine);
}

#[test]
fn ctrl_c_while_labs_run_ends_them_and_the_next_run_goes_on() {
    let machine = Machine::ready("bookworm");
    for signal in ["INT", "TERM"] {
        let mut running = machine.labready(["verify"]).start();
        waits_until_alive(&mut running, &machine, "learning_tasks.py");
        machine.signal("labready", signal);
        let output = running.finish();
        output.exits(130).does_not_say("This workstation is ready.");
        expect_nothing_alive(&machine);
    }
    let mut running = machine.labready(["setup"]).on_a_terminal().start();
    waits_until_alive(&mut running, &machine, "learning_tasks.py");
    running.types("\x03");
    running.finish().exits(130);
    expect_nothing_alive(&machine);
    expect_the_next_run_to_go_on(&machine);
}

#[test]
fn a_run_that_was_killed_with_everything_it_started_is_continued() {
    // All thirty points: `cargo bench --bench kills`.
    let journal = "/var/lib/labready/journal.jsonl";
    for record in [r#""id":"refresh-index""#, r#""record":"packages""#, r#""id":"register-"#] {
        let machine = Machine::fresh("bookworm");
        let mut running = machine.labready(["setup", "--yes"]).limit(COLD).start();
        running.waits_for(record, |_| {
            machine.exists(journal) && machine.read(journal).contains(record)
        });
        machine.kill_everything();
        running.finish().exits(137);
        expect_the_next_run_to_go_on(&machine);
        machine.run(["apt-get", "check", "-qq"]);
    }
}

#[test]
fn a_run_that_was_killed_while_the_environment_was_made_is_continued() {
    let machine = Machine::ready("bookworm");
    let mut running = machine.labready(["setup", "--yes"]).by_student().start();
    running.waits_for("the environment's folder", |_| machine.exists("/home/student/venv/bin"));
    machine.signal("labready", "KILL");
    running.finish().exits(137);
    // Its children are nobody's now; they may end by themselves.
    for child in ["python3.11", "python", "pip"] {
        machine.signal(child, "KILL");
    }
    let output = machine.labready(["setup", "--yes"]).by_student().run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    machine.command(["venv/bin/python", "-c", "import pip, wheel"]).by_student().run().succeeds();
}

#[test]
fn a_disk_that_fills_up_while_packages_are_installed_is_named_and_the_next_run_goes_on() {
    let machine = Machine::fresh_with_disk("bookworm", 1 << 30);
    let mut running = machine.labready(["setup", "--yes"]).limit(COLD).start();
    waits_until_alive(&mut running, &machine, "dpkg-deb");
    machine.fill_disk("/", 4 << 20);
    let output = running.finish();
    output.exits(5).says("labready setup");
    let said = format!("{}{}", output.stdout, output.stderr).to_lowercase();
    assert!(said.contains("no space left") || said.contains("disk"), "{output}");
    expect_nothing_alive(&machine);

    machine.run(["rm", "/filler"]);
    expect_the_next_run_to_go_on(&machine);
}

#[test]
fn a_package_that_was_unpacked_without_what_it_needs_gets_it_by_the_next_setup() {
    let machine = Machine::fresh("bookworm");
    machine.run(["apt-get", "update", "-q"]);
    machine.shell("cd /var/tmp && apt-get download -q python3.11-minimal");
    machine.shell("dpkg --unpack --force-depends /var/tmp/python3.11-minimal_*.deb");
    machine.labready(["setup", "--yes"]).limit(COLD).run().succeeds();
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}

#[test]
fn a_disk_that_is_too_small_is_named_before_anything_is_installed() {
    let machine = Machine::fresh_with_disk("bookworm", 160 << 20);
    machine.run(["apt-get", "update", "-q"]);
    let before = machine.tree().without(&["/var"]);
    let output = machine.labready(["setup", "--yes"]).limit(COLD).run();
    output.exits(1).says("error[disk-full]").says("MB left, but setup needs").says("`/usr`");
    output.does_not_say("start: ");
    before.is_the_same_as(&machine.tree().without(&["/var"]));
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}
