//! Report.
pub mod picture;
use serde::Serialize;
/// The answer of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything is there and every lab passed.
    Ready,
    /// Something is missing or a lab failed.
    NotReady,
    /// It could not be told.
    Inconclusive,
}
