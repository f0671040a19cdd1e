//! The report's JSON Schema, which every report that these tests see is held against.

use std::fs;

use serde_json::Value;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/schema.json");

/// Fails the test unless the report is as the schema says.
#[track_caller]
pub fn expect_valid(report: &Value) {
    let schema = fs::read_to_string(SCHEMA).unwrap_or_else(|error| panic!("{SCHEMA}: {error}"));
    let validator =
        jsonschema::validator_for(&serde_json::from_str(&schema).expect("the schema is JSON"))
            .expect("a schema");
    let complaints: Vec<String> = validator
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(complaints.is_empty(), "not as the schema says: {complaints:#?}\n{report:#}");
}
