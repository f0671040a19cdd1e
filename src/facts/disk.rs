//! Free space where something will be written.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::Host;

/// Free bytes for this user; `None` where the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Where packages are unpacked (/usr).
    pub usr_bytes: Option<u64>,
    /// Where apt keeps its index and downloads (/var/cache/apt).
    pub var_bytes: Option<u64>,
    /// Where the virtual environment will be.
    pub venv_bytes: Option<u64>,
}

/// Looks at this machine.
pub fn gather(host: &Host, venv: &Path) -> Disk {
    Disk {
        usr_bytes: host.free_bytes(Path::new("/usr")),
        var_bytes: host.free_bytes(Path::new("/var/cache/apt")),
        venv_bytes: host.free_bytes(venv),
    }
}
