//! The steps that more than one planner makes. Pure.

use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::ids::slug;
use super::words::{quoted_list, short};
use super::{Action, Step};
use crate::apt::alternatives::{self, GROUP, LINK};
use crate::apt::dpkg::DpkgStatus;
use crate::apt::{self, InstallOptions};

/// Finishes what dpkg began.
pub(super) fn configure_step(packages: &DpkgStatus, install_options: &InstallOptions) -> Step {
    let names: Vec<String> = packages.half_done.keys().map(|name| format!("`{name}`")).collect();
    let left = if names.is_empty() {
        String::new()
    } else {
        format!(" and left {} half-done", names.join(", "))
    };
    Step {
        id: "configure-packages".into(),
        title: "Finish the interrupted installation".into(),
        why: format!("an earlier run of dpkg was interrupted{left}"),
        action: Action::ConfigurePackages,
        command: apt::commands::configure_packages(install_options),
        needs_root: true,
    }
}

/// Fetches apt's index, for this reason.
pub(super) fn refresh_step(why: &str) -> Step {
    Step {
        id: "refresh-index".into(),
        title: "Update apt's package index".into(),
        why: why.to_owned(),
        action: Action::RefreshIndex,
        command: apt::commands::refresh_index(),
        needs_root: true,
    }
}

/// Installs packages, if there are any.
pub(super) fn install_step(
    id: &str,
    title: &str,
    packages: &[String],
    install_options: &InstallOptions,
) -> Option<Step> {
    let verb = if packages.len() == 1 { "is" } else { "are" };
    (!packages.is_empty()).then(|| Step {
        id: id.to_owned(),
        title: title.to_owned(),
        why: format!("{} {verb} not installed", quoted_list(packages)),
        action: Action::InstallPackages { packages: packages.to_vec() },
        command: apt::commands::install_packages(packages, install_options),
        needs_root: true,
    })
}

/// Registers an interpreter in our group.
pub(super) fn register_step(path: PathBuf, priority: u32) -> Step {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Step {
        id: slug(&format!("register-{name}")),
        title: format!("Add {name} to the alternatives group {GROUP}"),
        why: format!("`{LINK}` can then point to it; /usr/bin/python3 stays unchanged"),
        command: alternatives::register(&path, priority),
        action: Action::RegisterAlternative { path, priority },
        needs_root: true,
    }
}

/// Lets our link lead to the chosen interpreter.
pub(super) fn select_step(choice: &Choice) -> Step {
    Step {
        id: "select-python".into(),
        title: format!("Select Python {} as `{LINK}`", short(choice)),
        why: "the course runs `python3`".into(),
        command: alternatives::select(&choice.path),
        action: Action::SelectAlternative { path: choice.path.clone() },
        needs_root: true,
    }
}

/// Takes an interpreter out of our group, for this reason.
pub(super) fn unregister_step(path: &Path, why: &str) -> Step {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Step {
        id: slug(&format!("unregister-{name}")),
        title: format!("Remove {name} from the alternatives group {GROUP}"),
        why: why.to_owned(),
        command: alternatives::unregister(path),
        action: Action::UnregisterAlternative { path: path.to_owned() },
        needs_root: true,
    }
}
