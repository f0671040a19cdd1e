//! The mistakes of `tests/mistakes`: a file each, and what is due of it.
//!
//! `expected.tsv` has a line for each file: the lab, the file, the versions of Python that it is
//! about (`*` for all that have no line of their own), the reason, the line of the script, the
//! sentence. What was measured is written as `…`.

use std::fs;
use std::path::{Path, PathBuf};

use labready::course::{Course, Lab};
use labready::lab::{LabResult, Verdict};

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Case {
    pub lab: String,
    pub mistake: String,
    versions: String,
    reason: String,
    line: Option<usize>,
    sentence: String,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// Every line of the table.
fn table() -> Vec<Case> {
    let table = fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let cases = lines.map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 6, "{line}");
        Case {
            lab: fields[0].into(),
            mistake: fields[1].into(),
            versions: fields[2].into(),
            reason: fields[3].into(),
            line: fields[4].parse().ok(),
            sentence: fields[5].into(),
        }
    });
    cases.collect()
}

/// The mistakes as one version of Python shows them: `3.11`.
pub fn cases(version: &str) -> Vec<Case> {
    let table = table();
    let is_own = |case: &Case| case.versions.split(' ').any(|other| other == version);
    let has_own = |case: &Case| {
        table.iter().any(|other| {
            is_own(other) && (&other.lab, &other.mistake) == (&case.lab, &case.mistake)
        })
    };
    let fits = |case: &&Case| is_own(case) || case.versions == "*" && !has_own(case);
    table.iter().filter(fits).cloned().collect()
}

impl Case {
    /// Its file.
    pub fn file(&self) -> PathBuf {
        folder().join(&self.lab).join(format!("{}.py", self.mistake))
    }

    /// Its lab.
    pub fn lab(&self) -> Lab {
        let labs = Course::embedded().unwrap().labs;
        labs.into_iter().find(|lab| lab.name == self.lab).unwrap()
    }

    /// What its script says, as labready reads it.
    #[allow(dead_code, reason = "the judge's tests read the file itself")]
    pub fn source(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.file()).unwrap()).into_owned()
    }

    /// What is wrong with a result, as a line for the failure message.
    pub fn complaint(&self, version: &str, result: &LabResult) -> Option<String> {
        let (is, due) = (shown(result), (self.reason.clone(), self.line, self.sentence.clone()));
        let is_right = result.status == Verdict::Fail && is == due;
        (!is_right).then(|| {
            format!(
                "{}/{} on {version}, {:?}:\n  is  {is:?}\n  due {due:?}",
                self.lab, self.mistake, result.status
            )
        })
    }
}

/// The reason, the line and the sentence of a result.
pub fn shown(result: &LabResult) -> (String, Option<usize>, String) {
    let reason = serde_json::to_value(result.reason).unwrap();
    (reason.as_str().unwrap().to_owned(), result.line, unmeasured(&result.summary))
}

/// A text with `…` in the place of what was measured, of dates, and of where something lies in
/// memory.
pub fn unmeasured(text: &str) -> String {
    let is_time = |word: &str| word.chars().all(|c| c.is_ascii_digit() || c == '.');
    // `2026-03-02`, `10:15:31.201934`
    let is_like = |word: &str, shape: &str| {
        let digits = |c: char| if c.is_ascii_digit() { 'd' } else { c };
        word.chars().map(digits).collect::<String>().starts_with(shape)
    };
    let words: Vec<&str> = text.split(' ').collect();
    let shown = words.iter().enumerate().map(|(index, word)| {
        let unit =
            words.get(index + 1).map_or("", |unit| unit.trim_end_matches([',', '.', ':', ';']));
        match word.split_once("0x") {
            _ if ["ms", "s"].contains(&unit) && is_time(word) => "…".to_owned(),
            Some((before, after)) if after.len() > 8 => format!("{before}0x…"),
            _ if is_like(word, "dddd-dd-dd") || is_like(word, "dd:dd:dd") => "…".to_owned(),
            _ => (*word).to_owned(),
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Every file has a line in the table, and every line a file.
#[test]
fn every_mistake_stands_in_the_table() {
    let mut files = Vec::new();
    for lab in Course::embedded().unwrap().labs {
        for entry in fs::read_dir(folder().join(&lab.name)).unwrap() {
            files.push(entry.unwrap().path());
        }
    }
    let mut listed: Vec<PathBuf> = table().iter().map(Case::file).collect();
    listed.sort();
    listed.dedup();
    files.sort();
    assert_eq!(files, listed);
    assert!(files.len() >= 50, "{} mistakes", files.len());
}
