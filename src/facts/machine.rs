//! The machine itself: its name, kernel and architecture, and whether it is a real one, a
//! container, WSL or a chroot.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::{Host, Kind};

/// What this machine is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its name.
    pub hostname: String,
    /// Release of the running kernel.
    pub kernel: String,
    /// dpkg's name for the architecture of the packages (`amd64`).
    pub architecture: String,
    /// What kind of environment this is.
    pub environment: Environment,
}

/// Where a system runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// A computer of its own, virtual or not.
    Machine,
    /// Windows Subsystem for Linux.
    Wsl,
    /// A Chromebook's Linux.
    Crostini,
    /// A container.
    Container,
    /// A chroot, as in an image build.
    Chroot,
}

/// Looks at this machine.
pub fn gather(host: &Host) -> Machine {
    let line = |path: &str| {
        let text = host.read_at_most(Path::new(path), 4096).ok().flatten().unwrap_or_default();
        text.lines().next().unwrap_or_default().trim().to_owned()
    };
    let kernel = line("/proc/sys/kernel/osrelease");
    let architecture = line("/var/lib/dpkg/arch");
    let architecture =
        if architecture.is_empty() { host.built_for().to_owned() } else { architecture };
    // An image that is being built may have no /proc.
    let hostname = ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .map(line)
        .find(|name| !name.is_empty());
    Machine {
        hostname: hostname.unwrap_or_default(),
        environment: environment(host, &kernel),
        kernel,
        architecture,
    }
}

fn environment(host: &Host, kernel: &str) -> Environment {
    let exists = |path: &str| host.lstat(Path::new(path)).exists();
    let any = |paths: &[&str]| paths.iter().any(|path| exists(path));
    let is_in_container = any(&["/.dockerenv", "/run/.containerenv"]);
    // A container on Windows has the same kernel; a distribution of WSL may have been a container.
    let is_wsl = kernel.to_lowercase().contains("microsoft") && !is_in_container;
    if is_wsl || exists("/run/WSL") {
        Environment::Wsl
    } else if any(&["/dev/.cros_milestone", "/opt/google/cros-containers"]) {
        Environment::Crostini
    } else if is_in_container || exists("/run/systemd/container") {
        Environment::Container
    } else if is_chroot(host) {
        Environment::Chroot
    } else {
        Environment::Machine
    }
}

/// Only root may see where process 1 lives; without that sight, or without /proc, the kind of the
/// machine stays the plain one.
fn is_chroot(host: &Host) -> bool {
    match host.lstat(Path::new("/proc/1/root")).kind {
        Kind::Link(_) => !host.is_same(Path::new("/proc/1/root/."), Path::new("/")),
        _ => false,
    }
}
