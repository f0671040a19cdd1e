//! The one catalogue of what can be wrong with a machine, a course or a wish, and of what is worth
//! knowing. Pure, and closed.
//!
//! A kind of problem is a variant of one of the groups below: its fields are the evidence (paths,
//! package names, versions, user ids; no sentences). A group's file is the only home of its texts,
//! its remedies and the way they end a run, each in one exhaustive match, so that a new variant
//! does not compile until all of them are there. [`Id`] names the kinds for reports and for
//! `labready explain`, and has a page for each.
//!
//! Machines decide which problem there is; exit codes and texts of other programs are evidence,
//! never the reason.

mod apt;
mod archive;
mod bundle;
mod changes;
mod course;
mod course_note;
mod disk;
mod id;
mod invocation;
mod journal;
mod labs;
mod machine;
mod network;
mod other_run;
mod output;
mod packages;
mod pip;
mod platform;
mod python;
mod python_link;
mod read_only;
mod record;
mod remedy;
mod requirement;
mod rights;
mod room;
mod roots_file;
mod scripts;
mod selection;
mod sources;
mod usage;
mod venv;

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize, Serializer};

use crate::exit::Exit;
use crate::words::{indented_lines, one_line};

pub use apt::AptProblem;
pub use archive::ArchiveProblem;
pub use bundle::{BundleFlaw, BundleObstacle, BundleProblem, BundleTarget};
pub use changes::{ChangeProblem, Leftover};
pub use course::{CourseFault, CourseProblem, LineFault, TimelineEntry, TimelineFault};
pub use course_note::CourseNote;
pub use disk::{DiskProblem, FULL_BYTES};
pub use id::Id;
pub use invocation::Invocation;
pub use journal::{JournalProblem, Openness};
pub use labs::{Difference, LabProblem, ScriptFlaw, SelftestVerdict, Unclear};
pub use machine::MachineProblem;
pub use network::{ClockOwner, NetworkProblem, ServerFailure, Silence};
pub use other_run::OtherRun;
pub use output::{OutputFault, OutputProblem};
pub use packages::{PackageOwner, PackageProblem};
pub use pip::PipFailure;
pub use platform::{DriveOwner, PlatformProblem, SharedDrive};
pub use python::{Obstacle, PythonFlaw, PythonProblem};
pub use python_link::{Occupant, PythonLink, SYSTEM_PYTHON};
pub use read_only::{ReadOnly, ReadOnlyMount};
pub use record::ProblemRecord;
pub use remedy::{Fix, Remedy, RootBy};
pub use rights::{NoRights, RightsProblem};
pub use room::{NodesetFault, RoomProblem};
pub use roots_file::RootsFile;
pub use scripts::{FileFault, ScriptProblem};
pub use selection::{Change, GROUP, GroupDamage, GroupFlaw, LINK, SelectionProblem};
pub use sources::{KeyFlaw, SourceFailure, SourceLocation};
pub use usage::{FolderFault, UsageProblem};
pub use venv::{ForeignFolder, VenvFlaw, VenvProblem};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// May hurt later.
    Warning,
    /// Keeps the machine from being ready, or the command from being carried out.
    Error,
}

/// What every kind can say of itself. Each group implements it with one match a method.
pub trait Describe {
    /// Its name in reports and for `labready explain`.
    fn id(&self) -> Id;

    /// How much it matters, unless the command that meets it knows better.
    fn severity(&self) -> Severity {
        Severity::Error
    }

    /// What is wrong, on what: one sentence without its period.
    fn title(&self) -> String;

    /// What exactly was seen, or empty.
    fn evidence(&self) -> String {
        String::new()
    }

    /// What to do about it. `typed` makes complete commands of labready's own.
    fn remedy(&self, typed: &Invocation) -> Option<Remedy>;

    /// How a run ends because of it.
    fn exit(&self) -> Exit {
        Exit::NotReady
    }
}

/// Every kind of problem, by group.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// Of apt, dpkg and the packages.
    Apt(AptProblem),
    /// Of deadsnakes.
    Archive(ArchiveProblem),
    /// Of a bundle.
    Bundle(BundleProblem),
    /// Of what setup would still do, and what undo leaves.
    Changes(ChangeProblem),
    /// Of a course file.
    Course(CourseProblem),
    /// Of a course file with which nothing is wrong.
    CourseNote(CourseNote),
    /// Of a disk without room.
    Disk(DiskProblem),
    /// Of the journal that `undo` reads.
    Journal(JournalProblem),
    /// Of scripts.
    Labs(LabProblem),
    /// Of the machine as it is.
    Machine(MachineProblem),
    /// Of the network, its servers and apt's sources.
    Network(NetworkProblem),
    /// Of the files that reports and logs are written to.
    Output(OutputProblem),
    /// Of packages.
    Package(PackageProblem),
    /// Of the system as it was installed.
    Platform(PlatformProblem),
    /// Of the interpreter.
    Python(PythonProblem),
    /// Of what the account may do.
    Rights(RightsProblem),
    /// Of the reports of a room.
    Room(RoomProblem),
    /// Of a script that was named.
    Script(ScriptProblem),
    /// Of the link that selects the interpreter.
    Selection(SelectionProblem),
    /// Of what was typed.
    Usage(UsageProblem),
    /// Of the virtual environment.
    Venv(VenvProblem),
}

