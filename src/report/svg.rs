//! The labs' timelines as one SVG picture: to scale in units, the due points marked, the verdict a
//! sign and a word. Pure.
//!
//! Every shape means something by its form alone, so that the picture can be printed in black and
//! white: a thick line is a wait, a dashed one is what was too long or never ended, a dot is when a
//! line came, a ring when it was due. There are no scripts and nothing outside is referred to. What
//! a screen reader needs stands in `title` and `desc`.

use super::Report;
use super::exception;
use super::picture::{self, Row, seconds};
use super::words::{harmless, wrapped, xml};
use crate::lab::{LabResult, Verdict};
use crate::outcome::Status;

/// Measures in pixels: the picture, its margin, the column of the labels, that of the times, a row,
/// a line of text.
const WIDTH: f64 = 800.0;
const MARGIN: f64 = 28.0;
const LABELS: f64 = 150.0;
const TIMES: f64 = 188.0;
const ROW: f64 = 28.0;
const LINE: f64 = 19.0;
/// How many characters of running text, of a heading, of a label fit beside the margins.
const TEXT_LENGTH: usize = 104;
const HEADING_LENGTH: usize = 60;
const LABEL_LENGTH: usize = 20;
/// How many numbers stand on an axis at the most.
const NUMBERS: f64 = 12.0;

