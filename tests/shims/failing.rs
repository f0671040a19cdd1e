//! Steps that fail, runs that are cut off, and the setup after them.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::machine::Machine;
use super::output::Output;

const SETUP: &str = "setup --yes --no-verify";
const READY: &str = "Everything is installed; the labs were not run.";

const FINISHING: &str =
    "Finishing this step so that nothing is left half-installed; a second signal";

/// A line of a script that waits for what the test does, but not for ever.
fn until(what: &str) -> String {
    format!("n=0; until [ -e srv/{what} ] || [ $((n += 1)) -gt 1200 ]; do sleep 0.05; done")
}

fn happens(machine: &Machine, what: &str) {
    machine.write(&format!("/srv/{what}"), "");
}

/// The ids in the journal that are `begun` and nothing more.
fn begun(steps: &BTreeMap<String, String>) -> Vec<&str> {
    let begun = steps.iter().filter(|(_, ending)| *ending == "begun");
    begun.map(|(id, _)| id.as_str()).collect()
}

/// What a person sees of a step that failed.
fn shown(output: &Output) -> String {
    format!("{}\n---\n{}", output.steps(), output.error())
}

#[test]
fn a_step_that_fails_ends_the_run_and_the_next_setup_finishes() {
    let machine = Machine::bookworm().when_configured("python3.11-venv", "exit 1");
    let output = machine.labready(SETUP);
    assert_snapshot!(shown(output.ends_with(5)));
    let steps = machine.steps_in_journal();
    assert_eq!(steps, [("install-python".to_owned(), "failed".to_owned())].into());

    machine.remove("/srv/scripts/python3.11-venv");
    assert_eq!(machine.labready(SETUP).ends_with(0).last_line(), READY);
}

#[test]
fn a_package_that_cannot_be_fetched_is_named_with_what_to_do() {
    let said = "E: Failed to fetch http://deb.example/python3.11_3.11.2-1_amd64.deb  503  Service Unavailable\n\
                E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?";
    let machine = Machine::bookworm().file("/srv/fetch-failure", said);
    assert_snapshot!(shown(machine.labready(SETUP).ends_with(5)));
}

#[test]
fn packages_that_do_not_go_together_are_named_as_apt_names_them() {
    let said = "The following packages have unmet dependencies:\n \
                python3.11 : Depends: libpython3.11-stdlib (= 3.11.2-1) but 3.11.9 is to be installed\n";
    let machine = Machine::bookworm().file("/srv/conflict", said);
    assert_snapshot!(shown(machine.labready(SETUP).ends_with(5)));
}

#[test]
fn a_choice_that_update_alternatives_does_not_make_is_a_failure() {
    let machine = Machine::bookworm();
    let program = "#!/bin/sh\necho 'update-alternatives: error: no room' >&2\nexit 2\n";
    let machine = machine.program("/usr/bin/update-alternatives", program);
    let output = machine.labready(SETUP);
    assert_snapshot!(output.ends_with(5).error());
    assert!(machine.steps_in_journal().values().any(|ending| ending == "failed"));
}

#[test]
fn a_link_that_goes_while_the_rest_is_installed_is_made_again_in_the_same_run() {
    let script = "rm -f usr/local/bin/python3 var/lib/dpkg/alternatives/*";
    let machine = Machine::bookworm().when_configured("build-essential", script);
    machine.labready(SETUP).ends_with(0);
    assert_eq!(machine.link("/usr/local/bin/python3"), "/etc/alternatives/labready-python3");
}

#[test]
fn a_killed_run_leaves_its_intent_and_the_next_setup_finishes() {
    let machine =
        Machine::bookworm().when_configured("python3.11-venv", "kill -s KILL $LABREADY $PPID");
    let output = machine.labready(SETUP);
    assert_eq!(output.code, None, "{output}");
    assert_eq!(begun(&machine.steps_in_journal()), ["install-python"]);

    machine.remove("/srv/scripts/python3.11-venv");
    let next = machine.labready(SETUP);
    assert_eq!(next.ends_with(0).last_line(), READY);
    assert_eq!(begun(&machine.steps_in_journal()), Vec::<&str>::new());
}

