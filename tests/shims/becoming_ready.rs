//! A whole setup, and the one after it.

use insta::assert_snapshot;

use super::machine::{Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify";

#[test]
fn a_fresh_machine_becomes_ready_by_one_command_and_stays_as_it_is_by_the_next() {
    let machine = Machine::bookworm();
    let first = machine.labready(SETUP);
    assert_eq!(first.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_snapshot!("every_step_is_done", first.steps());
    assert_snapshot!("what_was_started", machine.started().join("\n"));
    assert_eq!(machine.link("/usr/local/bin/python3"), "/etc/alternatives/labready-python3");
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.11");
    assert!(machine.steps_in_journal().values().all(|ending| ending == "done"));

    let before = machine.tree();
    let second = machine.labready(SETUP);
    assert_eq!(second.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_eq!(second.steps(), "");
    let plan = machine.labready("plan --format json");
    assert_eq!(plan.ends_with(0).document()["steps"], serde_json::json!([]));
    assert_eq!(machine.started(), Vec::<String>::new());
    expect_same(&before, &machine.tree());
}

#[test]
fn a_raspberry_pi_becomes_ready_and_says_what_its_packages_are_made_for() {
    // Raspberry Pi OS of 64 bits calls itself Debian, and has one more archive.
    let dpkg =
        "Package: dpkg\nStatus: install ok installed\nArchitecture: arm64\nVersion: 1.22\n\n";
    let machine = Machine::bookworm().file("/var/lib/dpkg/status", dpkg);
    machine.remove("/var/lib/dpkg/arch");
    let machine = machine.file("/proc/sys/kernel/osrelease", "6.1.0-rpi6-rpi-v8\n");
    machine.labready(SETUP).ends_with(0);
    let plan = machine.labready("plan --format json");
    let report = plan.ends_with(0).document();
    assert_eq!(report["host"]["arch"], "arm64");
    assert_eq!(report["host"]["environment"], "machine");
    assert_eq!(report["steps"], serde_json::json!([]));
}

#[test]
fn a_machine_without_an_index_gets_one_first_and_then_everything_in_the_same_run() {
    let machine = Machine::bookworm();
    machine.remove("/var/lib/apt/lists/srv_Packages");
    let output = machine.labready(SETUP);
    assert_eq!(output.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_snapshot!(output.steps());
    assert_eq!(machine.started().iter().filter(|line| line.contains(" update ")).count(), 1);
}

#[test]
fn a_python_that_was_asked_for_is_the_one_that_is_installed_selected_and_used() {
    let machine = Machine::bookworm().offering("3.12", "3.12.4");
    machine.labready(&format!("{SETUP} --python 3.11")).ends_with(0);
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.11");
    machine.labready(&format!("{SETUP} --python 3.12")).ends_with(0);
    assert_eq!(machine.link("/etc/alternatives/labready-python3"), "/usr/bin/python3.12");
    assert!(machine.read("/home/student/venv/pyvenv.cfg").contains("version = 3.12.4"));
}

#[test]
fn an_answer_of_no_changes_nothing() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    let output = machine.labready_answered("setup", "n\n");
    output.ends_with(1);
    assert!(output.stderr.contains("Apply this plan? [y/N] "), "{output}");
    assert_eq!(output.last_line(), "Nothing was changed.");
    expect_same(&before, &machine.tree());
}

#[test]
fn an_answer_of_yes_is_enough() {
    let machine = Machine::bookworm();
    let output = machine.labready_answered("setup --no-verify", "y\n");
    assert_eq!(output.ends_with(0).last_line(), "Everything is installed; the labs were not run.");
    assert_eq!(output.stderr.matches("Apply this plan?").count(), 1, "{output}");
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_changed() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    assert_snapshot!(machine.labready("setup --python 3.11").ends_with(2).error());
    expect_same(&before, &machine.tree());
}

#[test]
fn without_an_index_the_whole_plan_is_agreed_to_and_until_then_only_the_index_is_fetched() {
    let machine = Machine::bookworm();
    machine.remove("/var/lib/apt/lists/srv_Packages");
    let before = machine.tree();
    let output = machine.labready_answered("setup", "n\n");
    assert_snapshot!(output.ends_with(1).said());
    assert_eq!(
        output.last_line(),
        "Nothing was changed, except that apt's package index is up to date now."
    );
    let mut after = machine.tree();
    after.retain(|path, _| !path.starts_with("/var/lib/apt/lists/"));
    let mut before = before;
    before.retain(|path, _| !path.starts_with("/var/lib/apt/lists/"));
    expect_same(&before, &after);
    let output = machine.labready_answered("setup --no-verify", "y\n");
    assert_eq!(output.ends_with(0).stderr.matches("Apply this plan?").count(), 1, "{output}");
}

#[test]
fn without_a_terminal_and_without_yes_not_even_the_index_is_fetched() {
    let machine = Machine::bookworm();
    machine.remove("/var/lib/apt/lists/srv_Packages");
    let before = machine.tree();
    assert_snapshot!(machine.labready("setup").ends_with(2).said());
    expect_same(&before, &machine.tree());
    assert!(machine.started().iter().all(|line| !line.contains("update")));
}

/// What apt says of packages that no disk has room for.
const HUGE: &str = "0 upgraded, 30 newly installed, 0 to remove and 0 not upgraded.\n\
                    Need to get 92.1 MB of archives.\n\
                    After this operation, 900000 GB of additional disk space will be used.\n\
                    'http://deb.example/p.deb' p_1_all.deb 92100000 MD5Sum:0\n";

#[test]
fn a_disk_that_is_too_small_is_said_before_the_first_step_with_what_helps_there() {
    let machine = Machine::bookworm().file("/srv/uris", HUGE);
    let before = machine.tree();
    let told = machine.labready(SETUP).ends_with(1).error();
    assert!(told.starts_with("error[disk-full]: the disk that holds `/usr` has "), "{told}");
    assert!(told.contains(" MB left, but setup needs 900000151 MB there: nothing was"), "{told}");
    assert!(told.contains("`df -h /usr`") && !told.contains("apt-get clean"), "{told}");
    expect_same(&before, &machine.tree());
    assert!(machine.started().iter().all(|line| !line.contains("--download-only")));
    // What apt has fetched lies on the same disk.
    let machine = machine.file("/var/cache/apt/archives/p_1_all.deb", "");
    let told = machine.labready(SETUP).ends_with(1).error();
    assert!(told.contains("sudo apt-get clean"), "{told}");
    machine.labready("plan --format json").ends_with(0);
}

#[test]
fn a_workstation_that_is_ready_is_told_what_to_type_next() {
    let machine = Machine::bookworm();
    let first = machine.labready(SETUP);
    assert_snapshot!(first.ends_with(0).stdout);
    // Where the student's files are, with what was typed.
    let machine = machine.file("/home/student/learning_tasks.py", "");
    let document = machine.labready(&format!("{SETUP} --python 3.11 --format json")).document();
    assert_eq!(
        document["next"]["commands"],
        serde_json::json!([
            "source venv/bin/activate",
            "python3 learning_tasks.py",
            "labready verify --python 3.11 learning_tasks.py",
        ])
    );
    let elsewhere = machine.labready(&format!("{SETUP} --venv course/env"));
    assert!(elsewhere.stdout.contains("  source /home/student/course/env/bin/activate\n"));
    assert_eq!(machine.labready("plan --format json").document()["next"], serde_json::json!(null));
}

#[test]
fn beside_an_environment_elsewhere_the_way_there_is_typed_first_and_in_an_image_nobody_types() {
    let machine = Machine::bookworm();
    let output = machine.labready(&format!("{SETUP} --venv course/env"));
    let next = "  cd /home/student/course\n  source env/bin/activate\n";
    assert!(output.ends_with(0).stdout.contains(next), "{output}");
    let machine = Machine::bookworm().run_by_root();
    let output = machine.labready("setup --image --no-verify --venv /srv/env");
    assert!(!output.stdout.contains("Next:"), "{output}");
}
