//! A report or a room as one JSON document, on many lines or on one, and an event as one line of JSON.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::event::Event;

/// The document, with a final newline. `schemas/report.schema.json` and
/// `schemas/room.schema.json` describe it; units stand in the
/// keys.
///
/// # Errors
/// [`Error::Bug`]: the model has nothing that JSON lacks.
pub fn document(report: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(report).map(|text| harmless(&text) + "\n").map_err(bug)
}

/// The same document on one line.
///
/// # Errors
/// [`Error::Bug`], as above.
pub fn document_line(report: &impl Serialize) -> Result<String> {
    serde_json::to_string(report).map(|text| harmless(&text) + "\n").map_err(bug)
}

/// One event, with a final newline. `schemas/event.schema.json` describes it.
///
/// # Errors
/// [`Error::Bug`], as above.
pub fn event_line(event: &Event) -> Result<String> {
    serde_json::to_string(event).map(|text| harmless(&text) + "\n").map_err(bug)
}

/// The control characters beyond ASCII, which JSON lets stand and a terminal may obey, as JSON's
/// escapes: the same text to whoever parses it.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_control() && !character.is_ascii_control() || character == '\u{7f}' {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    text
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn bug(error: serde_json::Error) -> Error {
    Error::Bug { message: format!("the report cannot be written as JSON: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_beyond_ascii_are_escaped_and_parsed_back() {
        let text = "a\u{9b}31m\u{7f}é";
        let json = harmless(&serde_json::to_string(text).unwrap());
        assert_eq!(json, r#""a\u009b31m\u007fé""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
