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
    for added in with_one_more_key(document) {
        assert!(validator.is_valid(&added), "one more key: {added:#}");
    }
}

/// The document with a key that a later minor version may add, in each of its objects.
fn with_one_more_key(document: &Value) -> Vec<Value> {
    let mut places = vec![String::new()];
    let mut next = 0;
    while let Some(place) = places.get(next).cloned() {
        next += 1;
        match document.pointer(&place) {
            Some(Value::Object(object)) => {
                places.extend(object.keys().map(|key| format!("{place}/{}", escaped(key))));
            }
            Some(Value::Array(items)) => {
                places.extend((0..items.len()).map(|index| format!("{place}/{index}")));
            }
            _ => {}
        }
    }
    let with = |place: &String| {
        let mut added = document.clone();
        added.pointer_mut(place)?.as_object_mut()?.insert("added_later".into(), json!(1));
        Some(added)
    };
    places.iter().filter_map(with).collect()
}

/// A key as JSON pointers spell it.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
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
fn the_report_of_every_command_is_valid_when_it_succeeds() {
    // That of a bundle needs a signed archive: tests/end_to_end/bundle.rs.
    let machine = Machine::bookworm();
    let setup = "setup --yes --no-verify";
    for line in ["plan", setup, "repair", "doctor", "undo --yes"] {
        expect_valid(&machine.labready(&format!("{line} --format json")).ends_with(0).document());
    }
}

#[test]
fn the_report_of_every_command_is_valid_when_it_fails() {
    let machine = Machine::bookworm();
    expect_failed(&machine, "plan --python 3.6", 2);
    expect_failed(&machine, "setup", 2);
    expect_failed(&machine, "verify", 1);
    expect_failed(&machine, "doctor", 1);
    expect_failed(&machine, "bundle /etc", 2);
    machine.labready("setup --yes --no-verify").ends_with(0);
    expect_failed(&machine, "undo", 2);
    machine.write("/var/lib/dpkg/updates/0000", "");
    expect_failed(&machine, "repair", 2);
    expect_failed(&machine, "verify nowhere.py", 2);
    let machine = machine.without_sudo();
    expect_failed(&machine, "undo --yes", 4);
    expect_failed(&machine, "repair --yes", 4);
}

/// Fails the test unless the command ends with this code and says so in a valid report.
#[track_caller]
fn expect_failed(machine: &Machine, line: &str, code: i32) {
    let document = machine.labready(&format!("{line} --format json")).ends_with(code).document();
    expect_valid(&document);
    assert_eq!(document["exit_code"], json!(code), "{line}: {document:#}");
    assert_ne!(document["status"], json!("ready"), "{line}: {document:#}");
}