#[test]
fn ctrl_c_while_dpkg_works_lets_it_finish_and_ends_the_run_before_the_next_step() {
    let script = format!("kill -s INT $LABREADY; {}", until("heard"));
    let machine = Machine::bookworm().when_configured("python3.11-venv", &script);
    let output = machine.labready_once_it_says(SETUP, FINISHING, || happens(&machine, "heard"));
    assert_snapshot!(shown(output.ends_with(130)));
    assert_eq!(output.stderr.matches(FINISHING).count(), 1, "{output}");
    assert!(!machine.inside("/home/student/venv").exists());
    assert_eq!(machine.steps_in_journal(), [("install-python".into(), "done".into())].into());

    machine.remove("/srv/scripts/python3.11-venv");
    assert_eq!(machine.labready(SETUP).ends_with(0).last_line(), READY);
}

#[test]
fn a_second_ctrl_c_ends_the_run_at_once_and_dpkg_goes_on() {
    let (heard, looked) = (until("heard"), until("looked"));
    let script = format!("kill -s INT $LABREADY; {heard}; kill -s INT $LABREADY; {looked}");
    let machine = Machine::bookworm().when_configured("python3.11-venv", &script);
    // Why it does not end is said to whoever wants nothing else said, too.
    let quiet = "setup --yes --no-verify --quiet";
    let output = machine.labready_once_it_says(quiet, FINISHING, || happens(&machine, "heard"));
    output.ends_with(130);
    assert_eq!(begun(&machine.steps_in_journal()), ["install-python"]);
    assert!(!machine.read("/var/lib/dpkg/status").contains("Package: python3.11-venv"));

    happens(&machine, "looked");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !machine.read("/var/lib/dpkg/status").contains("Package: python3.11-venv") {
        assert!(std::time::Instant::now() < until, "apt did not go on");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn ctrl_c_while_packages_are_fetched_ends_the_run_at_once() {
    let machine = Machine::bookworm();
    let program = machine.read("/usr/bin/apt-get");
    let slow = program.replace(
        r#"[ -z "$download" ] || exit 0"#,
        r#"[ -z "$download" ] || { kill -s INT $PPID; sleep 60; }"#,
    );
    let machine = machine.program("/usr/bin/apt-get", &slow);
    let output = machine.labready(SETUP);
    assert_snapshot!(shown(output.ends_with(130)));
    assert!(!machine.read("/var/lib/dpkg/status").contains("Package: python3.11"));
}

#[test]
fn a_package_that_dpkg_was_unpacking_when_it_was_killed_is_reinstalled_by_setup_and_by_repair() {
    for line in [SETUP, "repair --yes"] {
        let machine = Machine::bookworm().offering("3.12", "3.12.4");
        machine.labready(SETUP).ends_with(0);
        let status = machine.read("/var/lib/dpkg/status");
        let broken = "Package: build-essential\nStatus: install reinstreq half-installed";
        let status =
            status.replace("Package: build-essential\nStatus: install ok installed", broken);
        machine.write("/var/lib/dpkg/status", &status);
        machine.labready(line).ends_with(0);
        assert!(!machine.read("/var/lib/dpkg/status").contains("half-installed"), "{line}");
    }
}

#[test]
fn a_half_unpacked_package_of_somebody_elses_that_cannot_be_fetched_is_not_called_fixed() {
    let broken = "Package: theirs\nStatus: install reinstreq half-installed\nVersion: 1\n\n";
    let machine = Machine::bookworm().file("/var/lib/dpkg/status", broken);
    let output = machine.labready("repair --yes");
    let last = "Some problems remain that labready cannot fix itself.";
    assert_eq!(output.ends_with(1).last_line(), last, "{output}");
    assert_eq!(machine.labready(SETUP).ends_with(0).last_line(), READY);
    assert_eq!(machine.labready(SETUP).ends_with(0).last_line(), READY);
}

#[test]
fn a_signal_ends_a_program_that_floods_its_output() {
    for signal in ["TERM", "QUIT"] {
        let machine = Machine::bookworm();
        machine.remove("/var/lib/apt/lists/srv_Packages");
        let program = format!("#!/bin/sh\nkill -s {signal} $PPID\nyes & yes >&2\n");
        let machine = machine.program("/usr/bin/apt-get", &program);
        machine.labready(SETUP).ends_with(130);
    }
}

#[test]
fn an_environment_that_was_being_made_when_the_run_was_killed_is_made_again() {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    std::os::unix::fs::symlink(".", machine.inside("/home/student/venv/.labready-unfinished"))
        .unwrap();
    let next = machine.labready(SETUP);
    assert_eq!(next.ends_with(0).last_line(), READY);
    assert!(!machine.inside("/home/student/venv/.labready-unfinished").exists());
}
