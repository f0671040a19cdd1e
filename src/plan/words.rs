//! The small texts that the steps share. Pure.

use super::Choice;

/// `3.13`.
pub(super) fn short(choice: &Choice) -> String {
    format!("{}.{}", choice.version.major, choice.version.minor)
}

/// Names as they are shown: each in quotes, with commas between.
pub fn quoted_list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
