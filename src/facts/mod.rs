//! What is true on the host now: read-only, without root, gathered side by side. One concern a
//! file.
//!
//! A missing tool or file is a fact, not an error. What apt offers is not asked here: apt is slow,
//! and is asked when the plan needs it.

pub mod alternatives;
pub mod cloud_init;
pub mod damaged;
mod derivatives;
pub mod disk;
pub mod distro;
mod drives;
pub mod interpreters;
pub mod machine;
pub mod mounts;
pub mod network;
pub mod os_release;
pub mod pip;
pub mod releases;
pub mod sources;
pub mod system_python;
pub mod venv;
pub mod venv_files;

use std::path::{Path, PathBuf};
use std::thread;

use serde::{Deserialize, Serialize};

use crate::apt::dpkg::{self, DpkgStatus};
use crate::apt::index::{self, Index, KeptFiles};
use crate::apt::locks;
use crate::apt::offers::Offers;
use crate::error::Result;
use crate::host::{Account, Host};
use crate::request::Request;

/// Everything that the plan is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The distribution.
    pub distro: distro::Distro,
    /// The machine and what kind of environment it is.
    pub machine: machine::Machine,
    /// Who asks, and for whom.
    pub rights: Accounts,
    /// Every interpreter that was found, the system's first.
    pub interpreters: Vec<interpreters::Interpreter>,
    /// The interpreter of `--python PATH`, as it answered.
    #[serde(default)]
    pub named: Option<interpreters::Interpreter>,
    /// Interpreters of installed packages that cannot be used as they are.
    #[serde(default)]
    pub damaged: Vec<damaged::DamagedInterpreter>,
    /// dpkg's view of the packages that matter here.
    pub packages: DpkgStatus,
    /// What apt offers; `None` until it was asked.
    #[serde(default)]
    pub apt: Option<Offers>,
    /// How old apt's index is.
    #[serde(default)]
    pub apt_index: Index,
    /// What apt has kept.
    #[serde(default)]
    pub apt_files: KeptFiles,
    /// apt's sources of deadsnakes.
    #[serde(default)]
    pub sources: sources::Sources,
    /// The alternatives group and the link it manages.
    pub selection: alternatives::AlternativesGroup,
    /// The operating system's own python3.
    #[serde(default)]
    pub system_python: system_python::SystemPython,
    /// The virtual environment.
    pub venv: venv::Venv,
    /// Whether cloud-init still prepares this machine.
    #[serde(default)]
    pub cloud_init: cloud_init::CloudInit,
    /// Who uses apt or dpkg right now, by name and number.
    #[serde(default)]
    pub in_use: Option<String>,
    /// Free space where something will be written.
    pub disk: disk::Disk,
}

impl Facts {
    /// Whether what dpkg has half-done is left so, and not the work of a program that is at it
    /// right now.
    pub fn packages_are_at_rest(&self) -> bool {
        self.in_use.is_none()
    }

    /// The interpreters of the alternatives group that are gone for good. Under a link that is
    /// somebody else's they are nobody's trouble, and those of an installed package come back.
    pub fn dangling(&self) -> impl Iterator<Item = &Path> {
        let dangling = self.selection.dangling.iter().filter(|_| !self.selection.is_foreign());
        let comes_back = |path: &Path| self.damaged.iter().any(|damaged| damaged.path == path);
        dangling.map(PathBuf::as_path).filter(move |path| !comes_back(path))
    }

    /// What is wrong with the interpreter that the system was made with, and that the scripts of
    /// packages need.
    pub fn damaged_default(&self) -> Option<&damaged::DamagedInterpreter> {
        let default = self.system_python.default.as_ref()?;
        self.damaged.iter().find(|damaged| damaged.path.ends_with(default))
    }
}

/// Who labready runs as, and whom the virtual environment and the labs belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accounts {
    /// The account that labready runs as.
    pub account: Account,
    /// The student behind sudo, or of `--owner`, when there is one.
    #[serde(default)]
    pub student: Option<Account>,
}

impl Accounts {
    /// Whom the virtual environment and the labs belong to.
    pub fn owner(&self) -> &Account {
        self.student.as_ref().unwrap_or(&self.account)
    }
}

/// Looks at the machine, apt aside. The parts are independent and looked at side by side.
///
/// # Errors
/// When a file that is there cannot be read.
pub fn gather(host: &Host, request: &Request) -> Result<Facts> {
    let Request { course, venv, student, .. } = request;
    let rights = Accounts { account: host.account()?, student: student.clone() };
    let home = rights.owner().home.clone();
    let owners_view = host.as_seen_by(student.as_ref());
    let names = [course.packages.python.as_slice(), &course.packages.build].concat();
    let wanted =
        |name: &str| name.starts_with("python3.") || names.iter().any(|wanted| wanted == name);
    let (packages, interpreters, venv_facts) = thread::scope(|scope| {
        let venv_facts = scope.spawn(|| venv::gather(&owners_view, venv));
        // An interpreter's owner is told from dpkg's files.
        let packages = dpkg::gather(host, wanted);
        let interpreters = packages
            .as_ref()
            .map(|packages| interpreters::gather(host, packages, &home))
            .unwrap_or_default();
        (packages, interpreters, venv_facts.join())
    });
    let named = || {
        let path = request.python.named.as_ref()?;
        Some(interpreters::named(host, path, student.clone()))
    };
    let packages = packages?;
    let mut machine = machine::gather(host);
    machine.architecture = packages.architecture.clone().unwrap_or(machine.architecture);
    Ok(Facts {
        distro: distro::gather(host),
        machine,
        rights,
        damaged: damaged::gather(host, &packages, &interpreters),
        interpreters,
        named: named(),
        packages,
        apt: None,
        apt_index: index::gather(host),
        apt_files: index::kept_files(host),
        sources: sources::gather(host, &request.archive.address),
        selection: alternatives::gather(host),
        system_python: system_python::gather(host),
        venv: venv::Venv {
            source: request.venv_source,
            ..venv_facts.unwrap_or_else(|_| venv::gather(&owners_view, venv))
        },
        cloud_init: cloud_init::gather(host),
        in_use: locks::gather(host).map(|holder| holder.to_string()),
        disk: disk::gather(host, venv),
    })
}
