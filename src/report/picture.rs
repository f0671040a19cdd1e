//! One lab's timeline as a picture: a row for each line and one for the end, to scale in units, the
//! due points marked, so that serial and side by side are seen at a glance. Pure: text in, text
//! out; the words for `--plain` say the same.
//!
//! ```text
//!              0         1         2 s
//!   Swiss      ├━━━━━━━━━●         ┊   1.00 s
//!   Swiss      ├━━━━━━━━━○┄┄┄┄┄┄┄┄┄●   2.01 s, due at 1.00 s
//!   end        ├━━━━━━━━━○┄┄┄┄┄┄┄┄┄●   2.02 s, due at 1.00 s
//! ```
//! Time 0 is where the interpreter had started up, and the end is where it began to shut down, as
//! far as that was measured: its own work is nobody's lesson.

use crate::course::Due;
use crate::lab::{Attempt, LabResult};
use crate::words::{cut, one_line, padded, width};

/// The narrowest readable picture, in columns.
const NARROWEST: usize = 16;
/// Room for the times behind the field, in columns.
const TIMES: usize = 24;
/// The longest label, in columns.
const LABEL: usize = 18;
/// A moment that is off by less than this share of a unit is where it is due.
const NEAR: f64 = 0.25;

/// What a picture is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pen {
    /// Box drawing and dots.
    Unicode,
    /// What every terminal has.
    Ascii,
}

/// The signs of a pen.
struct Signs {
    start: char,
    wait: char,
    late: char,
    came: char,
    due: char,
    unit: char,
}

impl Pen {
    fn signs(self) -> Signs {
        match self {
            Self::Unicode => {
                Signs {
                    start: '├', wait: '━', late: '┄', came: '●', due: '○', unit: '┊'
                }
            }
            Self::Ascii => {
                Signs { start: '|', wait: '=', late: '-', came: '*', due: 'o', unit: ':' }
            }
        }
    }
}

/// A line, or the end: what it waited for, when it was due and when it came, in units after the
/// start.
pub(super) struct Row {
    pub label: String,
    pub since: f64,
    pub due: Option<f64>,
    pub came: Option<f64>,
}

/// Draws the attempt that decided, in so many columns at the most. Empty when the lab was not run.
pub fn draw(lab: &LabResult, columns: usize, pen: Pen) -> Vec<String> {
    let Some(rows) = rows(lab) else { return Vec::new() };
    let label = rows.iter().map(|row| width(&row.label)).max().unwrap_or(0).min(LABEL);
    let field = columns.saturating_sub(label + TIMES + 5).max(NARROWEST);
    let last = rows.iter().flat_map(|row| [row.due, row.came]).flatten().fold(0.5, f64::max);
    let scale = Scale { units: last, columns: field };
    let unit_s = lab.timeline.unit.as_secs_f64();
    let axis = format!("  {:label$} {}", "", scale.axis(unit_s));
    let drawn = rows.iter().map(|row| {
        let shown = padded(cut(&row.label, label), label);
        format!("  {shown} {}  {}", scale.bar(row, &pen.signs()), row.times(unit_s))
            .trim_end()
            .to_owned()
    });
    std::iter::once(axis.trim_end().to_owned()).chain(drawn).collect()
}

/// The same in words, a sentence a row, for a screen reader.
pub fn words(lab: &LabResult) -> Vec<String> {
    let unit_s = lab.timeline.unit.as_secs_f64();
    let sentence = |row: Row| match (row.due, row.came) {
        (Some(due), Some(came)) => {
            format!("{} came at {}, due at {}.", row.label, time(came * unit_s), time(due * unit_s))
        }
        (Some(due), None) => format!("{} did not come, due at {}.", row.label, time(due * unit_s)),
        (None, Some(came)) => {
            format!("{} came at {}, not due at all.", row.label, time(came * unit_s))
        }
        (None, None) => format!("{}.", row.label),
    };
    rows(lab).unwrap_or_default().into_iter().map(sentence).collect()
}

