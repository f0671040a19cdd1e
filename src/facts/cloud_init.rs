//! Whether cloud-init still prepares this machine: until it is done, it writes apt's sources,
//! refreshes its index and installs packages.
//!
//! It writes /run/cloud-init/result.json when its last stage ends, with errors or without; its
//! generator writes `disabled` beside it when it does not run at all (cloud-init's documentation,
//! "Boot stages" and "status").

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::{Host, Kind};

/// What it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloudInit {
    /// It is not there, or does not run, or is done.
    #[default]
    Quiet,
    /// It is at work.
    Running,
    /// It is at work, and this run of labready is part of that: waiting for it would never end.
    StartedUs,
}

/// Looks at this machine.
pub fn gather(host: &Host) -> CloudInit {
    let exists = |path: &str| host.lstat(Path::new(path)).exists();
    let is_on = exists("/usr/bin/cloud-init")
        && host.lstat(Path::new("/run/cloud-init")).kind == Kind::Folder;
    if !is_on
        || [
            "/run/cloud-init/result.json",
            "/run/cloud-init/disabled",
            "/etc/cloud/cloud-init.disabled",
        ]
        .into_iter()
        .any(exists)
    {
        return CloudInit::Quiet;
    }
    if host.ancestors().iter().any(|name| name.starts_with("cloud-init")) {
        CloudInit::StartedUs
    } else {
        CloudInit::Running
    }
}
