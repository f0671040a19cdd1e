//! The documents in a stream of bytes: one report on many lines, one a line, an array, or several in
//! a row. What is torn or foreign is counted, and never costs the documents behind it.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;

use super::absence::Absence;
use super::summary::{SCHEMA, Summary};
use crate::words::{first_line, one_line};

/// More bytes than any document; an array of all reports of a room counts as one.
const LIMIT: usize = 64 << 20;
/// What a report says it is.
const REPORT: &str = "labready.report";
/// What is in everything that labready writes.
const MARK: &[u8] = b"\"labready.";
/// More letters of foreign text than anybody reads.
const SHOWN: usize = 80;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrival {
    /// A report.
    Report(Box<Summary>),
    /// An entry of whoever carries reports: why there is none of this machine.
    Entry {
        /// The machine.
        machine: String,
        /// Why.
        absence: Absence,
    },
    /// Something that is no report, from this line on.
    Unread {
        /// 1 is the first.
        line: usize,
        /// What it is instead.
        absence: Absence,
    },
}

/// Calls `take` for everything that is found; at the end, whether there was anything but white space.
///
/// # Errors
/// As the reader.
pub fn documents(mut reader: impl BufRead, take: &mut dyn FnMut(Arrival)) -> io::Result<bool> {
    let (mut chunk, mut line) = (DocumentLines::default(), Vec::new());
    let mut number = 0;
    let mut has_text = false;
    while read_line(&mut reader, &mut line)? {
        number += 1;
        let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line);
        has_text |= !text.trim_ascii().is_empty();
        // In JSON no string holds a line break, and what is nested is indented: a bracket in the
        // first column begins a document, whatever became of the one before.
        if text.starts_with(b"{") || text.starts_with(b"[") {
            chunk.finish(take);
            chunk = DocumentLines { line: number, ..DocumentLines::default() };
        } else if chunk.line == 0 {
            chunk.line = number;
        }
        chunk.add(text);
    }
    chunk.finish(take);
    Ok(has_text)
}

/// A line with its end, cut off beyond the limit; false at the end of the stream.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    loop {
        let bytes = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let length = end.unwrap_or(bytes.len());
        if line.len() <= LIMIT {
            line.extend_from_slice(&bytes[..length]);
        }
        reader.consume(length);
        if end.is_some() || length == 0 {
            return Ok(!line.is_empty());
        }
    }
}

/// Lines that are read as one.
#[derive(Default)]
struct DocumentLines {
    line: usize,
    bytes: Vec<u8>,
}

impl DocumentLines {
    fn add(&mut self, line: &[u8]) {
        if self.bytes.len() <= LIMIT {
            self.bytes.extend_from_slice(line);
        }
    }

    fn finish(&self, take: &mut dyn FnMut(Arrival)) {
        let mut unread = |absence| take(Arrival::Unread { line: self.line, absence });
        if self.bytes.len() > LIMIT {
            return unread(Absence::TooLarge);
        }
        // A line break behind a torn document is no part of it.
        let mut rest: &[u8] = self.bytes.trim_ascii_end();
        loop {
            // Arrays are read as what stands in them.
            let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"[],".contains(byte);
            let skipped = rest.iter().take_while(|byte| is_between(byte)).count();
            rest = &rest[skipped..];
            if rest.is_empty() {
                return;
            }
            let (found, length) = match rest.first() {
                Some(b'{') => document(rest),
                _ => (Err(foreign(rest)), None),
            };
            take(found.unwrap_or_else(|absence| Arrival::Unread { line: self.line, absence }));
            let Some(length) = length else { return };
            rest = &rest[length..];
        }
    }
}

/// What stands at the beginning of the bytes, and how long it is; `None` where that cannot be told.
fn document(bytes: &[u8]) -> (Result<Arrival, Absence>, Option<usize>) {
    let mut summaries = serde_json::Deserializer::from_slice(bytes).into_iter::<Summary>();
    match summaries.next() {
        Some(Ok(summary)) if is_known(&summary.schema, &summary.format_version) => {
            let summary = Summary { schema: SCHEMA.into(), ..summary };
            (Ok(Arrival::Report(Box::new(summary))), Some(summaries.byte_offset()))
        }
        Some(Err(error)) if !error.is_data() => {
            // Whatever is cut off may have been one of ours.
            let is_ours = error.is_eof() || bytes.windows(MARK.len()).any(|part| part == MARK);
            (Err(if is_ours { Absence::Torn } else { foreign(bytes) }), None)
        }
        _ => {
            let mut heads = serde_json::Deserializer::from_slice(bytes).into_iter::<DocumentHead>();
            let head = heads.next().and_then(Result::ok);
            let length = head.as_ref().map(|_| heads.byte_offset());
            (head.unwrap_or_default().found(bytes), length)
        }
    }
}

