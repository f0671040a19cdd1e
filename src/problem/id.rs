//! The names of the kinds of problems, and the page that explains each.

use serde::Serialize;

use crate::explained::explained;

explained! {
    /// Every kind of problem, by the name that reports and `labready explain` use. They stand in the
    /// order of their names.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
    #[cfg_attr(test, derive(schemars::JsonSchema))]
    pub enum Id in "pages" {
        /// Another run of labready works on the same machine or the same folder.
        AnotherRun = "another-run",
        /// apt's cache or index could not be emptied.
        AptCacheLeft = "apt-cache-left",
        /// Another program uses apt or dpkg.
        AptInUse = "apt-in-use",
        /// deadsnakes has nothing for this architecture.
        ArchitectureNotServed = "architecture-not-served",
        /// apt does not accept deadsnakes, though the server answers.
        ArchiveNotAccepted = "archive-not-accepted",
        /// deadsnakes serves nothing for this release.
        ArchiveNotServed = "archive-not-served",
        /// apt's settings keep it from taking the interpreter from deadsnakes.
        ArchiveOverridden = "archive-overridden",
        /// deadsnakes has no Python in range for this release.
        ArchiveWithoutPython = "archive-without-python",
        /// A bundle's file is not as it was made, or its list cannot be read.
        BundleDamaged = "bundle-damaged",
        /// A bundle is for another release, architecture, course or Python.
        BundleForAnother = "bundle-for-another",
        /// A bundle cannot be made, or not there.
        BundleNotMade = "bundle-not-made",
        /// The server's certificate is not trusted on this machine.
        CertificateUntrusted = "certificate-untrusted",
        /// Something changed between the plan and the step.
        ChangedSincePlan = "changed-since-plan",
        /// The clock is wrong by more than signatures forgive.
        ClockWrong = "clock-wrong",
        /// cloud-init is still preparing the machine.
        CloudInitRunning = "cloud-init-running",
        /// A configuration file was kept as it is, though its package brings another.
        ConfigFileKept = "config-file-kept",
        /// The course file is not usable.
        CourseInvalid = "course-invalid",
        /// Something in a course file that is worth a second look.
        CourseNote = "course-note",
        /// A disk has no room left.
        DiskFull = "disk-full",
        /// dpkg was interrupted.
        DpkgInterrupted = "dpkg-interrupted",
        /// Something is there that would have to be overwritten.
        FileInTheWay = "file-in-the-way",
        /// The system refused a file operation or the start of a program.
        FileRefused = "file-refused",
        /// A folder that must be written lies on a file system that is mounted read-only.
        FileSystemReadOnly = "file-system-read-only",
        /// A file is larger than anything that belongs there.
        FileTooLarge = "file-too-large",
        /// apt has no package index, and none could be fetched.
        IndexMissing = "index-missing",
        /// The index names archives that the server has no more, even after a refresh.
        IndexOutOfDate = "index-out-of-date",
        /// Lines of the journal are not understood.
        JournalNotUnderstood = "journal-not-understood",
        /// Another account can change the journal.
        JournalUnsafe = "journal-unsafe",
        /// The file of a key cannot be read by apt's own account.
        KeyUnreadable = "key-unreadable",
        /// A signature by another key than the one that was expected.
        KeyWrong = "key-wrong",
        /// Something that undo leaves where it is.
        LeftBehind = "left-behind",
        /// An interpreter of the alternatives group is gone.
        LinkDangling = "link-dangling",
        /// Something else is where labready's own link would be.
        LinkForeign = "link-foreign",
        /// A network that answers with its own page instead of what was asked for.
        LoginPage = "login-page",
        /// No server answered.
        NetworkDown = "network-down",
        /// A question would have to be asked and there is no terminal to ask on.
        NobodyToAsk = "nobody-to-ask",
        /// A package came from elsewhere than it should.
        PackageFromElsewhere = "package-from-elsewhere",
        /// A package that no package of ours needs is half-installed.
        PackageHalfInstalled = "package-half-installed",
        /// A package is held at a version that does not fit.
        PackageHeld = "package-held",
        /// A package could not be downloaded.
        PackageNotFetched = "package-not-fetched",
        /// A package is not on this machine, and nothing may be fetched.
        PackageNotHere = "package-not-here",
        /// A package is not installed afterwards, for an unknown reason.
        PackageNotInstalled = "package-not-installed",
        /// apt offers no such package, though its index is fresh.
        PackageNotOffered = "package-not-offered",
        /// A package is still installed after its removal.
        PackageNotRemoved = "package-not-removed",
        /// A package's own script failed.
        PackageScriptFailed = "package-script-failed",
        /// Packages that cannot be installed together.
        PackagesConflict = "packages-conflict",
        /// Packages were removed that were not meant to.
        PackagesLost = "packages-lost",
        /// Several accounts can change what root would run.
        PathShared = "path-shared",
        /// Packages for pip could not be fetched.
        PipNotFetched = "pip-not-fetched",
        /// pip did not install what it was asked for.
        PipNotInstalled = "pip-not-installed",
        /// A program did not end in time.
        ProgramTimedOut = "program-timed-out",
        /// The proxy wants a name and a password.
        ProxyWantsPassword = "proxy-wants-password",
        /// The interpreter of an installed package cannot be used as it is.
        PythonDamaged = "python-damaged",
        /// No Python in range is installed.
        PythonNotInstalled = "python-not-installed",
        /// No Python in range is installed, or offered.
        PythonNotOffered = "python-not-offered",
        /// The interpreter of `--python PATH` cannot be used.
        PythonUnusable = "python-unusable",
        /// The system names two releases as its own.
        ReleaseContradictory = "release-contradictory",
        /// The release gets no more updates.
        ReleaseEndOfLife = "release-end-of-life",
        /// A release file that is past its date.
        ReleaseExpired = "release-expired",
        /// A report or a log could not be written.
        ReportNotWritten = "report-not-written",
        /// Steps need root, and this account cannot become root.
        RightsMissing = "rights-missing",
        /// The runs of a script contradict each other, or the machine was disturbed.
        RunsUnclear = "runs-unclear",
        /// A script did not run to its end, or what it prints is no lab.
        ScriptUnusable = "script-unusable",
        /// update-alternatives cannot read what it keeps of labready's group.
        SelectionDamaged = "selection-damaged",
        /// The alternatives group is not as it was set.
        SelectionFailed = "selection-failed",
        /// A selftest's script, and what the judge said of it.
        Selftest = "selftest",
        /// One server does not answer.
        ServerDead = "server-dead",
        /// A server has no such release.
        ServerWithoutRelease = "server-without-release",
        /// Something that setup would do is not done.
        SetupPending = "setup-pending",
        /// Setup would stop before it changed anything.
        SetupStops = "setup-stops",
        /// An apt source could not be refreshed.
        SourceFailed = "source-failed",
        /// apt cannot read its sources.
        SourcesUnreadable = "sources-unreadable",
        /// Steps were applied, and are needed again right afterwards.
        StepWithoutEffect = "step-without-effect",
        /// /usr/bin/python3 does not lead to the interpreter that the system was made with.
        SystemPythonSwitched = "system-python-switched",
        /// Not a system that labready can change.
        SystemUnsupported = "system-unsupported",
        /// What was typed cannot be meant.
        Usage = "usage",
        /// The virtual environment does not work.
        VenvBroken = "venv-broken",
        /// Something else is where the virtual environment would be.
        VenvForeign = "venv-foreign",
        /// The virtual environment holds a file that is not its own.
        VenvHoldsFiles = "venv-holds-files",
        /// The virtual environment could not be made.
        VenvNotMade = "venv-not-made",
        /// The virtual environment could not be removed.
        VenvNotRemoved = "venv-not-removed",
        /// The virtual environment belongs to another account.
        VenvOfAnother = "venv-of-another",
        /// The virtual environment is on a drive whose files are not Linux's own.
        VenvOnSharedDrive = "venv-on-shared-drive",
        /// The virtual environment that was replaced is kept beside the new one.
        VenvSetAside = "venv-set-aside",
    }
}

impl Id {
    /// Whether its page says more than the problem itself: what was typed wrongly, or was tried on
    /// purpose, is explained on the spot.
    pub fn is_worth_explaining(self) -> bool {
        !matches!(self, Self::Usage | Self::NobodyToAsk | Self::ReportNotWritten | Self::Selftest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_in_order_and_every_page_has_the_same_parts() {
        let names: Vec<&str> = Id::ALL.iter().map(|id| id.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
        for id in Id::ALL {
            let page = id.page();
            let heads: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
            assert_eq!(
                heads,
                [
                    format!("# {}", id.name()).as_str(),
                    "## How labready knows",
                    "## What to do",
                    "## If you leave it"
                ],
                "{}",
                id.name()
            );
            // Nothing between two headings, or after the last one.
            let lines: Vec<&str> = page.lines().filter(|line| !line.trim().is_empty()).collect();
            let is_head = |line: Option<&&str>| {
                line.is_none_or(|line| line.starts_with("# ") || line.starts_with("## "))
            };
            let empty =
                (0..lines.len()).find(|at| is_head(lines.get(*at)) && is_head(lines.get(at + 1)));
            assert_eq!(empty.map(|at| lines[at]), None, "{}", id.name());
        }
    }
}
