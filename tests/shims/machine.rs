//! A machine in a folder: Debian 12 without Python, with the programs of `bin/`, and what they offer in
//! `/srv`.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::process::Start;

/// The student's number on the machine, whoever runs the test.
const STUDENT: u32 = 1000;
/// The student's journal.
pub const JOURNAL: &str = "/home/student/.local/state/labready/journal.jsonl";
/// Where labready's own programs of the machine are not looked at: what tests write and logs.
const OUTSIDE: [&str; 2] = ["/var/log", "/srv"];

const OS_RELEASE: &str = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n\
                          VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n";
const PASSWD: &str =
    "root:x:0:0:root:/root:/bin/bash\nstudent:x:1000:1000:Student:/home/student:/bin/bash\n";
const PYTHON: &str = include_str!("bin/python");

/// A machine whose root is a folder.
pub struct Machine {
    root: TempDir,
    program: PathBuf,
    owners: BTreeMap<PathBuf, u32>,
    uid: u32,
    umask: u32,
    environment: BTreeMap<String, String>,
    folder: String,
}

impl Machine {
    /// Debian 12 with apt's index, and without Python. The student's sudo asks for no password.
    pub fn bookworm() -> Self {
        let root = tempfile::tempdir().unwrap();
        let owners = [("/", 0), ("/home/student", STUDENT)];
        let owners = owners.map(|(path, uid)| (path.into(), uid)).into();
        let environment = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student")];
        let environment = environment.map(|(name, value)| (name.into(), value.into())).into();
        let machine = Self {
            root,
            program: "/home/student/labready".into(),
            owners,
            uid: STUDENT,
            umask: 0o022,
            environment,
            folder: "/home/student".into(),
        };
        let machine = machine
            .file("/etc/os-release", OS_RELEASE)
            .file("/etc/passwd", PASSWD)
            .file("/etc/apt/sources.list", "deb file:/srv bookworm main\n")
            .file("/var/lib/dpkg/arch", "amd64\n")
            .file("/var/lib/dpkg/status", "")
            .file("/var/lib/apt/lists/srv_Packages", "")
            .file("/home/student/labready", "")
            .file("/usr/lib/os-release", OS_RELEASE)
            .file("/usr/local/bin/labready", "");
        let folders = [
            "/etc/alternatives",
            "/home/student/course",
            "/tmp",
            "/usr/local/bin",
            "/usr/sbin",
            "/var/backups",
            "/var/cache/apt/archives",
            "/var/lib/apt/lists/partial",
            "/var/lib/dpkg/alternatives",
            "/var/lib/dpkg/updates",
            "/var/log",
        ];
        folders.into_iter().fold(machine, Self::folder).with_programs().offering("3.11", "3.11.2")
    }

    fn with_programs(self) -> Self {
        let files = include_str!("bin/file-program");
        let programs = [
            ("/usr/bin/apt-get", include_str!("bin/apt-get")),
            ("/usr/bin/apt-cache", include_str!("bin/apt-cache")),
            ("/usr/bin/dpkg", include_str!("bin/dpkg")),
            ("/usr/bin/update-alternatives", include_str!("bin/update-alternatives")),
            ("/usr/bin/sudo", include_str!("bin/sudo")),
            ("/bin/mkdir", files),
            ("/bin/ln", files),
            ("/bin/rm", files),
            ("/bin/mv", files),
            ("/usr/bin/setsid", include_str!("bin/setsid")),
            ("/bin/sh", "#!/bin/sh\nexec /bin/sh \"$@\"\n"),
        ];
        programs.into_iter().fold(self, |machine, (path, text)| machine.program(path, text))
    }

    /// apt offers this Python, and what the course wants beside it.
    pub fn offering(self, series: &str, version: &str) -> Self {
        let python = format!("python{series}");
        let package = |name: String| (format!("/srv/packages/{name}"), format!("{version}-1"));
        let packages =
            ["", "-venv", "-dev"].map(|part| package(format!("{python}{part}"))).into_iter();
        let machine = packages
            .chain([package("build-essential".into())])
            .fold(self, |machine, (path, version)| machine.file(&path, &version));
        machine
            .file(&format!("/srv/files/{python}-venv/usr/lib/{python}/ensurepip/__init__.py"), "")
            .program(
                &format!("/srv/files/{python}/usr/bin/{python}"),
                &PYTHON.replace("VERSION", version),
            )
    }

    /// labready lies where root alone can write, and is on the PATH.
    pub fn with_labready_installed(self) -> Self {
        Self { program: "/usr/local/bin/labready".into(), ..self }
    }