impl ProblemKind {
    fn group(&self) -> &dyn Describe {
        match self {
            Self::Apt(group) => group,
            Self::Archive(group) => group,
            Self::Bundle(group) => group,
            Self::Changes(group) => group,
            Self::Course(group) => group,
            Self::CourseNote(group) => group,
            Self::Disk(group) => group,
            Self::Journal(group) => group,
            Self::Labs(group) => group,
            Self::Machine(group) => group,
            Self::Network(group) => group,
            Self::Output(group) => group,
            Self::Package(group) => group,
            Self::Platform(group) => group,
            Self::Python(group) => group,
            Self::Rights(group) => group,
            Self::Room(group) => group,
            Self::Script(group) => group,
            Self::Selection(group) => group,
            Self::Usage(group) => group,
            Self::Venv(group) => group,
        }
    }
}

/// So that a variant of a group is a problem wherever one is wanted.
macro_rules! groups {
    ($($name:ident: $group:ident),*) => {$(
        impl From<$group> for ProblemKind {
            fn from(group: $group) -> Self {
                Self::$name(group)
            }
        }
        impl From<$group> for Problem {
            fn from(group: $group) -> Self {
                Self::new(group)
            }
        }
    )*};
}

groups!(Apt: AptProblem, Archive: ArchiveProblem, Bundle: BundleProblem, Changes: ChangeProblem, Course: CourseProblem, CourseNote: CourseNote, Disk: DiskProblem, Journal: JournalProblem, Labs: LabProblem, Machine: MachineProblem, Network: NetworkProblem, Output: OutputProblem, Package: PackageProblem, Platform: PlatformProblem, Python: PythonProblem, Rights: RightsProblem, Room: RoomProblem, Script: ScriptProblem, Selection: SelectionProblem, Usage: UsageProblem, Venv: VenvProblem);

/// A problem that was met, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// How much it matters here.
    pub severity: Severity,
    /// The title of the step that failed because of it.
    step: Option<String>,
    /// What was typed, for remedies that are commands of labready's own.
    typed: Invocation,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: impl Into<ProblemKind>) -> Self {
        let kind = kind.into();
        let severity = kind.group().severity();
        Self { kind, severity, step: None, typed: Invocation::default() }
    }

    /// The same, for a command that goes on in spite of it.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { severity: self.severity.min(Severity::Warning), ..self }
    }

    /// The same, for a command that it stops.
    #[must_use]
    pub fn as_error(self) -> Self {
        Self { severity: Severity::Error, ..self }
    }

    /// The same, as the reason why a step failed.
    #[must_use]
    pub fn in_step(self, title: &str) -> Self {
        Self { step: self.step.or_else(|| Some(title.to_owned())), ..self }
    }

    /// The same, for whoever typed this.
    #[must_use]
    pub fn typed_as(self, typed: &Invocation) -> Self {
        Self { typed: typed.clone(), ..self }
    }

    /// Its name.
    pub fn id(&self) -> Id {
        self.kind.group().id()
    }

    /// One sentence without its period.
    pub fn title(&self) -> String {
        one_line(&self.kind.group().title())
    }

    /// What exactly was seen, or empty.
    pub fn evidence(&self) -> String {
        indented_lines(&self.kind.group().evidence())
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<Remedy> {
        let remedy = self.kind.group().remedy(&self.typed)?.on_its_lines();
        Some(remedy.for_who_becomes_root(self.typed.root))
    }

    /// What to do about it, as a sentence without its period; a failed step says how to go on.
    pub fn hint(&self) -> Option<String> {
        let remedy = self.remedy().map(|remedy| remedy.to_string());
        let Some(again) = self.step.as_ref().and(self.typed.again()) else { return remedy };
        let continued = format!("run `{again}` again to continue");
        Some(remedy.map_or(continued.clone(), |remedy| format!("{remedy}; then {continued}")))
    }

    /// How a run ends because of it.
    pub fn exit(&self) -> Exit {
        if self.step.is_some() { Exit::StepFailed } else { self.kind.group().exit() }
    }
}

/// Title and evidence on one line, after the step that failed.
impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if let Some(step) = &self.step {
            write!(formatter, "{}: ", uncapitalised(step))?;
        }
        match self.evidence().as_str() {
            "" => write!(formatter, "{}", self.title()),
            // Lines of their own.
            list if list.starts_with("  ") => write!(formatter, "{}:\n{list}", self.title()),
            evidence => write!(formatter, "{}: {evidence}", self.title()),
        }
    }
}

/// As reports have it.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ProblemRecord::from(self).serialize(serializer)
    }
}

fn uncapitalised(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
