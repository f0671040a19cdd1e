//! How a root filesystem is made: mmdebstrap, from the mirror that this machine's own apt uses.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, io};

use super::layers::{self, Layer};
use super::prerequisites;

/// Counted up when this file makes something else than before.
const RECIPE: &str = "recipe1";

/// Used where this machine's apt knows no Debian archive.
const PUBLIC_MIRROR: &str = "http://deb.debian.org/debian";

/// The account that has no rights.
pub const STUDENT: u32 = 1000;

/// The root filesystem of a Debian suite, made now if it has to be.
pub fn base(suite: &str) -> Layer {
    prerequisites::require();
    layers::acquire("base", suite, RECIPE, |folder| build(suite, &folder.join("rootfs")))
        .unwrap_or_else(|reason| panic!("mmdebstrap could not make {suite}: {reason}"))
}

fn build(suite: &str, rootfs: &Path) -> Result<(), String> {
    // It dies with us: half of a root filesystem would go on growing otherwise.
    let mut command = Command::new("setpriv");
    command.args([
        "--pdeathsig",
        "SIGKILL",
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]);
    // Every real machine has these two; the smallest root filesystem does not.
    command.args([
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=apt",
        "--include=mount,passwd",
    ]);
    if suite == "sid" {
        // A mirror's copy of sid may be older than its Valid-Until allows. The option stays in
        // force on the machine.
        command.arg(r#"--aptopt=Acquire::Check-Valid-Until "false""#);
    }
    command.arg(suite).arg(rootfs).arg(mirror()).stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    add_student(rootfs).map_err(|error| format!("no account for a student: {error}"))?;
    // The binary under test is mounted here.
    fs::write(rootfs.join("usr/local/sbin/labready"), "").map_err(|error| error.to_string())
}

fn add_student(rootfs: &Path) -> io::Result<()> {
    let lines = [
        ("etc/passwd", "student:x:1000:1000:Student,,,:/home/student:/bin/bash"),
        ("etc/group", "student:x:1000:"),
        ("etc/shadow", "student:*:19000:0:99999:7:::"),
        ("etc/gshadow", "student:!::"),
    ];
    for (file, line) in lines {
        writeln!(OpenOptions::new().append(true).open(rootfs.join(file))?, "{line}")?;
    }
    let home = rootfs.join("home/student");
    fs::create_dir(&home)?;
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755))?;
    chown(&home, Some(STUDENT), Some(STUDENT))
}

/// `$LABREADY_TEST_MIRROR`, else the first Debian archive in this machine's apt sources, as apt
/// itself reads them.
fn mirror() -> String {
    if let Ok(mirror) = env::var("LABREADY_TEST_MIRROR") {
        return mirror;
    }
    let format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
    let targets = Command::new("apt-get")
        .args(["indextargets", "--format", format, "Created-By: Packages"])
        .output();
    let targets = targets
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    archive_in(&targets).unwrap_or_else(|| PUBLIC_MIRROR.into())
}

/// The first address that serves a plain Debian suite (not its security or updates archive).
pub fn archive_in(targets: &str) -> Option<String> {
    let suites = [
        "oldoldstable",
        "oldstable",
        "stable",
        "testing",
        "unstable",
        "bullseye",
        "bookworm",
        "trixie",
        "forky",
        "sid",
    ];
    targets.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [address, release, "main"] if suites.contains(&release) => {
            Some(address.trim_end_matches('/').to_owned())
        }
        _ => None,
    })
}
