//! What a lab prints, and when, in units of its sleep.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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

    /// What contradicts itself, as a sentence and what to write instead; `None` when nothing does.
    pub fn contradiction(&self) -> Option<(String, String)> {
        let due = self.marks.iter().map(|mark| mark.due).chain([self.ends]);
        for (index, due) in due.enumerate() {
            let what = if index < self.marks.len() {
                format!("line {}", index + 1)
            } else {
                "the end".into()
            };
            if !(0.0..=LAST).contains(&due.at) {
                return Some((
                    format!("{what} is due at {}", due.at),
                    format!("write units after the start, from 0 to {LAST}"),
                ));
            }
            let Some(after) = due.after else { continue };
            if after == 0 || after > index {
                let hint =
                    "`after` takes the number of a line further up; the first line is 1".to_owned();
                return Some((
                    format!("{what} waits for line {after}, which is not above it"),
                    hint,
                ));
            }
            let before = self.marks[after - 1].due.at;
            if before > due.at {
                let problem = format!(
                    "{what} is due at {}, before line {after}, which it waits for, at {before}",
                    due.at
                );
                return Some((problem, format!("give it an `at` of {before} or more")));
            }
        }
        let last = self.marks.iter().map(|mark| mark.due.at).fold(0.0, f64::max);
        (self.ends.at < last).then(|| {
            (
                format!("the end is due at {}, before the last line at {last}", self.ends.at),
                format!("write `ends = {last}` or more"),
            )
        })
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
