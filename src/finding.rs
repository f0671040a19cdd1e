//! What is wrong, or worth knowing, on a machine: a stable id, one sentence, the evidence, and the
//! one command that mends it.
//!
//! The catalogue is closed: whoever reads reports by machine can rely on the ids. Each is told by
//! the machine's state; exit codes and texts of other programs are evidence, never the reason.

use std::fmt::{self, Display, Formatter};

use crate::problem::{self, ProblemPart};

pub use crate::problem::{Fix, Severity};

/// Every kind of finding. The name in kebab case is its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Id {
    /// Another program uses apt or dpkg.
    AptInUse,
    /// deadsnakes serves nothing for this release.
    ArchiveNotServed,
    /// deadsnakes has nothing for this architecture.
    ArchitectureNotServed,
    /// The clock is wrong by more than signatures forgive.
    ClockWrong,
    /// cloud-init still prepares the machine.
    CloudInitRunning,
    /// A configuration file was kept as it is, though its package brings another.
    ConffileKept,
    /// A disk has no room left.
    DiskFull,
    /// dpkg was interrupted.
    DpkgInterrupted,
    /// The index names archives that the server has no more, even after a refresh.
    IndexOutOfDate,
    /// Something stands where labready would have to write, and it is somebody else's.
    InTheWay,
    /// The file of a key cannot be read by apt's own account.
    KeyUnreadable,
    /// A signature by another key than the one that was expected.
    KeyWrong,
    /// Something that undo leaves where it is.
    Left,
    /// An interpreter of the alternatives group is gone.
    LinkDangling,
    /// Something of somebody else's is where labready's own link would be.
    LinkForeign,
    /// A network that answers with its own page instead of what was asked for.
    LoginPage,
    /// A package's own script failed.
    MaintainerScriptFailed,
    /// No server answered.
    NetworkDown,
    /// Something is not on this machine, and nothing may be fetched.
    NotHere,
    /// A package that no package of ours needs is half-done.
    PackageBroken,
    /// A package came from elsewhere than it should.
    PackageFromElsewhere,
    /// A package is held at a version that stands in the way.
    PackageHeld,
    /// A package went that was not meant to.
    PackageLost,
    /// apt offers no such package, though its index is fresh.
    PackageNotOffered,
    /// The proxy wants a name and a password.
    ProxyWantsPassword,
    /// No Python in range is installed, or to be had.
    PythonNotOffered,
    /// A folder that must be written lies on a file system that is mounted read-only.
    ReadOnly,
    /// The release gets no more updates.
    ReleaseEndOfLife,
    /// A release file that is past its date.
    ReleaseExpired,
    /// Steps need root, and this account has no rights.
    RightsMissing,
    /// A selftest's script, and what the judge said of it.
    Selftest,
    /// One server does not answer.
    ServerDead,
    /// A server has no such release.
    ServerWithoutRelease,
    /// Something that setup would do is not done.
    SetupPending,
    /// Setup would stop before it changed anything.
    SetupStops,
    /// An apt source could not be refreshed.
    SourceFailed,
    /// A step did not reach its goal, and none of the other findings says why.
    StepFailed,
    /// /usr/bin/python3 does not lead to the interpreter that the system was made with.
    SystemPythonSwitched,
    /// Not a system that labready can change.
    SystemUnsupported,
    /// Packages that cannot be installed together.
    Unsatisfiable,
    /// The virtual environment does not work.
    VenvBroken,
    /// The virtual environment belongs to another account.
    VenvOfAnother,
}

/// Something noticed on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which kind.
    pub id: Id,
    /// How much it matters.
    pub severity: Severity,
    /// What, in one sentence without its period.
    pub title: String,
    /// The evidence: what exactly was seen, or empty.
    pub detail: String,
    /// How to mend it, where one command does.
    pub fix: Option<Fix>,
}

