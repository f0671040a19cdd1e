//! Every command's JSON report, of success and of failure, as the committed schema says: reading one
//! as `report` holds it against the schema.

use serde_json::Value;

use crate::machine::Machine;

/// The report of a command, its exit code, and what both say of each other.
fn report(machine: &Machine, line: &str, code: i32) -> Value {
    let words = format!("exec /usr/local/sbin/labready {line} --format json");
    let output = machine.command(["sh", "-c", &words]).run();
    let report = output.exits(code).report();
    assert_eq!(report["exit_code"], code, "{output}");
    report
}

#[test]
fn every_command_gives_a_valid_report_of_success() {
    let machine = Machine::ready("bookworm");
    machine.run(["rm", "-r", "/root/venv"]);
    let plan = report(&machine, "plan", 0);
    assert_eq!((&plan["status"], &plan["labs_run"]), (&"not_ready".into(), &false.into()));
    let doctor = report(&machine, "doctor", 1);
    assert_eq!((&doctor["steps"], &doctor["python"]), (&plan["steps"], &plan["python"]));
    assert_eq!(report(&machine, "setup --yes", 0)["labs_run"], true);
    assert_eq!(report(&machine, "doctor --labs", 0)["labs_run"], true);
    report(&machine, "verify", 0);
    report(&machine, "repair --yes", 0);
    let undo = report(&machine, "undo --yes", 0);
    let ids = undo["steps"].as_array().unwrap().iter().filter_map(|step| step["id"].as_str());
    assert!(ids.clone().any(|id| id == "remove-venv-root-venv"), "{:?}", ids.collect::<Vec<_>>());
    assert_eq!(report(&machine, "undo --yes", 0)["steps"], serde_json::json!([]));
}

#[test]
fn every_command_gives_a_valid_report_of_failure() {
    let machine = Machine::fresh("bookworm");
    // Nobody is there to be asked.
    report(&machine, "setup", 2);
    report(&machine, "verify", 1);
    report(&machine, "doctor", 1);
    report(&machine, "bundle /etc", 2);
    let student = machine.labready(["setup", "--yes", "--format", "json"]).by_student().run();
    assert_eq!(student.exits(4).report()["error"]["exit_code"], 4);
    machine.hide_network();
    let failed = report(&machine, "setup --yes", 5);
    let steps = failed["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["status"] == "failed"), "{failed:#}");
}
