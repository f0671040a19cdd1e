//! What is mounted read-only of where packages are installed, and for whom: the kernel's list of mounts
//! (proc(5)) tells a file system from one mount of it, and the namespaces of processes tell a sandbox from
//! the machine.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::host::{Host, Kind};
use crate::problem::{ReadOnly, ReadOnlyMount};

/// Where packages write.
const WRITTEN: [&str; 3] = ["/var/lib/dpkg", "/usr", "/etc"];
/// The kernel's list of this process's mounts.
const LIST: &str = "/proc/self/mountinfo";
/// More than any machine's list of mounts, in bytes.
const LIMIT: u64 = 4 << 20;

/// The mounts that packages write to and that nobody can, or not this process.
pub fn read_only(host: &Host) -> Vec<ReadOnlyMount> {
    let text =
        |path: &str| host.read_at_most(Path::new(path), LIMIT).ok().flatten().unwrap_or_default();
    let folders: Vec<&Path> =
        WRITTEN.iter().map(Path::new).filter(|folder| host.is_read_only(folder)).collect();
    if folders.is_empty() {
        return Vec::new();
    }
    let (mounts, groups) = (text(LIST), text("/proc/self/cgroup"));
    let process = Process { unit: unit(&groups), is_apart: is_apart(host) };
    let mut found: Vec<ReadOnlyMount> =
        folders.into_iter().map(|folder| of_folder(&mounts, folder, &process)).collect();
    found.sort();
    found.dedup();
    found
}

/// Where something is mounted below a folder, as paths in it.
///
/// # Errors
/// When the kernel's list cannot be read.
pub fn mounted_below(host: &Host, folder: &Path) -> Result<Vec<PathBuf>> {
    let Some(real) = host.real_path(folder) else { return Ok(Vec::new()) };
    let mounts = host.read_at_most(Path::new(LIST), LIMIT)?.unwrap_or_default();
    let points = mounts.lines().filter_map(|line| line.split(' ').nth(4)).map(unescaped);
    let below = points.filter_map(|point| {
        let below = Path::new(&point).strip_prefix(&real).ok()?;
        (below != Path::new("")).then(|| below.to_owned())
    });
    Ok(below.collect())
}

