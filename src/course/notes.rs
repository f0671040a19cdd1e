//! What an author should know of a course that is not wrong. Pure.

use std::time::Duration;

use super::{Course, Lab};

/// A shorter unit is hard to tell from what a busy machine does.
const SHORT: Duration = Duration::from_millis(250);
/// A longer lab is one that a class waits for.
const LONG: Duration = Duration::from_secs(30);

impl Course {
    /// What is not wrong and still worth a second look, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.labs.iter().flat_map(of_lab).collect();
        if self.labs.is_empty() {
            notes.push("the course has no lab: nothing proves that a workstation is ready".into());
        }
        notes
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

fn of_lab(lab: &Lab) -> Vec<String> {
    let (script, timeline) = (&lab.script, &lab.timeline);
    let mut notes = Vec::new();
    if timeline.ends.at <= 0.0 {
        notes.push(format!("`{script}` waits for nothing: only its lines are judged"));
    } else if timeline.unit < SHORT {
        notes.push(format!(
            "`{script}` has a unit of {} ms: a busy machine will often be too noisy to judge it; {} ms or more are safer",
            timeline.unit.as_millis(),
            SHORT.as_millis()
        ));
    }
    if lab.duration() > LONG {
        notes.push(format!(
            "`{script}` takes {} s: everybody who verifies the course waits for it",
            lab.duration().as_secs_f64()
        ));
    }
    let bare = |line: &str| line.replace("{any}", "").trim().is_empty();
    for (index, _) in timeline.marks.iter().enumerate().filter(|(_, mark)| bare(&mark.line)) {
        notes.push(format!(
            "line {} of `{script}` is free text alone: anything that is printed counts as it",
            index + 1
        ));
    }
    if lab.teaches.trim().is_empty() {
        notes.push(format!("`{script}` does not say what it teaches"));
    }
    notes
}
