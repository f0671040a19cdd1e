//! A course file for a script whose timeline was guessed: whole, so that it can be used at once,
//! with comments that say what to check. Pure.

use std::time::Duration;

use super::{Due, Timeline};
use crate::version::PythonVersion;

/// What a draft is made from.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The script's file name.
    pub script: &'a str,
    /// The script.
    pub source: &'a str,
    /// The interpreter that ran it, where that is known.
    pub python: Option<&'a PythonVersion>,
    /// The timeline that was guessed.
    pub timeline: &'a Timeline,
    /// For each line, when it came in each run, in milliseconds after the start.
    pub came_ms: &'a [Vec<f64>],
    /// When each run ended.
    pub ended_ms: &'a [f64],
}

impl Draft<'_> {
    /// The course file.
    pub fn text(&self) -> String {
        format!("{}{}{}{}", self.heading(), self.course(), self.lab(), self.timeline())
    }

    fn heading(&self) -> String {
        let runs = match self.ended_ms.len() {
            1 => "one run".to_owned(),
            runs => format!("{runs} runs"),
        };
        let python =
            self.python.map(|version| format!(" with Python {version}")).unwrap_or_default();
        format!(
            "# A draft by `labready course new`: what {runs} of `{}`{python} have in common.\n\
             # Go through every comment, then test it with `labready course lint` and `labready verify --course`.\n\
             # `labready course explain` describes the format.\n\n",
            self.script
        )
    }

    fn course(&self) -> String {
        let range = self
            .python
            .map_or(">=3.7".to_owned(), |version| format!(">={}.{}", version.major, version.minor));
        format!(
            "[course]\n\
             # Check: the name of the whole course.\n\
             name = {}\n\
             # Check: only one version was tried. Try others to widen the range or to end it (`\">=3.9, <3.14\"`).\n\
             python = {}\n\n\
             # Check: the packages that apt installs. `{{python}}` stands for the chosen interpreter's package.\n\
             [packages]\n\
             python = [\"{{python}}\", \"{{python}}-venv\"]\n\n\
             # Check: add the pip packages that the script imports.\n\
             [venv]\n\
             folder = \"venv\"\n\
             packages = []\n\n",
            quoted(&format!("A course with {}", self.script)),
            quoted(&range)
        )
    }

    fn lab(&self) -> String {
        let (teaches, check) = match docstring(self.source) {
            Some(docstring) => (docstring, "this is the script's docstring"),
            None => ("What a student learns from it".into(), "the script has no docstring"),
        };
        format!(
            "[[lab]]\n\
             script = {}\n\
             # Check: what a student learns from it; {check}.\n\
             teaches = {}\n\
             # Check: the longest sleep of which all waits are multiples. A delay of one unit is always noticed.\n\
             unit = {}\n",
            quoted(self.script),
            quoted(&teaches),
            quoted(&unit(self.timeline.unit))
        )
    }

    fn timeline(&self) -> String {
        let marks = &self.timeline.marks;
        let mut text = String::from(
            "# Check: every line and its time. Lines due at the same time may come in any order.\n",
        );
        if marks.iter().any(|mark| mark.line.contains("{any}")) {
            text += "# Check: `{any}` is text that differed between the runs, or that a course file cannot contain.\n";
        }
        let waits = marks.iter().map(|mark| mark.due).chain([self.timeline.ends]);
        if waits.clone().any(|due| due.after.is_some()) {
            text += "# Check: `after = N` means that this wait begins after line N (1 is the first) is printed. Times alone cannot show that,\n\
                     # so one more run was delayed on purpose. Waits without `after` did not wait for a line.\n";
        } else if waits.clone().any(|due| due.at > 0.0) {
            text += "# Check: no line waited for another. If one does, add `after = N`, the number of that line (1 is the first).\n";
        } else {
            text += "# Check: nothing waited, so only the lines can be judged.\n";
        }
        let rows = marks.iter().zip(self.came_ms).map(|(mark, came)| {
            format!(
                "    {{ {}, line = {} }}, # came at {}\n",
                due(mark.due),
                quoted(&mark.line),
                times(came)
            )
        });
        let ends = match self.timeline.ends.after {
            None => number(self.timeline.ends.at),
            Some(_) => format!("{{ {} }}", due(self.timeline.ends)),
        };
        text + "timeline = [\n"
            + &rows.collect::<String>()
            + &format!("]\nends = {ends} # ended at {}\n", times(self.ended_ms))
    }
}

/// `at = 2, after = 1`.
fn due(due: Due) -> String {
    let after = due.after.map(|line| format!(", after = {line}")).unwrap_or_default();
    format!("at = {}{after}", number(due.at))
}

/// `1.00 s, 1.01 s, 1.00 s`.
fn times(milliseconds: &[f64]) -> String {
    milliseconds.iter().map(|ms| format!("{:.2} s", ms / 1e3)).collect::<Vec<_>>().join(", ")
}

/// `2`, `0.25`.
fn number(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn unit(unit: Duration) -> String {
    format!("{}s", number(unit.as_secs_f64()))
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The first line of what a script says of itself, without its final point.
fn docstring(source: &str) -> Option<String> {
    let mut lines =
        source.lines().map(str::trim).skip_while(|line| line.is_empty() || line.starts_with('#'));
    let first = lines.next()?;
    let quotes = ["\"\"\"", "'''"].into_iter().find(|quotes| first.starts_with(quotes))?;
    let text = first[quotes.len()..].split(quotes).next()?.trim();
    let text = if text.is_empty() { lines.next()? } else { text };
    let text: String = text.trim_end_matches('.').chars().filter(|c| !c.is_control()).collect();
    (!text.is_empty() && !text.contains(quotes)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_of_itself_what_it_teaches() {
        assert_eq!(
            docstring("#!/usr/bin/python3\n\n\"\"\"Two tasks.\"\"\"\n").as_deref(),
            Some("Two tasks")
        );
        assert_eq!(docstring("'''\nTwo tasks\nshare.\n'''\n").as_deref(), Some("Two tasks"));
        assert_eq!(docstring("import asyncio\n\"\"\"No.\"\"\"\n"), None);
        assert_eq!(docstring("\"\"\"\"\"\"\n"), None);
    }

    #[test]
    fn numbers_and_texts_are_written_as_toml_reads_them() {
        assert_eq!([2.0, 0.25, 0.0].map(number), ["2", "0.25", "0"]);
        assert_eq!(quoted("a \"b\" \\ c"), "'a \"b\" \\ c'");
    }
}
