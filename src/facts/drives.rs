//! Drives whose files are not Linux's own: Windows' below /mnt, ChromeOS's below /mnt/chromeos, sticks,
//! and folders of a virtual machine's host. The kernel's list of mounts (proc(5)) tells them.

use std::path::{Path, PathBuf};

use super::mounts::unescaped;
use crate::host::Host;
use crate::problem::{DriveOwner, SharedDrive};

/// This process's mounts, a line each: source, place, file system, options.
const LIST: &str = "/proc/self/mounts";
/// More than any machine's list of mounts, in bytes.
const LIMIT: u64 = 4 << 20;
/// What ChromeOS shares with its Linux.
const CHROME_OS: &str = "/mnt/chromeos";
/// Network file systems by which a host shows its own files.
const SHOWN: [&str; 2] = ["9p", "virtiofs"];
/// File systems without links and permissions of Linux's.
const FOREIGN: [&str; 9] =
    ["vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "vboxsf", "prl_fs", "fuse.vmhgfs-fuse"];

/// What is mounted where.
pub struct Mounts(Vec<(PathBuf, Option<SharedDrive>)>);

impl Mounts {
    /// Looks at this machine.
    pub fn gather(host: &Host) -> Self {
        Self::parse(&host.read_at_most(Path::new(LIST), LIMIT).ok().flatten().unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        Self(text.lines().filter_map(mount).collect())
    }

    /// The drive that a folder is on, when it is one of these. What is mounted last lies on top.
    pub fn drive(&self, folder: &Path) -> Option<SharedDrive> {
        let holding = self.0.iter().filter(|(place, _)| folder.starts_with(place));
        holding.max_by_key(|(place, _)| place.components().count())?.1.clone()
    }

    /// The same for a folder that need not exist yet, by way of every link.
    pub fn drive_of(&self, host: &Host, folder: &Path) -> Option<SharedDrive> {
        self.drive(&folder.ancestors().find_map(|folder| host.real_path(folder))?)
    }
}

fn mount(line: &str) -> Option<(PathBuf, Option<SharedDrive>)> {
    let mut words = line.split(' ');
    let (source, place) = (words.next()?, PathBuf::from(unescaped(words.next()?)));
    let (file_system, options) = (words.next()?, words.next()?);
    let owner = if is_of_windows(source, file_system, options) {
        Some(DriveOwner::Windows)
    } else if place.starts_with(CHROME_OS) {
        Some(DriveOwner::ChromeOs)
    } else {
        FOREIGN.contains(&file_system).then_some(DriveOwner::Other)
    };
    let drive = owner.map(|owner| SharedDrive {
        mount: place.clone(),
        file_system: file_system.to_owned(),
        owner,
    });
    Some((place, drive))
}

/// `C: /mnt/c drvfs …` in WSL 1, `C:\134 /mnt/c 9p …,aname=drvfs;path=C:\…` in WSL 2.
fn is_of_windows(source: &str, file_system: &str, options: &str) -> bool {
    file_system == "drvfs"
        || (SHOWN.contains(&file_system)
            && (options.contains("aname=drvfs") || source.starts_with("drvfs")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drive(mounts: &str, folder: &str) -> Option<(DriveOwner, String)> {
        let drive = Mounts::parse(mounts).drive(Path::new(folder))?;
        Some((drive.owner, drive.mount.display().to_string()))
    }

    const WSL_2: &str = include_str!("../../fixtures/environments/wsl-2/mounts");
    const CROSTINI: &str = include_str!("../../fixtures/environments/crostini/mounts");

    #[test]
    fn windows_and_chromeos_drives_are_told_from_linuxs_own() {
        let windows = Some((DriveOwner::Windows, "/mnt/c".to_owned()));
        assert_eq!(drive(WSL_2, "/mnt/c/Users/Jonas/course"), windows);
        let wsl_1 = include_str!("../../fixtures/environments/wsl-1/mounts");
        assert_eq!(drive(wsl_1, "/mnt/c/Users"), windows);
        let chrome_os = Some((DriveOwner::ChromeOs, "/mnt/chromeos".to_owned()));
        assert_eq!(drive(CROSTINI, "/mnt/chromeos/MyFiles/course"), chrome_os);
        for own in ["/home/student/course", "/mnt/wsl", "/mnt/chrome", "/usr/lib/wsl/drivers"] {
            assert_eq!(drive(WSL_2, own), None, "{own}");
            assert_eq!(drive(CROSTINI, own), None, "{own}");
        }
    }

    #[test]
    fn a_disk_that_is_mounted_in_a_drive_is_linuxs_own() {
        let mounts = format!("{WSL_2}/dev/sdd /mnt/c/linux ext4 rw 0 0\n");
        assert_eq!(drive(&mounts, "/mnt/c/linux/course"), None);
        let stick = "/dev/sdb1 /media/a\\040stick vfat rw 0 0\n";
        assert_eq!(
            drive(stick, "/media/a stick/x"),
            Some((DriveOwner::Other, "/media/a stick".to_owned()))
        );
    }

    proptest! {
        #[test]
        fn no_list_of_mounts_makes_it_panic(text in r"((/|/mnt/c| |,|9p|drvfs|vfat|\\040|\\134|\n|[ -~é]{0,6}){0,30})") {
            Mounts::parse(&text).drive(Path::new("/mnt/c/Users"));
        }
    }
}
