//! The JSON Schemas that are committed, and what every one of them has to be: open to one more key,
//! closed to everything else.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// A committed schema.
pub struct CommittedSchema(Validator);

pub static REPORT: LazyLock<CommittedSchema> = LazyLock::new(|| CommittedSchema::read("report"));
pub static EVENT: LazyLock<CommittedSchema> = LazyLock::new(|| CommittedSchema::read("event"));
pub static BUNDLE: LazyLock<CommittedSchema> = LazyLock::new(|| CommittedSchema::read("bundle"));
pub static ROOM: LazyLock<CommittedSchema> = LazyLock::new(|| CommittedSchema::read("room"));
pub static SUMMARY: LazyLock<CommittedSchema> = LazyLock::new(|| CommittedSchema::read("summary"));
pub static JOURNAL: LazyLock<CommittedSchema> = LazyLock::new(|| CommittedSchema::read("journal"));

impl CommittedSchema {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("schemas")
            .join(format!("{name}.schema.json"));
        let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        Self(jsonschema::validator_for(&schema).unwrap())
    }

    /// Fails the test unless the document is as the schema says.
    #[track_caller]
    pub fn expect_valid(&self, document: &Value) {
        let problems: Vec<String> = self
            .0
            .iter_errors(document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{problems:#?} in {document:#}");
    }
}

/// The document with an unknown key, once for each of its objects.
pub fn with_one_more_key(document: &Value) -> Vec<Value> {
    let is_object = |place: &String| document.pointer(place).is_some_and(Value::is_object);
    let mutant = |place: String| {
        let mut mutant = document.clone();
        mutant.pointer_mut(&place).unwrap()["added_later"] = json!(1);
        mutant
    };
    places(document).into_iter().filter(is_object).map(mutant).collect()
}

/// Fails the test if the document is valid without one of its keys, or with another kind of value in
/// any place. `optional` keys may be missing.
#[track_caller]
pub fn expect_strict(schema: &CommittedSchema, document: &Value, optional: &[&str]) {
    for place in places(document) {
        let mut other = document.clone();
        *other.pointer_mut(&place).unwrap() = json!({ "surprise": [true] });
        assert!(!schema.0.is_valid(&other), "another kind of `{place}`");
        let Some((parent, key)) = place.rsplit_once('/') else { continue };
        let mut less = document.clone();
        let Some(Value::Object(object)) =
            less.pointer_mut(parent).filter(|_| !optional.contains(&key))
        else {
            continue;
        };
        object.remove(key);
        assert!(!schema.0.is_valid(&less), "without `{place}`");
    }
}

/// Every place of a document, as JSON pointers.
pub fn places(document: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        places(value).into_iter().map(move |place| format!("/{key}{place}")).collect::<Vec<_>>()
    };
    let deeper: Vec<String> = match document {
        Value::Object(object) => {
            object.iter().flat_map(|(key, value)| below(key.clone(), value)).collect()
        }
        Value::Array(array) => array
            .iter()
            .enumerate()
            .flat_map(|(index, value)| below(index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    [vec![String::new()], deeper].concat()
}
