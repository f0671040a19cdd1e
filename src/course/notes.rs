//! What an author should know of a course that is not wrong. Pure.

use std::time::Duration;

use super::{Course, Lab};
use crate::problem::CourseNote;

/// A shorter unit is hard to tell from what a busy machine does.
const SHORT: Duration = Duration::from_millis(250);
/// A longer lab is one that a class waits for.
const LONG: Duration = Duration::from_secs(30);

impl Course {
    /// What is not wrong and still worth a second look.
    pub fn notes(&self) -> Vec<CourseNote> {
        self.labs.iter().flat_map(of_lab).collect()
    }

    /// How long all labs take: they run side by side.
    pub fn duration(&self) -> Duration {
        self.labs.iter().map(Lab::duration).max().unwrap_or_default()
    }
}

impl Lab {
    /// How long it takes, but for the interpreter's own start.
    pub fn duration(&self) -> Duration {
        self.timeline.due(self.timeline.ends)
    }
}

fn of_lab(lab: &Lab) -> Vec<CourseNote> {
    let (script, timeline) = (lab.script.clone(), &lab.timeline);
    let mut notes = Vec::new();
    if timeline.ends.at <= 0.0 {
        notes.push(CourseNote::NoWait { script: script.clone() });
    } else if timeline.unit < SHORT {
        let (unit, safe) = (timeline.unit, SHORT);
        notes.push(CourseNote::ShortUnit { script: script.clone(), unit, safe });
    }
    if lab.duration() > LONG {
        notes.push(CourseNote::LongLab { script: script.clone(), duration: lab.duration() });
    }
    let is_bare = |line: &str| line.replace("{any}", "").trim().is_empty();
    for (index, _) in timeline.marks.iter().enumerate().filter(|(_, mark)| is_bare(&mark.line)) {
        notes.push(CourseNote::AnyLine { script: script.clone(), line: index + 1 });
    }
    if lab.teaches.trim().is_empty() {
        notes.push(CourseNote::NothingTaught { script });
    }
    notes
}