impl Finding {
    /// One that keeps the machine from being ready.
    pub fn error(id: Id, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            id,
            severity: Severity::Error,
            title: title.into(),
            detail: detail.into(),
            fix: None,
        }
    }

    /// One that may hurt later.
    pub fn warning(id: Id, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, title, detail) }
    }

    /// One that is good to know.
    pub fn note(id: Id, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(id, title, detail) }
    }

    /// The same, with the command for root that mends it.
    pub fn mended_by_root(self, command: impl Into<String>) -> Self {
        Self { fix: Some(Fix { command: command.into(), needs_root: true }), ..self }
    }

    /// The same, with the command that mends it.
    pub fn mended_by(self, command: impl Into<String>) -> Self {
        Self { fix: Some(Fix { command: command.into(), needs_root: false }), ..self }
    }
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.detail.as_str() {
            "" => write!(formatter, "{}", self.title),
            detail => write!(formatter, "{}: {detail}", self.title),
        }
    }
}

impl From<Finding> for ProblemPart {
    fn from(finding: Finding) -> Self {
        let Finding { id, severity, title, detail, fix } = finding;
        Self { id: id.into(), severity, title, detail, fix, advice: None }
    }
}

/// The same kinds in the catalogue.
impl From<Id> for problem::Id {
    fn from(id: Id) -> Self {
        match id {
            Id::AptInUse => Self::AptInUse,
            Id::ArchiveNotServed => Self::ArchiveNotServed,
            Id::ArchitectureNotServed => Self::ArchitectureNotServed,
            Id::ClockWrong => Self::ClockWrong,
            Id::CloudInitRunning => Self::CloudInitRunning,
            Id::ConffileKept => Self::ConfigFileKept,
            Id::DiskFull => Self::DiskFull,
            Id::DpkgInterrupted => Self::DpkgInterrupted,
            Id::IndexOutOfDate => Self::IndexOutOfDate,
            Id::InTheWay => Self::FileInTheWay,
            Id::KeyUnreadable => Self::KeyUnreadable,
            Id::KeyWrong => Self::KeyWrong,
            Id::Left => Self::LeftBehind,
            Id::LinkDangling => Self::LinkDangling,
            Id::LinkForeign => Self::LinkForeign,
            Id::LoginPage => Self::LoginPage,
            Id::MaintainerScriptFailed => Self::PackageScriptFailed,
            Id::NetworkDown => Self::NetworkDown,
            Id::NotHere => Self::PackageNotHere,
            Id::PackageBroken => Self::PackageHalfInstalled,
            Id::PackageFromElsewhere => Self::PackageFromElsewhere,
            Id::PackageHeld => Self::PackageHeld,
            Id::PackageLost => Self::PackagesLost,
            Id::PackageNotOffered => Self::PackageNotOffered,
            Id::ProxyWantsPassword => Self::ProxyWantsPassword,
            Id::PythonNotOffered => Self::PythonNotOffered,
            Id::ReadOnly => Self::FileSystemReadOnly,
            Id::ReleaseEndOfLife => Self::ReleaseEndOfLife,
            Id::ReleaseExpired => Self::ReleaseExpired,
            Id::RightsMissing => Self::RightsMissing,
            Id::Selftest => Self::Selftest,
            Id::ServerDead => Self::ServerDead,
            Id::ServerWithoutRelease => Self::ServerWithoutRelease,
            Id::SetupPending => Self::SetupPending,
            Id::SetupStops => Self::SetupStops,
            Id::SourceFailed => Self::SourceFailed,
            Id::StepFailed => Self::FileRefused,
            Id::SystemPythonSwitched => Self::SystemPythonSwitched,
            Id::SystemUnsupported => Self::SystemUnsupported,
            Id::Unsatisfiable => Self::PackagesConflict,
            Id::VenvBroken => Self::VenvBroken,
            Id::VenvOfAnother => Self::VenvOfAnother,
        }
    }
}
