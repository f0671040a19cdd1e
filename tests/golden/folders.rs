//! A machine in a folder: real file layouts, and shell scripts as interpreters.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use jiff::tz::TimeZone;
use labready::facts::{self, Facts};
use labready::host::Host;
use serde::Serialize;
use tempfile::TempDir;

use labready::request::Request;

use super::machines::{TODAY, course, fixture};
use super::running::{answer, write_program};

/// Where the virtual environment belongs.
pub const VENV: &str = "/home/student/course/venv";

/// Debian 12's own.
const OS_RELEASE: &str = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n\
                          VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n";

/// A machine whose root is a folder.
pub struct Machine {
    root: TempDir,
    environment: BTreeMap<String, String>,
}

impl Machine {
    /// One that has nothing but an account.
    pub fn bare() -> Self {
        let root = tempfile::tempdir().unwrap();
        let uid = root.path().metadata().unwrap().uid();
        let environment = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student")];
        let environment =
            environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let machine = Self { root, environment };
        machine
            .file("/etc/passwd", format!("student:x:{uid}:{uid}:Student:/home/student:/bin/bash\n"))
    }

    /// Debian 12 with Python 3.11.
    pub fn bookworm() -> Self {
        let status = fs::read_to_string(fixture("dpkg/status-bookworm.txt")).unwrap();
        let machine =
            Self::bare().file("/etc/os-release", OS_RELEASE).file("/var/lib/dpkg/status", &status);
        let machine = machine
            .file("/var/lib/dpkg/arch", "amd64\n")
            .file("/proc/sys/kernel/hostname", "workstation\n");
        machine
            .file("/proc/sys/kernel/osrelease", "6.1.0-40-amd64\n")
            .python("/usr/bin/python3.11", (3, 11, 2))
    }

    /// Where a path really lies.
    pub fn inside(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    /// Writes a file.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let inside = self.inside(path);
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::write(inside, text).unwrap();
        self
    }

    /// Makes a folder.
    pub fn folder(self, path: &str) -> Self {
        fs::create_dir_all(self.inside(path)).unwrap();
        self
    }

    /// Gives a file or a folder these permissions.
    pub fn mode(&self, path: &str, mode: u32) -> &Self {
        fs::set_permissions(self.inside(path), Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Makes a link.
    pub fn link(self, path: &str, target: &str) -> Self {
        let inside = self.inside(path);
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        symlink(target, inside).unwrap();
        self
    }

    /// Takes something away.
    pub fn without(self, path: &str) -> Self {
        let inside = self.inside(path);
        if inside.is_dir() && !inside.is_symlink() {
            fs::remove_dir_all(inside)
        } else {
            fs::remove_file(inside)
        }
        .unwrap();
        self
    }

    /// Writes a shell script.
    pub fn program(self, path: &str, script: &str) -> Self {
        write_program(&self.inside(path), &format!("#!/bin/sh\n{script}\n"));
        self
    }

    /// An interpreter with ensurepip.
    pub fn python(self, path: &str, version: (u32, u32, u32)) -> Self {
        self.program(path, &format!("echo '{}'", answer(version, true)))
    }

    /// A virtual environment as one of the tools makes it: its pyvenv.cfg and activate are
    /// recorded, the layout is the usual one.
    pub fn venv(self, recorded: &str, series: &str) -> Self {
        let read =
            |name: &str| fs::read_to_string(fixture("venvs").join(recorded).join(name)).unwrap();
        let (config, activate) = (read("pyvenv.cfg"), read("activate"));
        let site_packages = format!("{VENV}/lib/{series}/site-packages");
        let machine = self
            .file(&format!("{VENV}/pyvenv.cfg"), config)
            .file(&format!("{VENV}/bin/activate"), activate);
        let machine = machine
            .link(&format!("{VENV}/bin/python"), series)
            .link(&format!("{VENV}/bin/{series}"), &format!("/usr/bin/{series}"));
        let machine =
            machine.link(&format!("{VENV}/lib64"), "lib").folder(&format!("{VENV}/include"));
        machine
            .folder(&format!("{site_packages}/pip-23.0.1.dist-info"))
            .folder(&format!("{site_packages}/Wheel-0.48.0.dist-info"))
    }

    /// Sets a variable of the environment.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The machine as labready sees it.
    pub fn host(&self) -> Host {
        let today = TODAY.to_zoned(TimeZone::UTC).unwrap().timestamp();
        Host::in_folder(self.root.path(), self.environment.clone()).with_clock(today)
    }

    /// Everything that labready finds, without what differs from one test machine to the next: the
    /// account's numbers and the disk.
    pub fn facts(&self) -> Facts {
        let request = Request::of_course(course(), VENV.into());
        let mut facts = facts::gather(&self.host(), &request).unwrap();
        let uid = facts.rights.account.uid;
        (facts.rights.account.uid, facts.rights.account.gid) = (1000, 1000);
        let renumbered = |owner| if owner == uid { 1000 } else { owner };
        facts.venv.owner_uid = facts.venv.owner_uid.map(renumbered);
        facts.venv.parent_uid = facts.venv.parent_uid.map(renumbered);
        facts.disk = facts::disk::Disk::default();
        facts
    }

    /// A value as JSON, without the folder's name.
    pub fn shown(&self, value: &impl Serialize) -> String {
        let text = serde_json::to_string_pretty(value).unwrap();
        text.replace(&self.root.path().display().to_string(), "FOLDER")
    }
}
