//! The steps that more than one planner makes. Pure.

use std::path::{Path, PathBuf};

use super::ids::slug;
use super::words::quoted_list;
use super::{Action, Step, commands};
use crate::apt::alternatives::{self, GROUP, LINK};
use crate::apt::dpkg::DpkgStatus;
use crate::apt::{self, InstallOptions};
use crate::facts::damaged::DamagedInterpreter;

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

/// Unpacks the packages of an interpreter again.
pub(super) fn reinstall_step(damaged: &DamagedInterpreter) -> Step {
    let name = damaged.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let options = InstallOptions::default();
    Step {
        id: slug(&format!("reinstall-{name}")),
        title: format!("Reinstall {}", quoted_list(&damaged.packages)),
        why: format!("`{}` {}", damaged.path.display(), damaged.why.words()),
        command: apt::commands::reinstall_packages(&damaged.packages, &options),
        action: Action::ReinstallPackages {
            packages: damaged.packages.clone(),
            interpreter: damaged.path.clone(),
        },
        needs_root: true,
    }
}

/// Registers an interpreter in our group.
pub(super) fn register_step(path: PathBuf, priority: u32) -> Step {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Step {
        id: slug(&format!("register-{name}")),
        title: format!("Register {name} as a choice for `python3`"),
        why: format!("`{LINK}` can then point to it; /usr/bin/python3 stays unchanged"),
        command: alternatives::register(&path, priority),
        action: Action::RegisterAlternative { path, priority },
        needs_root: true,
    }
}

/// Lets our link lead to an interpreter, for this reason.
pub(super) fn select_step(path: &Path, name: &str, why: &str) -> Step {
    Step {
        id: "select-python".into(),
        title: format!("Make {name} the `python3` command"),
        why: why.to_owned(),
        command: alternatives::select(path),
        action: Action::SelectAlternative { path: path.to_owned() },
        needs_root: true,
    }
}

/// Moves a part of our group away that update-alternatives cannot use.
pub(super) fn set_aside_step(damaged: &Path, why: &str) -> Step {
    let kept = alternatives::kept();
    Step {
        id: "set-group-aside".into(),
        title: format!("Move `{}` to `{}`", damaged.display(), kept.display()),
        why: why.to_owned(),
        command: commands::set_aside(damaged, &kept),
        action: Action::SetGroupAside { damaged: damaged.to_owned() },
        needs_root: true,
    }
}

/// Removes the files of our group without update-alternatives, which would take the link away
/// whosever it is.
pub(super) fn remove_group_step(files: Vec<PathBuf>, why: &str) -> Step {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    Step {
        id: "remove-group".into(),
        title: format!("Remove the alternatives group {GROUP}"),
        why: why.to_owned(),
        command: commands::remove_files(&names),
        action: Action::RemoveGroup { files },
        needs_root: true,
    }
}

/// Takes an interpreter out of our group, for this reason.
pub(super) fn unregister_step(path: &Path, why: &str) -> Step {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Step {
        id: slug(&format!("unregister-{name}")),
        title: format!("Remove {name} from the choices for `python3`"),
        why: why.to_owned(),
        command: alternatives::unregister(path),
        action: Action::UnregisterAlternative { path: path.to_owned() },
        needs_root: true,
    }
}
