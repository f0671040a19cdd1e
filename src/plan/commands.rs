//! The exact commands of the steps. Options for apt and dpkg behave the same from apt 1.6 to 3.2
//! (unknown `-o` names are ignored).

use std::path::{Path, PathBuf};

use super::install_options::InstallOptions;
use crate::facts::alternatives::{GROUP, LINK};
use crate::facts::apt;
use crate::facts::package_source::View;
use crate::facts::system_python::SYSTEM_PYTHON;
use crate::host::{Account, Command};
use crate::version::PythonVersion;

/// Why: no questions, nothing removed, no recommended extras, configuration files kept, apt's own
/// pty not needed in a chroot, and a stalled server given up in seconds.
const APT_OPTIONS: [&str; 16] = [
    "-y",
    "-q",
    "--no-install-recommends",
    "--no-remove",
    "-o",
    "Dpkg::Use-Pty=0",
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
    "-o",
    "Acquire::Retries=3",
    "-o",
    "Acquire::http::Timeout=15",
    "-o",
    "Acquire::https::Timeout=15",
];

/// `dpkg --configure -a`
pub(super) fn configure_packages(install_options: &InstallOptions) -> Command {
    let options = Command::new("/usr/bin/dpkg").args(["--force-confdef", "--force-confold"]);
    options.args(install_options.dpkg_options()).args(["--configure", "-a"])
}

/// `apt-get update`, without the translated descriptions: they are a third of the download and no
/// package needs them. Those that are there stay (List-Cleanup), and the next ordinary update
/// brings the rest.
pub fn refresh_index() -> Command {
    Command::new("/usr/bin/apt-get").args([
        "-q",
        "-o",
        "Acquire::Languages=none",
        "-o",
        "APT::Get::List-Cleanup=0",
        "-o",
        "Acquire::Retries=3",
        "-o",
        "Acquire::http::Timeout=15",
        "-o",
        "Acquire::https::Timeout=15",
        "update",
    ])
}

/// `apt-get update` of a single file of sources; the index of every other one stays.
pub(super) fn refresh_only(sources: &str) -> Command {
    let list = format!("Dir::Etc::sourcelist={sources}");
    let only = ["-o".to_owned(), list, "-o".into(), "Dir::Etc::sourceparts=-".into()];
    let refresh = refresh_index();
    Command { arguments: [only.to_vec(), refresh.arguments].concat(), ..refresh }
}

/// `apt-get update` of an index of its own.
pub(super) fn fetch_index(view: &View) -> Command {
    let refresh = refresh_index();
    Command { arguments: [view.options.clone(), refresh.arguments].concat(), ..refresh }
}

/// `apt-get download PACKAGE=VERSION…`, which holds each against the signed index.
pub(super) fn fetch_packages(view: &View, packages: &[String], folder: &Path) -> Command {
    let options = [
        "-q",
        "-o",
        "Acquire::Retries=3",
        "-o",
        "Acquire::http::Timeout=15",
        "-o",
        "Acquire::https::Timeout=15",
    ];
    let download = Command::new("/usr/bin/apt-get")
        .args(view.options.clone())
        .args(options)
        .args(["download"]);
    download.args(packages.iter().cloned()).in_folder(folder)
}

/// `DIR/bin/python -m pip download PACKAGE…`, ready-made ones only: where they are carried to,
/// nothing need be built.
pub(super) fn fetch_wheels(
    venv: &Path,
    packages: &[String],
    folder: &Path,
    owner: Option<Account>,
) -> Command {
    Command::new(python_of(venv))
        .args([
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "download",
            "--only-binary",
            ":all:",
            "--dest",
        ])
        .args([folder.display().to_string()])
        .args(packages.iter().cloned())
        .as_account(owner)
}

/// `apt-cache policy PACKAGE`
pub(super) fn show_candidates(package: &str) -> Command {
    Command::new("/usr/bin/apt-cache").args(["policy", package])
}

/// `apt-get install PACKAGE…`
pub fn install_packages(packages: &[String], install_options: &InstallOptions) -> Command {
    let options =
        Command::new("/usr/bin/apt-get").args(APT_OPTIONS).args(install_options.apt_options());
    options.args(["install"]).args(packages.iter().cloned())
}

/// `update-alternatives --install …`
pub(super) fn register_alternative(path: &Path, priority: u32) -> Command {
    let path = path.display().to_string();
    let words =
        ["--install".to_owned(), LINK.to_owned(), GROUP.to_owned(), path, priority.to_string()];
    Command::new("/usr/bin/update-alternatives").args(words)
}

