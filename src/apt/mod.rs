//! apt and dpkg as programs: their commands and options, parsers of what they print and keep, their
//! locks. Nothing else names them.
//!
//! `commands` and `alternatives` build every command, with what `install_options` and
//! `package_source` ask for. `offers`, `dependencies` and `removable` ask apt; `dpkg`, `kept` and `index`
//! read files; `output` and `status_fd` understand what a running apt says; `locks` tells who uses
//! them; `proxy` is the user's proxy in apt's words.

pub mod alternatives;
pub mod commands;
pub mod dependencies;
pub mod dpkg;
pub mod index;
pub mod install_options;
pub mod kept;
pub mod locks;
pub mod offers;
pub mod output;
pub mod package_source;
pub mod proxy;
pub mod removable;
pub mod status_fd;

pub use install_options::InstallOptions;
pub use package_source::{AptConfig, PackageSource};

use crate::host::Host;

/// Whether both are on this machine.
pub fn are_here(host: &Host) -> bool {
    ["apt-get", "dpkg"].into_iter().all(|name| host.program(name).is_some())
}
