//! Placeholder until the lab branch is merged.
use crate::lab::LabResult;
/// Draws.
pub fn draw(_lab: &LabResult, _width: usize, _unicode: bool) -> String {
    String::new()
}
/// Words.
pub fn in_words(_lab: &LabResult) -> String {
    String::new()
}
