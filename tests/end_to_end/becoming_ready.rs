//! The main job: a fresh machine becomes ready by one command, and stays as it is by the next.

use std::time::Duration;

use crate::machine::{Machine, Output, Tree};

/// Where labready is not the only one who writes.
const LOGS: [&str; 1] = ["/var/log"];

/// The four labs sleep six seconds in all; everything else is there.
const WARM: Duration = Duration::from_secs(60);

/// Runs the one command.
fn set_up(machine: &Machine) -> Output {
    let output = machine.labready(["setup", "--yes"]).limit(Duration::from_secs(420)).run();
    output.succeeds();
    assert_eq!(output.last_line(), "This workstation is ready.", "{output}");
    output
}

/// What has to be so on a machine that root made ready in `/root`, by whoever looks.
fn expect_ready(machine: &Machine, series: &str) {
    let version = machine.run(["/root/venv/bin/python", "--version"]);
    assert!(version.starts_with(&format!("Python {series}.")), "{version}");
    machine.run(["/root/venv/bin/python", "-c", "import wheel"]);
    machine.run(["/root/venv/bin/python", "-m", "pip", "check"]);
    for package in ["", "-venv", "-dev"].map(|part| format!("python{series}{part}")) {
        assert!(machine.has_package(&package), "{package} is not installed");
    }
    assert!(machine.has_package("build-essential"));
    assert_eq!(machine.leads_to("/usr/local/bin/python3"), "/etc/alternatives/labready-python3");
    assert_eq!(
        machine.leads_to("/etc/alternatives/labready-python3"),
        format!("/usr/bin/python{series}")
    );
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
    machine.run(["apt-get", "check", "-q"]);
    machine.run(["apt-get", "update", "-q", "--error-on=any"]);
}

/// A second run finds nothing to do, does nothing, and starts none of apt's programs.
fn expect_nothing_more_to_do(machine: &Machine) {
    machine.watch_package_programs();
    let before = machine.tree().without(&LOGS);
    let again = machine.labready(["setup", "--yes"]).limit(WARM).run();
    again.succeeds();
    assert_eq!(again.last_line(), "This workstation is ready.", "{again}");
    let plan = machine.labready(["plan", "--format", "json"]).run();
    plan.succeeds();
    assert_eq!(machine.started(), Vec::<String>::new());
    before.is_the_same_as(&machine.tree().without(&LOGS));

    let report = plan.report();
    assert_eq!(report["steps"], serde_json::json!([]), "{plan}");
    machine.labready(["plan"]).run().succeeds();
}

/// What no setup may change: the system's own python3, and apt's settings.
struct TheSystems {
    python3: Option<String>,
    settings: Tree,
}

impl TheSystems {
    fn on(machine: &Machine) -> Self {
        let python3 =
            machine.exists("/usr/bin/python3").then(|| machine.leads_to("/usr/bin/python3"));
        Self { python3, settings: machine.tree().below("/etc/apt") }
    }

    #[track_caller]
    fn expect_untouched(&self, machine: &Machine) {
        let after = Self::on(machine);
        self.settings.is_the_same_as(&after.settings);
        if self.python3.is_some() {
            assert_eq!(self.python3, after.python3, "/usr/bin/python3 was switched");
        } else if let Some(python3) = after.python3 {
            // Brought by what the course's packages depend on: Debian's own link.
            let owner = machine.run(["dpkg-query", "--search", "/usr/bin/python3"]);
            assert!(
                owner.starts_with("python3-minimal:") && python3.starts_with("python3."),
                "{owner}{python3}"
            );
        }
    }
}

fn becomes_ready(suite: &str, series: &str) {
    let machine = Machine::fresh(suite);
    let systems = TheSystems::on(&machine);
    set_up(&machine);
    systems.expect_untouched(&machine);
    expect_ready(&machine, series);
    expect_nothing_more_to_do(&machine);
}

#[test]
fn a_fresh_bookworm_becomes_ready_with_3_11() {
    becomes_ready("bookworm", "3.11");
}

#[test]
fn a_fresh_bullseye_becomes_ready_with_3_9() {
    becomes_ready("bullseye", "3.9");
}

#[test]
fn a_fresh_trixie_becomes_ready_with_3_13() {
    becomes_ready("trixie", "3.13");
}

#[test]
fn a_sid_whose_python3_is_too_new_becomes_ready_with_3_13_beside_it() {
    let machine = Machine::fresh("sid");
    machine.apt_install(["python3"]);
    machine.write("/root/lab.py", include_str!("../../scripts/learning_event_loops.py"));
    machine.command(["python3", "/root/lab.py"]).run().exits(1).says("RuntimeError");
    let systems = TheSystems::on(&machine);

    let plan = machine.labready(["plan", "--verbose"]).run();
    plan.says("3.13").says("/usr/bin/python3.14").says("asyncio.get_event_loop()");
    set_up(&machine);

    systems.expect_untouched(&machine);
    assert_eq!(machine.leads_to("/usr/bin/python3"), "python3.14");
    expect_ready(&machine, "3.13");
    expect_nothing_more_to_do(&machine);
}

#[test]
fn what_apt_could_bring_is_not_asked_for_when_it_is_there() {
    let machine = Machine::fresh("bookworm");
    machine.apt_install(["python3-venv", "python3.11-dev", "build-essential"]);
    let systems = TheSystems::on(&machine);
    machine.watch_package_programs();
    set_up(&machine);
    let apt =
        machine.started().into_iter().filter(|line| line.starts_with("apt")).collect::<Vec<_>>();
    assert_eq!(apt, Vec::<String>::new(), "everything that apt could bring was there");
    systems.expect_untouched(&machine);
    expect_ready(&machine, "3.11");
}