    /// Where a path really lies.
    pub fn inside(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    /// Whether anything is there.
    pub fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.inside(path)).is_ok()
    }

    /// Writes a file.
    pub fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Writes a file on a machine that is in use already.
    pub fn write(&self, path: &str, text: &str) {
        let inside = self.inside(path);
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::write(&inside, text).unwrap();
        // Whatever the umask of whoever runs the test.
        fs::set_permissions(&inside, Permissions::from_mode(0o644)).unwrap();
    }

    /// Writes a program.
    pub fn program(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        fs::set_permissions(self.inside(path), Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Makes a folder.
    pub fn folder(self, path: &str) -> Self {
        fs::create_dir_all(self.inside(path)).unwrap();
        self
    }

    /// Takes a file away.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.inside(path)).unwrap();
    }

    /// Removes a Python and its package, as apt does, but nothing that depends on it.
    pub fn remove_python(&self, package: &str) {
        self.remove(&format!("/usr/bin/{package}"));
        let status = self.read("/var/lib/dpkg/status");
        let other = |stanza: &&str| !stanza.starts_with(&format!("Package: {package}\n"));
        let left: Vec<&str> = status.split("\n\n").filter(other).collect();
        self.write("/var/lib/dpkg/status", &left.join("\n\n"));
    }

    /// What a file holds; empty when it is not there.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.inside(path)).unwrap_or_default()
    }

    /// Where a link leads.
    pub fn link(&self, path: &str) -> String {
        fs::read_link(self.inside(path)).unwrap().display().to_string()
    }

    /// This happens when apt configures a package; `$LABREADY` is labready's own process.
    pub fn when_configured(self, package: &str, script: &str) -> Self {
        self.program(&format!("/srv/scripts/{package}"), &format!("#!/bin/sh\n{script}\n"))
    }

    /// Where labready is run in this folder.
    pub fn in_folder(self, folder: &str) -> Self {
        Self { folder: folder.into(), ..self }
    }

    /// Where labready is run by root, as an image build does.
    pub fn run_by_root(self) -> Self {
        Self { uid: 0, ..self }
    }

    /// Where whoever runs labready has this umask.
    pub fn with_umask(self, umask: u32) -> Self {
        Self { umask, ..self }
    }

    /// Changes who may do what with a file or a folder.
    pub fn allow(&self, path: &str, mode: u32) {
        fs::set_permissions(self.inside(path), Permissions::from_mode(mode)).unwrap();
    }

    /// Who may do what with a file or a folder.
    pub fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.inside(path)).unwrap().permissions().mode() & 0o7777
    }

    /// Where this belongs to the account with this number.
    pub fn owned_by(mut self, path: &str, uid: u32) -> Self {
        self.owners.insert(path.into(), uid);
        self
    }

    /// With this in the environment.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Without sudo.
    pub fn without_sudo(self) -> Self {
        self.remove("/usr/bin/sudo");
        self
    }

    /// The programs of apt, dpkg and update-alternatives that were started since the last look, with
    /// their arguments.
    pub fn started(&self) -> Vec<String> {
        let log = "/var/log/started";
        let started = self.read(log).lines().map(str::to_owned).collect();
        let _ = fs::remove_file(self.inside(log));
        started
    }

    /// Everything on the machine but for logs: each path with what is there.
    pub fn tree(&self) -> BTreeMap<String, String> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.root.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let name = format!("/{}", path.strip_prefix(self.root.path()).unwrap().display());
                if OUTSIDE.contains(&name.as_str()) {
                    continue;
                }
                let kind = entry.file_type().unwrap();
                let what = if kind.is_symlink() {
                    format!("link to {}", fs::read_link(&path).unwrap().display())
                } else if kind.is_dir() {
                    folders.push(path);
                    "folder".into()
                } else {
                    format!("file: {}", String::from_utf8_lossy(&fs::read(&path).unwrap()))
                };
                tree.insert(name, what);
            }
        }
        tree
    }

    /// The journal's records.
    pub fn journal(&self) -> Vec<Value> {
        let text = self.read(JOURNAL);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The steps in the journal: each with how it ended, or `begun`.
    pub fn steps_in_journal(&self) -> BTreeMap<String, String> {
        let mut steps = BTreeMap::new();
        for record in self.journal() {
            let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
            match text("record").as_str() {
                "intent" => drop(steps.insert(text("id"), "begun".into())),
                "outcome" => drop(steps.insert(text("id"), text("status"))),
                _ => {}
            }
        }
        steps
    }

    /// labready on this machine, not started yet.
    pub fn start(&self, line: &str) -> Start {
        Start {
            root: self.root.path().to_owned(),
            environment: self.environment.clone(),
            uid: self.uid,
            umask: self.umask,
            owners: self.owners.clone(),
            program: self.program.clone(),
            folder: self.folder.clone().into(),
            arguments: line.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

/// Whether two trees are the same; what differs is named.
#[track_caller]
pub fn expect_same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
    let paths = before.keys().chain(after.keys());
    let differing: Vec<String> = paths
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| format!("{path}: {:?} → {:?}", before.get(path), after.get(path)))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