/// What every document of labready's says of itself, and all that an entry says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct DocumentHead {
    schema: Value,
    format_version: Value,
    machine: Value,
    problem: Value,
    text: Value,
}

impl DocumentHead {
    fn found(&self, bytes: &[u8]) -> Result<Arrival, Absence> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (schema, version) = (text(&self.schema), text(&self.format_version));
        match (schema.as_deref(), text(&self.machine), text(&self.problem)) {
            (Some("labready.room-entry"), Some(machine), Some(problem)) => {
                let said = text(&self.text).unwrap_or_default();
                Ok(Arrival::Entry { machine, absence: Absence::by_carrier(&problem, &said) })
            }
            (Some(REPORT | SCHEMA), ..) => match version {
                Some(version) if !is_known(REPORT, &version) => {
                    Err(Absence::UnknownVersion { version: short(&version) })
                }
                _ => Err(Absence::Torn),
            },
            (Some(schema), ..) => Err(Absence::Foreign { said: short(schema) }),
            _ => Err(foreign(bytes)),
        }
    }
}

fn is_known(schema: &str, version: &str) -> bool {
    [REPORT, SCHEMA].contains(&schema) && version.starts_with("1.")
}

fn foreign(bytes: &[u8]) -> Absence {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN)]);
    Absence::Foreign { said: short(first_line(&text)) }
}

/// The beginning of a text on one line.
fn short(text: &str) -> String {
    one_line(text).chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::report;
    use super::*;

    fn found(text: &[u8]) -> Vec<Arrival> {
        let mut found = Vec::new();
        documents(text, &mut |one| found.push(one)).unwrap();
        found
    }

    fn shown(text: &str) -> String {
        let lines = found(text.as_bytes()).into_iter().map(|found| match found {
            Arrival::Report(summary) => format!("report of {}", summary.command),
            Arrival::Entry { machine, absence } => format!("entry of {machine}: {absence:?}"),
            Arrival::Unread { line, absence } => format!("line {line}: {absence:?}"),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_report_is_found_however_it_is_written() {
        let value = report("pc-01", |_| ());
        let (line, pretty) = (value.to_string(), format!("{value:#}"));
        for text in [
            line.clone(),
            format!("{line}\n"),
            format!("\u{feff}{pretty}\n"),
            format!("{pretty}\r\n\r\n"),
            format!("[{line}]"),
            format!("{:#}", serde_json::json!([value])),
            format!("[\n{line}\n]\n"),
        ] {
            assert_eq!(shown(&text), "report of doctor", "{text}");
        }
        for text in [
            format!("{line}{line}"),
            format!("{line}\n{line}"),
            format!("{pretty}\n{line}\n"),
            format!("[{line},{line}]"),
            format!("[\n{line},\n{line}\n]"),
        ] {
            assert_eq!(shown(&text), "report of doctor\nreport of doctor", "{text}");
        }
    }

    #[test]
    fn what_is_no_report_is_named_and_costs_no_other() {
        let line = report("pc-01", |_| ()).to_string();
        let newer = report("pc-01", |value| value["format_version"] = "2.0".into());
        let entry = r#"{"schema":"labready.room-entry","machine":"pc-07","problem":"unreachable","text":"ssh: connect to host pc-07 port 22: Connection refused"}"#;
        let text = [
            "Warning: Permanently added the host",
            &line[..line.len() / 2],
            &line,
            &newer.to_string(),
            r#"{"schema":"labready.room","format_version":"1.0"}"#,
            r#"{"schema":5,"name":"\u001b[2J"}"#,
            r#"{"schema":"labready.report","format_version":"1.1"}"#,
            entry,
            "{oops",
            &line,
        ];
        insta::assert_snapshot!(shown(&text.join("\n")));
    }

    #[test]
    fn white_space_is_nothing() {
        assert_eq!(
            documents(&b" \n\t\n"[..], &mut |_| panic!("nothing is there")).ok(),
            Some(false)
        );
        assert_eq!(documents(&b"x"[..], &mut |_| ()).ok(), Some(true));
    }

    proptest! {
        #[test]
        fn a_torn_report_between_whole_ones_costs_none_of_them(cut in 1_usize..400, pretty: bool) {
            let value = report("pc-01", |_| ());
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let torn: String = text.chars().take(cut.min(text.len() - 2)).collect();
            let all = found(format!("{text}\n{torn}\n{text}\n").as_bytes());
            let reports = all.iter().filter(|found| matches!(found, Arrival::Report(_))).count();
            prop_assert_eq!((reports, all.len()), (2, 3), "{}", torn);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:a1 \\n]{0,80}") {
            let _ = (found(&bytes), found(text.as_bytes()));
        }
    }
}
