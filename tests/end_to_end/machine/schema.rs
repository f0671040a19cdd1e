//! The report's JSON Schema, which every report that these tests read is held against.

use std::fs;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/report.schema.json");

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let text = fs::read_to_string(SCHEMA).unwrap_or_else(|error| panic!("{SCHEMA}: {error}"));
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
});

/// Fails the test unless the report is as the schema says.
#[track_caller]
pub fn expect_valid(report: &Value) {
    let problems: Vec<String> = VALIDATOR
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "not as the schema says: {problems:#?}\n{report:#}");
}
