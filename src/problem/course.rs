//! Problems with a course file.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::version::{Requirement, RequirementFault};
use crate::words::{path, quoted};

/// A course file that is not usable: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseProblem {
    /// The file, with its line where it is known: `course.toml:12`.
    pub location: String,
    /// What is wrong.
    pub fault: CourseFault,
}

/// What can be wrong with a course file.
#[derive(Clone, Debug, PartialEq)]
pub enum CourseFault {
    /// There is no such file.
    NotFound,
    /// It, or a script, is larger than this.
    TooLarge {
        /// In bytes.
        limit_bytes: u64,
    },
    /// It is not UTF-8.
    NotUtf8,
    /// It is not a course file's TOML.
    Toml {
        /// What the reader said.
        said: String,
    },
    /// A text holds a control character.
    ControlCharacter {
        /// The text.
        text: String,
    },
    /// A range of Pythons cannot be read.
    BadRange {
        /// What is wrong with it.
        fault: RequirementFault,
    },
    /// No Python can be in the range.
    EmptyRange {
        /// The range.
        range: Requirement,
    },
    /// `packages.python` does not name the interpreter.
    NoInterpreterPackage,
    /// A package's name is none.
    PackageName {
        /// The name.
        name: String,
    },
    /// The virtual environment's folder is not below the current one.
    VenvFolder {
        /// The folder.
        folder: String,
    },
    /// The name of a package for pip is none.
    PipName {
        /// The name.
        name: String,
    },
    /// It has no lab.
    NoLab,
    /// Two labs have the same script.
    TwoLabs {
        /// The script.
        script: String,
    },
    /// A script's name is not a plain Python file name.
    ScriptName {
        /// The name.
        script: String,
    },
    /// There is no such script.
    ScriptMissing {
        /// Where it should be.
        script: PathBuf,
    },
    /// A script leads out of the course's folder.
    ScriptOutside {
        /// The script.
        script: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// A script is not a file.
    ScriptNotFile {
        /// The script.
        script: String,
    },
    /// A unit is not a time that a lab can have.
    Unit {
        /// What was written.
        text: String,
    },
    /// A line of a timeline cannot be meant.
    Line {
        /// The line.
        text: String,
        /// Why not.
        why: LineFault,
    },
    /// A timeline contradicts itself.
    Timeline {
        /// The lab's script.
        script: String,
        /// In what.
        contradiction: TimelineFault,
    },
}

/// Why a line of a timeline cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// It is empty.
    Empty,
    /// It holds a control character.
    ControlCharacter,
    /// It holds an unknown placeholder.
    Placeholder,
    /// It has two stamps.
    TwoStamps,
}

/// In what a timeline contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimelineFault {
    /// Something is due before the start, or too late.
    OutOfLimits {
        /// What.
        entry: TimelineEntry,
        /// When it is due, in units.
        at: f64,
        /// The latest that is allowed, in units.
        last: f64,
    },
    /// Something waits for a line that is not above it.
    AfterNotAbove {
        /// What.
        entry: TimelineEntry,
        /// The line that it waits for.
        after: usize,
    },
    /// Something is due before the line that it waits for.
    BeforeItsLine {
        /// What.
        entry: TimelineEntry,
        /// When it is due, in units.
        at: f64,
        /// The line that it waits for.
        after: usize,
        /// When that is due, in units.
        after_at: f64,
    },
    /// The end is due before the last line.
    EndBeforeLastLine {
        /// When the end is due, in units.
        end: f64,
        /// When the last line is, in units.
        last: f64,
    },
}

/// Something that a timeline says when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineEntry {
    /// A line; 1 is the first.
    Line(usize),
    /// The end of the script.
    End,
}

impl Describe for CourseProblem {
    fn id(&self) -> Id {
        Id::CourseInvalid
    }

    fn title(&self) -> String {
        format!("{}: {}", self.location, self.fault.words())
    }

