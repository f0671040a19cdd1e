//! How a run of labready ended, and what it said.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

/// How a run of labready ended, and what it said.
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Fails the test unless the run ended with this code.
    #[track_caller]
    pub fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Its JSON document.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The names of the problems in its JSON document: the error's first, then those that were
    /// reported on the way.
    #[track_caller]
    pub fn problems(&self) -> Vec<String> {
        let document = self.document();
        let error = document["error"]["problem"]["id"].as_str().map(str::to_owned);
        let found = document["problems"].as_array().unwrap().iter();
        let found = found.map(|problem| problem["id"].as_str().unwrap().to_owned());
        error.into_iter().chain(found).collect()
    }

    /// What was said on standard error, without the times.
    pub fn said(&self) -> String {
        without_times(&self.stderr)
    }

    /// How each step ended, in the order of their titles: the two lanes end theirs as they come.
    pub fn steps(&self) -> String {
        let endings = ["done: ", "failed: ", "not tried: "];
        let said = self.said();
        let is_step = |line: &&str| endings.iter().any(|ending| line.starts_with(ending));
        let mut steps: Vec<&str> = said.lines().map(uncounted).filter(is_step).collect();
        steps.sort_unstable();
        steps.join("\n")
    }

    /// The last error, and what follows it.
    pub fn error(&self) -> String {
        let starts = ["error: ", "error["].map(|start| format!("\n{start}"));
        let said = format!("\n{}", self.stderr);
        let start = starts.iter().filter_map(|start| said.rfind(start)).max();
        said[start.unwrap_or_else(|| panic!("no error: {self}"))..].trim_start().to_owned()
    }

    /// What was printed, without how much is free on the disks.
    pub fn printed(&self) -> String {
        let lines = self.stdout.lines().map(|line| match line.split_once("enough (") {
            Some((before, _)) => format!("{before}enough (FREE)\n"),
            None => format!("{line}\n"),
        });
        lines.collect()
    }

    /// The last line of what was printed, before what to type next.
    pub fn last_line(&self) -> &str {
        let end = self.stdout.find("\n\nPython 3.").unwrap_or(self.stdout.len());
        self.stdout[..end].lines().last().unwrap_or_default()
    }
}

/// `2 of 6 done: …` without the count.
fn uncounted(line: &str) -> &str {
    let is_count = |count: &str| count.bytes().all(|b| b.is_ascii_digit() || b" of".contains(&b));
    line.find("done: ").filter(|at| is_count(&line[..*at])).map_or(line, |at| &line[at..])
}

/// `12 ms` and the like differ from run to run.
fn without_times(text: &str) -> String {
    let unit = |word: Option<&&str>| word.is_some_and(|word| ["ms)", "s)"].contains(word));
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let shown = words.iter().enumerate().map(|(at, word)| {
            if word.starts_with('(') && unit(words.get(at + 1)) { "(TIME" } else { word }
        });
        shown.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}

impl Display for Output {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
