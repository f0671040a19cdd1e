//! A table for spreadsheets: RFC 4180, a line per machine.

use crate::lab::Verdict;
use crate::room::causes::SharedCause;
use crate::room::summary::Summary;
use crate::room::{Machine, Room};
use crate::words::{listed, one_line};

const HEAD: [&str; 14] = [
    "machine",
    "state",
    "causes",
    "fixes",
    "distribution",
    "python",
    "venv_python",
    "labready",
    "course",
    "course_digest",
    "labs_passed",
    "labs_run",
    "checked_at",
    "sentence",
];

/// The table, with a line that names the columns.
pub(super) fn table(room: &Room) -> String {
    let head = HEAD.map(str::to_owned);
    let rows = room.machines.iter().map(|machine| row(machine, &room.causes));
    std::iter::once(head).chain(rows).map(|cells| line(&cells)).collect()
}

fn row(machine: &Machine, causes: &[SharedCause]) -> [String; 14] {
    let report = machine.report();
    let text = |of: &dyn Fn(&Summary) -> Option<String>| report.and_then(of).unwrap_or_default();
    let own = causes.iter().filter(|cause| machine.causes.contains(&cause.id));
    let mut fixes: Vec<String> =
        own.filter_map(|cause| cause.fix.as_ref().or(cause.advice.as_ref())).cloned().collect();
    fixes.dedup();
    let passed =
        |report: &Summary| report.labs.iter().filter(|lab| lab.status == Verdict::Pass).count();
    [
        machine.name.clone(),
        machine.state.name().into(),
        listed(machine.causes.clone(), "; "),
        listed(fixes, "; "),
        text(&|report| {
            let distro = &report.host.as_ref()?.distro;
            Some(format!("{} {}", distro.id, distro.version).trim().to_owned())
        }),
        text(&|report| Some(report.python.as_ref()?.version.clone())),
        text(&|report| report.venv.as_ref()?.version.clone()),
        text(&|report| Some(report.labready.clone())),
        text(&|report| Some(report.course.as_ref()?.name.clone())),
        text(&|report| Some(report.course.as_ref()?.digest.clone())),
        text(&|report| report.labs_run.then(|| passed(report).to_string())),
        text(&|report| report.labs_run.then(|| report.labs.len().to_string())),
        text(&|report| Some(report.started_at.clone())),
        text(&|report| Some(report.sentence.clone())),
    ]
}

fn line(cells: &[String]) -> String {
    listed(cells.iter().map(|text| cell(text)), ",") + "\r\n"
}

/// A cell on one line. A spreadsheet would run one that begins like a formula.
fn cell(text: &str) -> String {
    let text = one_line(text);
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n', ';']) || text.trim() != text {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_line() {
        let cells = ["=HYPERLINK(1)", "+1", "-1", "@x", "a,b", "say \"x\"", "a\nb", " x", "pc-01"];
        assert_eq!(
            cells.map(cell),
            [
                "'=HYPERLINK(1)",
                "'+1",
                "'-1",
                "'@x",
                "\"a,b\"",
                "\"say \"\"x\"\"\"",
                "a\\nb",
                "\" x\"",
                "pc-01"
            ]
        );
    }
}
