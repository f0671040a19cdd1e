//! The JSON of whole runs, against the committed schema.

use serde_json::{Value, json};

use super::machine::Machine;

/// Fails the test unless the document is as `schemas/report.schema.json` says.
#[track_caller]
fn expect_valid(document: &Value) {
    let schema = serde_json::from_str(include_str!("../../schemas/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(document);
    let errors: Vec<String> =
        errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {document:#}");
}

/// Each step's status.
fn statuses(document: &Value) -> Vec<&str> {
    let steps = document["steps"].as_array().unwrap().iter();
    steps.map(|step| step["status"].as_str().unwrap()).collect()
}

#[test]
fn the_report_of_a_setup_that_succeeds_is_valid_and_holds_every_step() {
    let machine = Machine::bookworm();
    let output = machine.labready("setup --yes --no-verify --format json");
    let document = output.ends_with(0).document();
    expect_valid(&document);
    assert_eq!([&document["status"], &document["exit_code"]], [&json!("ready"), &json!(0)]);
    assert_eq!(document["labs_run"], json!(false));
    assert_eq!(statuses(&document), ["done"; 6]);
}

#[test]
fn the_report_of_a_setup_that_fails_is_valid_and_names_the_problem() {
    let machine = Machine::bookworm().when_configured("python3.11-venv", "exit 1");
    let document =
        machine.labready("setup --yes --no-verify --format json").ends_with(5).document();
    expect_valid(&document);
    assert_eq!([&document["status"], &document["exit_code"]], [&json!("not_ready"), &json!(5)]);
    assert_eq!(document["error"]["problem"]["id"], json!("package-script-failed"), "{document:#}");
    let mut expected = vec!["failed"];
    expected.extend(["not_tried"; 5]);
    assert_eq!(statuses(&document), expected);
}

#[test]
fn the_reports_of_every_command_are_valid() {
    let machine = Machine::bookworm();
    for line in ["plan", "doctor", "setup --yes --no-verify", "doctor", "repair", "undo --yes"] {
        expect_valid(&machine.labready(&format!("{line} --format json")).document());
    }
}
