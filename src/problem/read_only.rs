//! A place that packages are installed to and that nothing can be written to: a disk that is broken, a mount
//! that somebody made so, or a sandbox around this run alone.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Remedy;
use crate::shell::quoted_line;
use crate::words::{path, quoted};

/// A mount that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReadOnlyMount {
    /// Where it is mounted.
    pub mount: PathBuf,
    /// What is read-only.
    pub what: ReadOnly,
}

/// What is read-only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadOnly {
    /// The file system, as after a disk error.
    FileSystem,
    /// This mount of a file system that can be written, for every process.
    Mount,
    /// The same, for this process and those around it: a sandbox.
    Sandbox {
        /// systemd's name for what runs in it, where it has one.
        unit: Option<String>,
    },
}

impl ReadOnlyMount {
    pub(super) fn title(&self) -> String {
        match &self.what {
            ReadOnly::FileSystem | ReadOnly::Mount => {
                format!("{} is mounted read-only", path(&self.mount))
            }
            ReadOnly::Sandbox { .. } => {
                format!("labready runs in a sandbox that cannot write to {}", path(&self.mount))
            }
        }
    }

    pub(super) fn evidence(&self) -> String {
        match &self.what {
            ReadOnly::FileSystem => {
                "packages are installed there; the system does this itself after a disk error".into()
            }
            ReadOnly::Mount => "packages are installed there; its file system is writable, but is mounted without the right to write".into(),
            ReadOnly::Sandbox { unit: Some(unit) } => {
                format!("packages are installed there; the machine can write to it, but {} cannot", quoted(unit))
            }
            ReadOnly::Sandbox { unit: None } => {
                "packages are installed there; the machine can write to it, but this process cannot".into()
            }
        }
    }

    pub(super) fn remedy(&self) -> Option<Remedy> {
        match &self.what {
            ReadOnly::FileSystem => Remedy::as_root(remount(&self.mount)),
            ReadOnly::Mount => Remedy::advice(format!(
                "in a container, start it without `--read-only`; otherwise run `sudo {}`",
                remount(&self.mount)
            )),
            ReadOnly::Sandbox { unit: Some(unit) } => Remedy::advice(format!(
                "run labready outside of {unit}, or remove `ProtectSystem=` and `ReadOnlyPaths=` from it with `sudo {}`",
                quoted_line(&["systemctl".into(), "edit".into(), "--full".into(), unit.clone()]),
                unit = quoted(unit)
            )),
            ReadOnly::Sandbox { unit: None } => Remedy::advice(
                "run labready outside of this sandbox, for example in a terminal of its own",
            ),
        }
    }
}

fn remount(mount: &Path) -> String {
    let words = ["mount", "-o", "remount,rw"].map(str::to_owned);
    quoted_line(&[words.as_slice(), &[mount.display().to_string()]].concat())
}