/// `update-alternatives --set …`
pub(super) fn select_alternative(path: &Path) -> Command {
    let words = ["--set".to_owned(), GROUP.to_owned(), path.display().to_string()];
    Command::new("/usr/bin/update-alternatives").args(words)
}

/// `pythonX.Y -m venv DIR`, by the interpreter's own path: through a link, a later switch of that
/// link would change the environment.
pub(super) fn make_venv(interpreter: &Path, folder: &Path, owner: Option<Account>) -> Command {
    let words = ["-m".to_owned(), "venv".to_owned(), folder.display().to_string()];
    Command::new(interpreter).args(words).as_account(owner)
}

/// `DIR/bin/python -m ensurepip`
pub(super) fn add_pip(folder: &Path, owner: Option<Account>) -> Command {
    Command::new(python_of(folder))
        .args(["-Im", "ensurepip", "--upgrade", "--default-pip"])
        .as_account(owner)
}

/// `DIR/bin/python -m pip install PACKAGE…`
pub(super) fn install_into_venv(
    folder: &Path,
    packages: &[String],
    owner: Option<Account>,
    install_options: &InstallOptions,
) -> Command {
    Command::new(python_of(folder))
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install"])
        .args(install_options.pip_options())
        .args(packages.iter().cloned())
        .as_account(owner)
}

/// `update-alternatives --remove …`
pub(super) fn unregister_alternative(path: &Path) -> Command {
    let words = ["--remove".to_owned(), GROUP.to_owned(), path.display().to_string()];
    Command::new("/usr/bin/update-alternatives").args(words)
}

/// `apt-get purge PACKAGE…`
pub(super) fn remove_packages(packages: &[String]) -> Command {
    Command::new("/usr/bin/apt-get")
        .args(["-y", "-q", "-o", "Dpkg::Use-Pty=0", "purge"])
        .args(packages.iter().cloned())
}

/// `apt-get clean`
pub(super) fn empty_cache() -> Command {
    Command::new("/usr/bin/apt-get").args(["clean"])
}

/// Removes apt's package index, and leaves its lock and its folders.
pub(super) fn empty_index() -> Command {
    let files =
        ["-mindepth", "1", "-maxdepth", "1", "!", "-type", "d", "!", "-name", "lock", "-delete"];
    Command::new("/usr/bin/find").args([apt::LISTS]).args(files)
}

/// `rm -f FILE…`
pub(super) fn remove_files(files: &[String]) -> Command {
    Command::new("/bin/rm").args(["-f", "--"]).args(files.iter().cloned())
}

/// `rm -rf DIR`, on its own file system only.
pub(super) fn remove_tree(folder: &Path, owner: Option<Account>) -> Command {
    let words =
        ["-rf".to_owned(), "--one-file-system".into(), "--".into(), folder.display().to_string()];
    Command::new("/bin/rm").args(words).as_account(owner)
}

/// A virtual environment's interpreter.
pub fn python_of(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

/// 311 for 3.11: when the chosen one goes, the newest that is left follows.
pub(super) fn priority(version: &PythonVersion) -> u32 {
    u32::try_from(version.major * 100 + version.minor).unwrap_or(u32::MAX)
}

/// The right link under a name of its own, beside /usr/bin/python3.
const PREPARED: &str = "/usr/bin/.labready.python3";

/// `ln -sfT python3.X …`
pub(super) fn prepare_link(default: &str) -> Command {
    Command::new("/bin/ln").args(["-s", "-f", "-T", "--", default, PREPARED])
}

/// `update-alternatives --remove-all GROUP`, which takes the group's link away, too.
pub(super) fn remove_group(group: &str) -> Command {
    Command::new("/usr/bin/update-alternatives").args(["--remove-all", group])
}

/// `mv -fT …`: one rename, so that there is no moment without a link.
pub(super) fn put_link() -> Command {
    Command::new("/bin/mv").args(["-f", "-T", "--", PREPARED, SYSTEM_PYTHON])
}

/// `find DIR … -execdir chown -h …` of what is root's. No link is followed, neither on the way nor
/// at its end; and a file that has another name elsewhere is left, for it is not only this
/// folder's.
pub fn give_back(folder: &Path, uid: u32, gid: u32) -> Command {
    let folder = folder.display().to_string();
    let what =
        ["-xdev", "-uid", "0", "(", "-type", "d", "-o", "-type", "l", "-o", "-links", "1", ")"];
    let owner = format!("{uid}:{gid}");
    let change = ["-execdir", "/bin/chown", "-h", "--from=0", owner.as_str(), "{}", "+"];
    Command::new("/usr/bin/find").args([folder.as_str()]).args(what).args(change)
}