    fn remedy(&self, _: &Invocation) -> Option<Remedy> {
        Remedy::advice(self.fault.fix())
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

impl CourseFault {
    /// What is wrong.
    pub fn words(&self) -> String {
        match self {
            Self::NotFound => "the course file does not exist".into(),
            Self::TooLarge { limit_bytes } => format!("it is larger than {limit_bytes} bytes"),
            Self::NotUtf8 => "it is not UTF-8".into(),
            Self::Toml { said } => said.clone(),
            Self::ControlCharacter { text } => {
                format!("the text {text:?} contains a control character")
            }
            Self::BadRange { fault } => fault.to_string(),
            Self::EmptyRange { range } => format!("no Python version is in `{range}`"),
            Self::NoInterpreterPackage => "`packages.python` does not list the interpreter".into(),
            Self::PackageName { name } => format!("{} is not a package name", quoted(name)),
            Self::VenvFolder { folder } => {
                format!("{} is not a folder below the current one", quoted(folder))
            }
            Self::PipName { name } => format!("{} is not the name of a pip package", quoted(name)),
            Self::NoLab => "the course has no labs".into(),
            Self::TwoLabs { script } => format!("two labs have the script {}", quoted(script)),
            Self::ScriptName { script } => {
                format!("the script {} is not a plain Python file name", quoted(script))
            }
            Self::ScriptMissing { script } => format!("the script {} does not exist", path(script)),
            Self::ScriptOutside { script, target } => format!(
                "the script {} is a link out of the course's folder, to {}",
                quoted(script),
                path(target)
            ),
            Self::ScriptNotFile { script } => {
                format!("the script {} is not a file", quoted(script))
            }
            Self::Unit { text } => {
                format!(
                    "`unit = \"{}\"` is not a time between 100 ms and 60 s",
                    text.escape_debug()
                )
            }
            Self::Line { text, why } => why.words(text),
            Self::Timeline { script, contradiction } => format!(
                "the timeline of {} contradicts itself: {}",
                quoted(script),
                contradiction.words()
            ),
        }
    }

    fn fix(&self) -> String {
        match self {
            Self::NotFound => {
                "use `--course` with a course.toml or the folder that contains it".into()
            }
            Self::TooLarge { .. } => "shorten it".into(),
            Self::NotUtf8 => "save the file as UTF-8".into(),
            Self::Toml { .. } | Self::NoLab => "compare it with the course file that `labready course show` prints".into(),
            Self::ControlCharacter { .. } => "write it on one line, in plain words".into(),
            Self::BadRange { .. } | Self::EmptyRange { .. } => {
                "write the range under `[course]`, like `python = \">=3.7, <3.14\"`".into()
            }
            Self::NoInterpreterPackage => "add `\"{python}\"` to it".into(),
            Self::PackageName { .. } => {
                "use lower-case letters, digits, `+`, `-` and `.`; `{python}` stands for the interpreter".into()
            }
            Self::VenvFolder { .. } => {
                "use a plain name such as `venv`; `--venv DIR` accepts any folder".into()
            }
            Self::PipName { .. } => "write the name alone, for example `wheel`".into(),
            Self::TwoLabs { .. } => "give each lab a script of its own".into(),
            Self::ScriptName { .. } => {
                "put the script beside the course file, with a name like `learning_tasks.py`".into()
            }
            Self::ScriptMissing { .. } | Self::ScriptOutside { .. } | Self::ScriptNotFile { .. } => {
                "put the script itself beside the course file".into()
            }
            Self::Unit { .. } => "write for example `unit = \"1s\"` or `unit = \"250ms\"`".into(),
            Self::Line { .. } => {
                "write the text as it is printed, with at most one `{stamp}` for the time and `{any}` for free text".into()
            }
            Self::Timeline { contradiction, .. } => contradiction.fix(),
        }
    }
}

impl LineFault {
    fn words(self, text: &str) -> String {
        match self {
            Self::Empty => "a line of the timeline is empty".into(),
            Self::ControlCharacter => format!("the line {text:?} contains a control character"),
            Self::Placeholder => {
                format!("the line {} contains an unknown placeholder", quoted(text))
            }
            Self::TwoStamps => format!("the line {} has two stamps", quoted(text)),
        }
    }
}

impl TimelineFault {
    /// The contradiction.
    pub fn words(self) -> String {
        match self {
            Self::OutOfLimits { entry, at, .. } => format!("{} is due at {at}", entry.words()),
            Self::AfterNotAbove { entry, after } => {
                format!("{} waits for line {after}, which is not above it", entry.words())
            }
            Self::BeforeItsLine { entry, at, after, after_at } => format!(
                "{} is due at {at}, before line {after}, which it waits for, at {after_at}",
                entry.words()
            ),
            Self::EndBeforeLastLine { end, last } => {
                format!("the end is due at {end}, before the last line at {last}")
            }
        }
    }

    fn fix(self) -> String {
        match self {
            Self::OutOfLimits { last, .. } => {
                format!("write units after the start, from 0 to {last}")
            }
            Self::AfterNotAbove { .. } => {
                "set `after` to the number of a line further up; the first line is 1".into()
            }
            Self::BeforeItsLine { after_at, .. } => {
                format!("give it an `at` of {after_at} or more")
            }
            Self::EndBeforeLastLine { last, .. } => format!("set `ends` to {last} or more"),
        }
    }
}

impl TimelineEntry {
    fn words(self) -> String {
        match self {
            Self::Line(number) => format!("line {number}"),
            Self::End => "the end".into(),
        }
    }
}