/// A space, a tab, a line break and a backslash stand there as `\040`.
pub(super) fn unescaped(point: &str) -> String {
    let signs = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    signs.iter().fold(point.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
}

/// What is known of the process that cannot write.
struct Process {
    /// The service that it belongs to.
    unit: Option<String>,
    /// Whether it sees other mounts than the machine's first process; `None` where that is not told.
    is_apart: Option<bool>,
}

/// Only root may see what mounts the first process has.
fn is_apart(host: &Host) -> Option<bool> {
    let of = |process: &str| match host.lstat(&Path::new(process).join("ns/mnt")).kind {
        Kind::Link(target) => Some(target),
        _ => None,
    };
    Some(of("/proc/self")? != of("/proc/1")?)
}

/// The service at the end of the way of `0::/system.slice/NAME.service`. What a person starts, such as a
/// terminal, is below `user@UID.service`, and no sandbox.
fn unit(groups: &str) -> Option<String> {
    let way = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let name = way.split('/').rfind(|name| name.ends_with(".service"))?;
    let is_a_persons = way.split('/').any(|name| name.starts_with("user@"));
    (!is_a_persons).then(|| name.to_owned())
}

fn of_folder(mounts: &str, folder: &Path, process: &Process) -> ReadOnlyMount {
    let lines = mounts.lines().filter_map(Line::parse);
    let closest = lines
        .filter(|line| folder.starts_with(&line.point))
        .max_by_key(|line| line.point.as_os_str().len());
    let Some(line) = closest else {
        return ReadOnlyMount { mount: "/".into(), what: ReadOnly::FileSystem };
    };
    let is_sandboxed = process.is_apart.unwrap_or(process.unit.is_some());
    let what = match line.is_file_system_read_only {
        true => ReadOnly::FileSystem,
        false if is_sandboxed => ReadOnly::Sandbox { unit: process.unit.clone() },
        false => ReadOnly::Mount,
    };
    ReadOnlyMount { mount: line.point, what }
}

/// A line of the list: `ID PARENT DEVICE ROOT POINT OPTIONS… - TYPE SOURCE FILE-SYSTEM'S-OPTIONS`.
struct Line {
    point: PathBuf,
    is_file_system_read_only: bool,
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (mount, file_system) = line.split_once(" - ")?;
        let point = PathBuf::from(unescaped(mount.split(' ').nth(4)?));
        let options = file_system.split(' ').nth(2)?;
        let is_file_system_read_only = options.split(',').any(|option| option == "ro");
        Some(Self { point, is_file_system_read_only })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A service with `ProtectSystem=strict` and `ReadWritePaths=/var`.
    const STRICT: &str = "\
        612 611 8:1 / / ro,relatime shared:298 - ext4 /dev/sda1 rw,errors=remount-ro\n\
        613 612 0:5 / /dev rw,nosuid shared:299 - devtmpfs udev rw,size=4000000k,mode=755\n\
        640 612 8:1 /var /var rw,relatime shared:326 - ext4 /dev/sda1 rw,errors=remount-ro\n";
    /// After a disk error (`errors=remount-ro`).
    const BROKEN: &str =
        "26 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 ro,errors=remount-ro\n";
    const LIVE: &str =
        "26 1 7:0 / / ro,relatime shared:1 - squashfs /dev/loop0 ro,errors=continue\n";

    fn of(mounts: &str, unit: Option<&str>, is_apart: Option<bool>) -> ReadOnly {
        let process = Process { unit: unit.map(str::to_owned), is_apart };
        let found = of_folder(mounts, Path::new("/usr"), &process);
        assert_eq!(found.mount, Path::new("/"));
        found.what
    }

    #[test]
    fn a_sandbox_a_mount_and_a_broken_disk_are_told_apart() {
        let unit = || Some("prepare.service".to_owned());
        assert_eq!(of(BROKEN, unit().as_deref(), Some(true)), ReadOnly::FileSystem);
        assert_eq!(of(LIVE, None, Some(false)), ReadOnly::FileSystem);
        let sandbox = ReadOnly::Sandbox { unit: unit() };
        assert_eq!(of(STRICT, unit().as_deref(), Some(true)), sandbox);
        assert_eq!(of(STRICT, unit().as_deref(), None), sandbox);
        assert_eq!(of(STRICT, None, Some(true)), ReadOnly::Sandbox { unit: None });
        // A container as a whole, started with `--read-only`.
        assert_eq!(of(STRICT, None, Some(false)), ReadOnly::Mount);
        assert_eq!(of(STRICT, None, None), ReadOnly::Mount);
    }

    #[test]
    fn the_service_of_a_process_is_read_from_its_control_group() {
        let unit = |text: &str| unit(text);
        let name = Some("prepare.service".to_owned());
        assert_eq!(unit("0::/system.slice/prepare.service\n"), name);
        assert_eq!(unit("12:cpu:/x\n0::/system.slice/prepare.service/inner\n"), name);
        assert_eq!(unit("0::/user.slice/user-1000.slice/session-2.scope\n"), None);
        let persons = "0::/user.slice/user-1000.slice/user@1000.service/app.slice";
        assert_eq!(unit(&format!("{persons}/x.scope\n")), None);
        assert_eq!(unit(&format!("{persons}/gnome-terminal-server.service\n")), None);
    }

    proptest! {
        #[test]
        fn no_list_of_mounts_makes_it_panic(text in r"((/|/usr| |,|ro|rw| - |\\040|[0-9:]{1,4}|\n|[ -~é]{0,6}){0,30})") {
            of_folder(&text, Path::new("/usr"), &Process { unit: unit(&text), is_apart: None });
        }
    }
}
