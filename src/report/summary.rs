//! What a room knows of a report, and the same without names as a document of its own.

use jiff::Timestamp;

use super::Report;
use crate::error::{Error, Result};
use crate::room::summary::{SCHEMA, Summary};
use crate::room::{self, Room};

/// The report as whoever collects many of them reads it.
///
/// # Errors
/// [`Error::Bug`]: the model holds all that a summary has.
pub fn of(report: &Report) -> Result<Summary> {
    let value = serde_json::to_value(report).map_err(bug)?;
    let summary: Summary = serde_json::from_value(value).map_err(bug)?;
    Ok(Summary { schema: SCHEMA.into(), ..summary })
}

/// The summary without names, on one line.
///
/// # Errors
/// [`Error::Bug`], as above.
pub fn line(report: &Report) -> Result<String> {
    let summary = room::without_names(&of(report)?);
    serde_json::to_string(&summary).map(|line| line + "\n").map_err(bug)
}

/// The room of this one machine, at the time of its report.
pub(super) fn room_of_one(report: &Report) -> Result<Room> {
    let summary = of(report)?;
    let now = summary.time().unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(room::of_one(summary, now))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn bug(error: serde_json::Error) -> Error {
    Error::Bug { message: format!("the report has no summary: {error}") }
}
