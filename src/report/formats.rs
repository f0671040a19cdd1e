//! Every format, and which renderer writes it.

use super::paint::Paint;
use super::summary;
use super::{
    Report, csv, html, human, json, junit, markdown, nagios, plain, prometheus, room, svg, tap,
};
use crate::cli::Format;
use crate::error::Result;
use crate::room::Room;

/// The report of one machine. Events are written as they happen, so that nothing is left of them here.
///
/// # Errors
/// [`crate::error::Error::Bug`]: a model that JSON cannot hold.
pub fn of_machine(
    report: &Report,
    format: Format,
    paint: &Paint,
    is_verbose: bool,
) -> Result<String> {
    Ok(match format {
        Format::Human => human::text(report, paint, is_verbose),
        Format::Plain => plain::text(report, is_verbose),
        Format::Json => json::document(report)?,
        Format::Line => json::document_line(report)?,
        Format::Ndjson => String::new(),
        Format::Svg => svg::document(report),
        Format::Summary => summary::line(report)?,
        Format::Html => html::document(&summary::room_of_one(report)?),
        Format::Csv => csv::table(&summary::room_of_one(report)?),
        Format::Junit => junit::document(&summary::room_of_one(report)?),
        Format::Tap => tap::of_machine(&summary::room_of_one(report)?),
        Format::Prometheus => prometheus::of_machine(&summary::room_of_one(report)?),
        Format::Nagios => nagios::of_machine(&summary::room_of_one(report)?),
        Format::Markdown => markdown::of_machine(&summary::room_of_one(report)?),
    })
}

/// A room. Pictures, events and summaries are of one machine, and refused before.
///
/// # Errors
/// [`crate::error::Error::Bug`], as above.
pub fn of_room(of: &Room, format: Format, paint: &Paint, is_verbose: bool) -> Result<String> {
    Ok(match format {
        Format::Human => room::text(of, paint, is_verbose),
        Format::Plain => room::words(of, is_verbose),
        Format::Json => json::document(of)?,
        Format::Line => json::document_line(of)?,
        Format::Ndjson | Format::Svg | Format::Summary => String::new(),
        Format::Html => html::document(of),
        Format::Csv => csv::table(of),
        Format::Junit => junit::document(of),
        Format::Tap => tap::of_room(of),
        Format::Prometheus => prometheus::of_room(of),
        Format::Nagios => nagios::of_room(of),
        Format::Markdown => markdown::of_room(of),
    })
}
