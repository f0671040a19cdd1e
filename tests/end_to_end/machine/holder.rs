//! Keeps a machine alive: one process in its own mount, process and host-name namespaces, which
//! dies with this one.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::layers;

/// Where a machine's writes go.
pub enum Upper {
    /// Into memory, up to so many bytes; gone with the machine.
    InMemory(u64),
    /// Into `FOLDER/rootfs`, to stay.
    Folder(PathBuf),
}

/// A running machine.
pub struct Holder {
    unshare: Child,
    pid: String,
    /// To be emptied of overlayfs's own traces once the machine is gone.
    folder: Option<PathBuf>,
}

impl Holder {
    /// Starts a machine over `layers` (the topmost first), with the files of `carried` copied over
    /// it and `binds` mounted into it.
    pub fn start(
        layers: &[PathBuf],
        upper: &Upper,
        name: &str,
        carried: &Path,
        binds: &[(PathBuf, PathBuf)],
    ) -> Self {
        let cache = layers::cache();
        // Short, and free of whatever a home folder's name holds: overlayfs splits its options at
        // `:` and `,`.
        let within =
            |path: &PathBuf| path.strip_prefix(&cache).unwrap_or(path).as_os_str().to_owned();
        let layers = layers.iter().map(within).collect::<Vec<_>>().join(&OsString::from(":"));
        let (written, bytes) = match upper {
            Upper::InMemory(bytes) => ("-".into(), *bytes),
            Upper::Folder(folder) => (within(folder), 1 << 20),
        };
        let mut unshare = Command::new("unshare")
            .args([
                "--mount",
                "--uts",
                "--pid",
                "--fork",
                "--kill-child",
                "--",
                "bash",
                "-c",
                include_str!("holder.sh"),
                "holder",
            ])
            .arg(layers)
            .arg(written)
            .arg(bytes.to_string())
            .arg(name)
            .arg(carried)
            .args(binds.iter().flat_map(|(from, to)| [from, to]))
            .current_dir(&cache)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("unshare starts");
        let mut pid = String::new();
        BufReader::new(unshare.stdout.take().unwrap())
            .read_line(&mut pid)
            .expect("a line from the holder");
        if pid.is_empty() {
            let mut reason = String::new();
            let _ = unshare.stderr.take().unwrap().read_to_string(&mut reason);
            let _ = unshare.wait();
            panic!("could not start a machine: {reason}");
        }
        let folder = if let Upper::Folder(folder) = upper { Some(folder.clone()) } else { None };
        Self { unshare, pid: pid.trim().to_owned(), folder }
    }

    /// The number of the machine's process 1, seen from here.
    pub fn pid(&self) -> &str {
        &self.pid
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // The end of its stdin ends process 1, and the kernel ends everything else in its
        // namespace.
        drop(self.unshare.stdin.take());
        let _ = self.unshare.wait();
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder.join("work"));
        }
    }
}