/// Dark ink on light paper, and the other way round where the reader's screen is dark.
const STYLE: &str = "\
text{font:14px system-ui,'DejaVu Sans',sans-serif;fill:#1f2328}
.heading{font-size:17px;font-weight:600}.strong{font-weight:600}.small{font-size:12px}.soft{fill:#57606a}
.paper{fill:#fff}.unit{stroke:#d0d7de;stroke-width:1}.rule{stroke:#d0d7de;stroke-width:1}
.wait,.late,.start{stroke:#1f2328;fill:none}.wait{stroke-width:4}.late{stroke-width:2.5;stroke-dasharray:5 5}.start{stroke-width:2}
.came{fill:#1f2328}.due{fill:#fff;stroke:#1f2328;stroke-width:2}
.pass{fill:#1a7f37}.fail{fill:#b3261e}.unsure{fill:#8a6100}.sign{stroke:#fff;stroke-width:2.5;fill:none}.mark{fill:#fff}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.paper,.due{fill:#0d1117}.unit,.rule{stroke:#3d444d}\
.wait,.late,.start,.due{stroke:#e6edf3}.came{fill:#e6edf3}.pass{fill:#3fb950}.fail{fill:#f85149}.unsure{fill:#d29922}\
.sign{stroke:#0d1117}.mark{fill:#0d1117}}
";

/// The report's labs as a document, with a final newline.
pub fn document(report: &Report) -> String {
    let mut sheet = Sheet { body: String::new(), y: MARGIN };
    let heading = match &report.course {
        Some(course) if !course.name.is_empty() => course.name.clone(),
        _ => format!("labready {}", report.command),
    };
    sheet.text(MARGIN, 14.0, "heading", &shortened(&heading, HEADING_LENGTH));
    sheet.y += 26.0;
    let answer = report
        .error
        .as_ref()
        .map_or(report.outcome.sentence.as_str(), |error| error.message.as_str());
    sheet.paragraph("", answer);
    for (index, lab) in report.labs.iter().enumerate() {
        sheet.lab(index + 1, lab);
    }
    if report.labs.is_empty() {
        sheet.paragraph("soft", "No labs were run.");
    } else {
        sheet.legend();
    }
    let height = sheet.y + MARGIN;
    let status = match report.outcome.status {
        Status::Ready => "ready",
        Status::NotReady => "not ready",
        Status::Inconclusive => "inconclusive",
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"group\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n{}</svg>\n",
        xml(&format!("{heading}: {status}")),
        xml(answer),
        sheet.body
    )
}

/// What is drawn so far, and how far down that goes.
struct Sheet {
    body: String,
    y: f64,
}

impl Sheet {
    fn lab(&mut self, number: usize, lab: &LabResult) {
        self.y += 14.0;
        let desc: Vec<String> = std::iter::once(lab.statement())
            .chain(lab.exception.iter().flat_map(exception::words))
            .chain(picture::words(lab))
            .chain(lab.fix.clone())
            .collect();
        self.put(&format!(
            "<line class=\"rule\" x1=\"{MARGIN}\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\"/>\n\
             <g role=\"img\" aria-labelledby=\"lab-{number} lab-{number}-desc\">\n<title id=\"lab-{number}\">{2}: {3}</title>\n\
             <desc id=\"lab-{number}-desc\">{4}</desc>\n",
            self.y,
            WIDTH - MARGIN,
            word(lab.status),
            xml(&lab.script),
            xml(&desc.join(" "))
        ));
        self.y += 20.0;
        self.verdict(lab.status);
        self.text(MARGIN + 30.0, 14.0, "strong", word(lab.status));
        self.text(MARGIN + LABELS, 14.0, "strong", &shortened(&lab.script, HEADING_LENGTH));
        self.y += 26.0;
        self.paragraph("", &lab.statement());
        for line in lab.exception.iter().flat_map(exception::words) {
            self.paragraph("soft", &line);
        }
        self.timeline(lab);
        if let Some(fix) = &lab.fix {
            self.y += 6.0;
            self.paragraph("", &format!("Hint: {fix}."));
        }
        self.body.push_str("</g>\n");
    }

    /// A sign in a disc: a tick, a cross, a question mark.
    fn verdict(&mut self, verdict: Verdict) {
        let (x, y) = (MARGIN + 10.0, self.y + 9.0);
        let class = match verdict {
            Verdict::Pass => "pass",
            Verdict::Fail | Verdict::Error => "fail",
            Verdict::Inconclusive => "unsure",
        };
        self.put(&format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"10\"/>\n"));
        match verdict {
            Verdict::Pass => {
                self.put(&format!(
                    "<path class=\"sign\" d=\"M{} {y}l4 4.5l6.5 -8.5\"/>\n",
                    x - 5.0
                ));
            }
            Verdict::Fail | Verdict::Error => {
                self.put(&format!(
                    "<path class=\"sign\" d=\"M{} {}l8 8m0 -8l-8 8\"/>\n",
                    x - 4.0,
                    y - 4.0
                ));
            }
            Verdict::Inconclusive => {
                self.put(&format!("<text class=\"strong mark\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">?</text>\n", y + 5.0));
            }
        }
    }

    /// The rows of the attempt that decided, below an axis of seconds.
    fn timeline(&mut self, lab: &LabResult) {
        let Some(rows) = picture::rows(lab) else { return };
        let units = rows.iter().flat_map(|row| [row.due, row.came]).flatten().fold(0.5, f64::max);
        let unit_s = lab.timeline.unit.as_secs_f64();
        self.y += 8.0;
        self.axis(units, unit_s, rows.len());
        for row in &rows {
            self.row(row, units, unit_s);
        }
    }

    /// A line through every unit, and the seconds above as many of them as have room.
    fn axis(&mut self, units: f64, unit_s: f64, rows: usize) {
        let every = (units / NUMBERS).ceil().max(1.0) as usize;
        let bottom = self.y + LINE + rows as f64 * ROW;
        for unit in (0..=units.floor() as usize).step_by(every) {
            let x = column(unit as f64, units);
            let mut number = seconds(unit as f64 * unit_s);
            if unit == 0 {
                number.push_str(" s");
            }
            self.put(&format!(
                "<line class=\"unit\" x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\n\
                 <text class=\"small soft\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{number}</text>\n",
                self.y + LINE - 3.0,
                self.y + 11.0
            ));
        }
        self.y += LINE;
    }

    fn row(&mut self, row: &Row, units: f64, unit_s: f64) {
        let y = self.y + ROW / 2.0;
        self.text(MARGIN, ROW / 2.0 + 5.0, "", &shortened(&row.label, LABEL_LENGTH));
        let at = |units_in: f64| column(units_in, units);
        let end = row.came.or(row.due).unwrap_or(0.0);
        // Where the wait stops being due: a row that came in time has no such part, one that never
        // came is nothing else.
        let late_from = match (row.due, row.came) {
            (_, None) => row.since,
            (Some(due), Some(came)) if !row.is_near() && due < came => due.max(row.since),
            _ => end,
        };
        for (class, from, to) in [("wait", row.since, late_from), ("late", late_from, end)] {
            if to > from {
                self.put(&format!(
                    "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{y}\" x2=\"{:.1}\" y2=\"{y}\"/>\n",
                    at(from),
                    at(to)
                ));
            }
        }
        let start = at(row.since);
        self.put(&format!(
            "<line class=\"start\" x1=\"{start:.1}\" y1=\"{}\" x2=\"{start:.1}\" y2=\"{}\"/>\n",
            y - 7.0,
            y + 7.0
        ));
        if let Some(due) = row.due.filter(|_| !row.is_near()) {
            self.put(&format!(
                "<circle class=\"due\" cx=\"{:.1}\" cy=\"{y}\" r=\"5.5\"/>\n",
                at(due)
            ));
        }
        if let Some(came) = row.came {
            self.put(&format!(
                "<circle class=\"came\" cx=\"{:.1}\" cy=\"{y}\" r=\"6.5\"/>\n",
                at(came)
            ));
        }
        self.text(WIDTH - MARGIN - TIMES + 20.0, ROW / 2.0 + 5.0, "", &row.times(unit_s));
        self.y += ROW;
    }

    /// What the signs mean.
    fn legend(&mut self) {
        self.y += 20.0;
        let y = self.y + 10.0;
        let mut x = MARGIN;
        let signs = [
            (format!("<line class=\"wait\" x1=\"0\" y1=\"{y}\" x2=\"24\" y2=\"{y}\"/>"), "waits"),
            (format!("<circle class=\"came\" cx=\"18\" cy=\"{y}\" r=\"6.5\"/>"), "came"),
            (format!("<circle class=\"due\" cx=\"18\" cy=\"{y}\" r=\"5.5\"/>"), "was due"),
            (
                format!("<line class=\"late\" x1=\"0\" y1=\"{y}\" x2=\"24\" y2=\"{y}\"/>"),
                "later than due, or never",
            ),
        ];
        for (sign, meaning) in signs {
            let below = y + 4.5;
            self.put(&format!(
                "<g transform=\"translate({x} 0)\">{sign}<text class=\"small soft\" x=\"32\" y=\"{below}\">{meaning}</text></g>\n"
            ));
            x += 110.0;
        }
        self.y += LINE;
    }

    /// Running text, broken into lines.
    fn paragraph(&mut self, class: &str, text: &str) {
        for line in lines(&harmless(text)) {
            self.text(MARGIN, 14.0, class, &line);
            self.y += LINE;
        }
    }

    fn text(&mut self, x: f64, below: f64, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.put(&format!(
            "<text{class} x=\"{x}\" y=\"{}\">{}</text>\n",
            self.y + below,
            xml(text)
        ));
    }

    fn put(&mut self, shape: &str) {
        self.body.push_str(shape);
    }
}

/// Units to pixels.
fn column(units: f64, last: f64) -> f64 {
    let from = MARGIN + LABELS;
    from + (units / last).clamp(0.0, 1.0) * (WIDTH - MARGIN - TIMES - from)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "FAIL",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Error => "ERROR",
    }
}

fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

/// Lines that fit: broken between words, and within a word that is longer than a line.
fn lines(text: &str) -> Vec<String> {
    let words = wrapped(text, TEXT_LENGTH);
    let fitting = |line: &str| -> Vec<String> {
        let characters: Vec<char> = line.chars().collect();
        characters.chunks(TEXT_LENGTH).map(|part| part.iter().collect()).collect()
    };
    words.lines().flat_map(fitting).collect()
}
