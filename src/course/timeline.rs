//! What a lab prints, and when, in units of its sleep.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::problem::{TimelineEntry, TimelineFault};

/// No lab takes longer, in units.
const LAST: f64 = 1000.0;

/// The marks of a lab in the order of the course file, and its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timeline {
    /// How long one unit is: the lab's sleep.
    #[serde(rename = "unit_ms", with = "milliseconds")]
    #[cfg_attr(test, schemars(with = "u64", range(min = 1)))]
    pub unit: Duration,
    /// Every line that is printed, and no others.
    pub marks: Vec<Mark>,
    /// When the script's process ends.
    pub ends: Due,
}

/// A line and when it is due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mark {
    /// When.
    #[serde(flatten)]
    pub due: Due,
    /// The line; `{stamp}` is a `datetime.now()`, `{any}` any text.
    pub line: String,
}

/// A point in time, in units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Due {
    /// Units after the start.
    pub at: f64,
    /// The line (1 is the first) that must be printed before this wait begins; without it the wait
    /// begins at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<usize>,
}

impl Timeline {
    /// When a mark is due after the start, on a machine without load.
    pub fn due(&self, due: Due) -> Duration {
        self.unit.mul_f64(due.at)
    }

    /// In what it contradicts itself; `None` when it does not.
    pub fn contradiction(&self) -> Option<TimelineFault> {
        let lines = self.marks.iter().enumerate();
        let lines = lines.map(|(index, mark)| (TimelineEntry::Line(index + 1), mark.due));
        let last = self.marks.iter().map(|mark| mark.due.at).fold(0.0, f64::max);
        let end = self.ends.at;
        lines
            .chain([(TimelineEntry::End, self.ends)])
            .enumerate()
            .find_map(|(above, (entry, due))| self.fault(above, entry, due))
            .or_else(|| (end < last).then_some(TimelineFault::EndBeforeLastLine { end, last }))
    }

    /// What is wrong with one entry, which has so many lines above it.
    fn fault(&self, above: usize, entry: TimelineEntry, due: Due) -> Option<TimelineFault> {
        let at = due.at;
        if !(0.0..=LAST).contains(&at) {
            return Some(TimelineFault::OutOfLimits { entry, at, last: LAST });
        }
        let after = due.after?;
        if after == 0 || after > above {
            return Some(TimelineFault::AfterNotAbove { entry, after });
        }
        let after_at = self.marks[after - 1].due.at;
        (after_at > at).then_some(TimelineFault::BeforeItsLine { entry, at, after, after_at })
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(duration.as_millis().try_into().unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
