//! The JSON Schemas in `schemas/`, generated from the types: what is committed is what is written.
//!
//! `LABREADY_UPDATE_SCHEMAS=1 cargo test --lib schemas` writes them anew after a change of a type.

use std::fs;
use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::apply::JournalLine;
use crate::bundle::Manifest;
use crate::event::Event;
use crate::report::Report;
use crate::room::Room;
use crate::room::summary::Summary;

/// The schema of what is written as this type. Keys that it does not name are allowed: a minor
/// version may add some.
fn schema_of<T: JsonSchema>(name: &str, title: &str, description: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".into(), json!(format!("urn:labready:{name}:1")));
    schema.insert("title".into(), json!(title));
    schema.insert("description".into(), json!(description));
    schema.to_value()
}

fn schemas() -> [(&'static str, Value); 6] {
    let report = schema_of::<Report>(
        "report",
        "A labready report",
        "What `labready COMMAND --format json` prints. A minor version adds keys, a major one may break. Units are in the keys.",
    );
    let event = schema_of::<Event>(
        "event",
        "A labready event",
        "One line of `labready COMMAND --format ndjson` and of `--log FILE`. A minor version adds keys and events.",
    );
    let bundle = schema_of::<Manifest>(
        "bundle",
        "A labready bundle",
        "`bundle.json` in the folder that `labready bundle DIR` makes.",
    );
    let journal = schema_of::<JournalLine>(
        "journal",
        "A record of labready's journal",
        "One line of the journal that `labready undo` reads.",
    );
    let room = schema_of::<Room>(
        "room",
        "A labready room",
        "What `labready room --format json` prints. A minor version adds keys, a major one may break.",
    );
    let summary = schema_of::<Summary>(
        "summary",
        "A labready summary",
        "What `--report summary=FILE` writes: a report without evidence and without personal data, on one line.",
    );
    [
        ("report", report),
        ("event", event),
        ("bundle", bundle),
        ("journal", journal),
        ("room", room),
        ("summary", summary),
    ]
}

#[test]
fn schemas_are_generated_from_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in schemas() {
        let file = folder.join(format!("{name}.schema.json"));
        let generated = format!("{schema:#}\n");
        if std::env::var_os("LABREADY_UPDATE_SCHEMAS").is_some() {
            fs::write(&file, &generated).unwrap();
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            committed == generated,
            "{} is not what the types say: `LABREADY_UPDATE_SCHEMAS=1 cargo test --lib schemas` writes it anew",
            file.display()
        );
    }
}

#[test]
fn schemas_allow_keys_that_a_later_minor_version_adds() {
    for (name, schema) in schemas() {
        assert!(!schema.to_string().contains("\"additionalProperties\":false"), "{name}");
    }
}
