//! The report as one JSON document, and an event as one line of JSON.

use crate::error::{Error, Result};
use crate::event::Event;

use super::Report;

/// The document, with a final newline. `schema.json` describes it; units stand in the keys.
///
/// # Errors
/// [`Error::Bug`]: the model has nothing that JSON lacks.
pub fn document(report: &Report) -> Result<String> {
    serde_json::to_string_pretty(report).map(|text| text + "\n").map_err(bug)
}

/// One event, with a final newline.
///
/// # Errors
/// [`Error::Bug`], as above.
pub fn line(event: &Event) -> Result<String> {
    serde_json::to_string(event).map(|text| text + "\n").map_err(bug)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn bug(error: serde_json::Error) -> Error {
    Error::Bug { message: format!("the report cannot be written as JSON: {error}") }
}