/// The rows of the attempt that decided; `None` when the lab was not run.
pub(super) fn rows(lab: &LabResult) -> Option<Vec<Row>> {
    let decided = lab.evidence.as_ref().map_or(lab.attempts.len(), |evidence| evidence.attempt);
    let attempt = lab.attempts.get(decided.checked_sub(1)?).or(lab.attempts.last())?;
    let unit_ms = lab.timeline.unit.as_secs_f64() * 1e3;
    let units = |ms: f64| ((ms - attempt.startup_ms) / unit_ms).max(0.0);
    let came = |line: usize| moment(attempt, line).map(units);
    let since = |due: Due| due.after.and_then(came).unwrap_or(0.0);
    let mut rows: Vec<Row> = Vec::new();
    for (index, mark) in lab.timeline.marks.iter().enumerate() {
        let label = label(&mark.line, index + 1);
        rows.push(Row {
            label,
            since: since(mark.due),
            due: Some(mark.due.at),
            came: came(index + 1),
        });
    }
    for extra in attempt.marks.iter().filter(|mark| mark.of.is_none()) {
        let at = units(extra.stamp_ms.unwrap_or(extra.arrival_ms));
        rows.push(Row {
            label: label(&extra.line, rows.len() + 1),
            since: 0.0,
            due: None,
            came: Some(at),
        });
    }
    let ends = lab.timeline.ends;
    let end = Some(units(attempt.makespan_ms - attempt.shutdown_ms));
    rows.push(Row { label: "end".into(), since: since(ends), due: Some(ends.at), came: end });
    Some(rows)
}

/// When a line came, in milliseconds after the spawn.
fn moment(attempt: &Attempt, line: usize) -> Option<f64> {
    let mark = attempt.marks.iter().find(|mark| mark.of == Some(line))?;
    Some(mark.stamp_ms.unwrap_or(mark.arrival_ms))
}

/// The words of a line, without its placeholders and their stamps.
fn label(line: &str, number: usize) -> String {
    let words = line.split(['{', '}']).next().unwrap_or_default();
    let words = words
        .find(|c: char| c.is_ascii_digit())
        .filter(|at| words[*at..].len() > 9)
        .map_or(words, |at| &words[..at]);
    let words = words.trim().trim_end_matches([':', '=', '-', ',']).trim_end();
    if words.is_empty() { format!("line {number}") } else { one_line(words) }
}

/// Units to columns.
struct Scale {
    units: f64,
    columns: usize,
}

impl Scale {
    fn column(&self, units: f64) -> usize {
        let share = (units / self.units).clamp(0.0, 1.0);
        (share * (self.columns - 1) as f64).round() as usize
    }

    /// The whole units within, fewer of them where there are more than columns.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        let step = (self.units / self.columns as f64).ceil().max(1.0);
        let count = (self.units / step).floor() as usize;
        (0..=count.min(self.columns)).map(move |tick| tick as f64 * step)
    }

    /// The numbers of seconds above the units, as many as fit side by side.
    fn axis(&self, unit_s: f64) -> String {
        let mut axis = vec![' '; self.columns + 8];
        let mut free_from = 0;
        for unit in self.ticks() {
            let number: String = seconds(unit * unit_s).chars().take(8).collect();
            let at = self.column(unit);
            if at >= free_from {
                axis.splice(at..at + number.len(), number.chars());
                free_from = at + number.len() + 2;
            }
        }
        format!("{} s", axis.into_iter().collect::<String>().trim_end())
    }

    fn bar(&self, row: &Row, signs: &Signs) -> String {
        let mut bar = vec![' '; self.columns];
        for unit in self.ticks().skip(1) {
            bar[self.column(unit)] = signs.unit;
        }
        let end = row.came.or(row.due).unwrap_or(0.0);
        for (column, sign) in
            bar.iter_mut().enumerate().take(self.column(end)).skip(self.column(row.since))
        {
            let is_late = !row.is_near() && row.due.is_some_and(|due| column > self.column(due));
            *sign = if is_late || row.came.is_none() { signs.late } else { signs.wait };
        }
        bar[self.column(row.since)] = signs.start;
        let due = if row.is_near() { None } else { row.due };
        let points = [(due, signs.due), (row.came, signs.came)];
        for (at, sign) in points.into_iter().filter_map(|(at, sign)| Some((at?, sign))) {
            bar[self.column(at)] = sign;
        }
        bar.into_iter().collect()
    }
}

impl Row {
    /// Whether it came where it is due, as far as the eye is concerned.
    pub fn is_near(&self) -> bool {
        self.due.zip(self.came).is_some_and(|(due, came)| (came - due).abs() < NEAR)
    }

    /// When it came, and when it was due where that differs.
    pub fn times(&self, unit_s: f64) -> String {
        match (self.due, self.came) {
            (Some(_), Some(came)) if self.is_near() => time(came * unit_s),
            (Some(due), Some(came)) => {
                format!("{}, due at {}", time(came * unit_s), time(due * unit_s))
            }
            (Some(due), None) => format!("missing, due at {}", time(due * unit_s)),
            (None, Some(came)) => format!("{}, not due", time(came * unit_s)),
            (None, None) => String::new(),
        }
    }
}

fn time(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

/// `1`, `0.25`
pub(super) fn seconds(seconds: f64) -> String {
    let text = format!("{seconds:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
