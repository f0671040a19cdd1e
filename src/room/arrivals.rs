//! What arrived from the machines of a room, in whatever order: the newest report of each, or why
//! there is none.

use std::collections::BTreeMap;

use serde::Serialize;

use super::absence::Absence;
use super::input::Arrival;
use super::summary::Summary;

/// More places than anybody reads through.
const NAMED: usize = 50;
/// Files with the name of what they hold: the folder has the machine's name.
const COMMON: [&str; 6] = ["report", "labready", "doctor", "setup", "verify", "stdout"];
/// Endings of files with reports. A name may have dots of its own.
const ENDINGS: [&str; 4] = [".json", ".line", ".out", ".txt"];
/// Endings of files with a report a line, of many machines.
const OF_MANY: [&str; 2] = [".ndjson", ".jsonl"];

/// A place that holds no report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unread {
    /// The file; `-` is standard input.
    pub file: String,
    /// From which line on; 1 is the first, 0 stands for the whole file.
    pub line: usize,
    /// What it holds instead.
    pub absence: Absence,
}

/// Places without a report: how many, and the first of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnreadPlaces {
    /// How many there are.
    pub count: usize,
    /// The first ones in their order, whatever order they came in.
    pub first: Vec<Unread>,
}

impl UnreadPlaces {
    fn add(&mut self, unread: Unread) {
        self.count += 1;
        let at = self.first.partition_point(|known| *known < unread);
        if at < NAMED {
            self.first.insert(at, unread);
            self.first.truncate(NAMED);
        }
    }

    /// Takes others in.
    pub fn extend(&mut self, others: Self) {
        let count = self.count + others.count;
        others.first.into_iter().for_each(|unread| self.add(unread));
        self.count = count;
    }
}

/// Everything that arrived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrivals {
    /// The newest report of each machine.
    pub reports: BTreeMap<String, Summary>,
    /// Why there is none of others. A machine with a report may stand here, too.
    pub absences: BTreeMap<String, Absence>,
    /// Places without a report.
    pub unread: UnreadPlaces,
    /// Those that are named after a machine: where it has no other report, they are the reason.
    pub unread_of: BTreeMap<String, UnreadPlaces>,
    /// How many reports were not the newest.
    pub superseded_count: usize,
}

/// A file whose documents are being read.
#[derive(Clone, Debug, Default)]
pub struct ReportSource {
    /// How it is shown.
    shown: String,
    /// The machine that it is named after; `None` where it holds reports of many.
    machine: Option<String>,
    /// The newest report, as long as all are of one machine.
    report: Option<Box<Summary>>,
    /// Whether anything in it was a report or an entry.
    is_useful: bool,
    /// What else is in it.
    unread: UnreadPlaces,
    /// The worst of that.
    absence: Option<Absence>,
}

impl ReportSource {
    /// A file by its path below the one that was named. Without a path: standard input.
    pub fn new(path: Option<&[String]>) -> Self {
        let shown = path.map_or_else(|| "-".to_owned(), |path| path.join("/"));
        Self { shown, machine: path.and_then(machine), ..Self::default() }
    }

    fn add_unread(&mut self, line: usize, absence: Absence) {
        self.absence = self.absence.take().max(Some(absence.clone()));
        self.unread.add(Unread { file: self.shown.clone(), line, absence });
    }
}

/// The machine's name: the file's, or that of the first folder where the file's says nothing.
fn machine(path: &[String]) -> Option<String> {
    let (file, folders) = path.split_last()?;
    if OF_MANY.iter().any(|ending| file.ends_with(ending)) {
        return None;
    }
    let stem = ENDINGS.iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file);
    match COMMON.contains(&stem) {
        true => folders.first().cloned(),
        false => Some(stem.to_owned()),
    }
}

impl Arrivals {
    /// Takes a report of the machine with this name.
    pub fn add_report(&mut self, name: &str, summary: Summary) {
        match self.reports.get_mut(name) {
            None => drop(self.reports.insert(name.to_owned(), summary)),
            Some(known) => {
                self.superseded_count += 1;
                if summary.is_newer_than(known) {
                    *known = summary;
                }
            }
        }
    }

    /// Takes the reason why there is no report of the machine with this name.
    pub fn add_absence(&mut self, name: &str, absence: Absence) {
        let known = self.absences.entry(name.to_owned()).or_insert(Absence::Missing);
        *known = known.clone().max(absence);
    }

    /// Takes what was found in a file.
    pub fn add(&mut self, file: &mut ReportSource, found: Arrival) {
        match found {
            Arrival::Report(summary) => {
                file.is_useful = true;
                self.add_from(file, summary);
            }
            Arrival::Entry { machine, absence } => {
                file.is_useful = true;
                self.add_absence(&machine, absence);
            }
            Arrival::Unread { line, absence } => file.add_unread(line, absence),
        }
    }

    /// A file is named after its machine as long as all its reports are of one host.
    fn add_from(&mut self, file: &mut ReportSource, summary: Box<Summary>) {
        if file.machine.is_none() {
            return self.add_by_host(&file.shown, *summary);
        }
        match file.report.take() {
            None => file.report = Some(summary),
            Some(known) if known.hostname() == summary.hostname() => {
                self.superseded_count += 1;
                let is_newer = summary.is_newer_than(&known);
                file.report = Some(if is_newer { summary } else { known });
            }
            Some(known) => {
                file.machine = None;
                self.add_by_host(&file.shown, *known);
                self.add_by_host(&file.shown, *summary);
            }
        }
    }

    /// Ends a file; `has_text`: there was something in it.
    pub fn close(&mut self, mut file: ReportSource, has_text: bool) {
        if !has_text {
            file.add_unread(0, Absence::Empty);
        }
        self.close_read(file);
    }

    /// Ends a file that could not be read.
    pub fn close_unreadable(&mut self, mut file: ReportSource, said: String) {
        file.add_unread(0, Absence::Unreadable { said });
        self.close_read(file);
    }

    fn close_read(&mut self, file: ReportSource) {
        let ReportSource { machine, report, is_useful, unread, absence, .. } = file;
        match (machine, report) {
            (Some(machine), Some(report)) => self.add_report(&machine, *report),
            (Some(machine), None) if !is_useful => {
                absence.into_iter().for_each(|absence| self.add_absence(&machine, absence));
                return self.unread_of.entry(machine).or_default().extend(unread);
            }
            _ => {}
        }
        self.unread.extend(unread);
    }

    /// A report of a machine that no file is named after: its own name counts.
    fn add_by_host(&mut self, shown: &str, summary: Summary) {
        match summary.hostname().filter(|name| !name.is_empty()).map(str::to_owned) {
            Some(name) => self.add_report(&name, summary),
            None => {
                let (file, absence) = (shown.to_owned(), Absence::Unnamed);
                self.unread.add(Unread { file, line: 0, absence });
            }
        }
    }
}
