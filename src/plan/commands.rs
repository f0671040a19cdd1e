//! The exact commands of the steps that change virtual environments, links and files; those of apt
//! and dpkg are in [`crate::apt::commands`].

use std::path::{Path, PathBuf};

use crate::apt::PackageSource;
use crate::host::{Account, Command};
use crate::problem::SYSTEM_PYTHON;
use crate::version::PythonVersion;

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
    source: &PackageSource,
) -> Command {
    Command::new(python_of(folder))
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install"])
        .args(pip_options(source))
        .args(packages.iter().cloned())
        .as_account(owner)
}

/// Where pip takes packages from.
fn pip_options(source: &PackageSource) -> Vec<String> {
    let no_index = "--no-index".to_owned();
    match source {
        PackageSource::Network => Vec::new(),
        PackageSource::LocalOnly => vec![no_index],
        PackageSource::Bundle(folder) => {
            let wheels = folder.join("wheels").display().to_string();
            vec![no_index, "--find-links".into(), wheels]
        }
    }
}

/// `mv -T FILE KEPT`; what was kept before gets a number.
pub(super) fn set_aside(file: &Path, kept: &Path) -> Command {
    let words = [file, kept].map(|path| path.display().to_string());
    Command::new("/bin/mv").args(["--backup=numbered", "-T", "--"]).args(words)
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

/// `mv -fT …`: one rename, so that there is no moment without a link.
pub(super) fn put_link() -> Command {
    Command::new("/bin/mv").args(["-f", "-T", "--", PREPARED, SYSTEM_PYTHON])
}

/// `find DIR … -execdir chown -h …` of what is root's. No link is followed, neither on the way nor
/// at its end. What is mounted there is left, and so is what of root's not everybody may read, and a
/// file that has another name elsewhere, for it is not only this folder's.
pub fn give_back(folder: &Path, uid: u32, gid: u32, mounted: &[PathBuf]) -> Command {
    let text = |path: &Path| path.display().to_string();
    let mounted = mounted.iter().flat_map(|path| {
        ["-path".to_owned(), literal(&text(&folder.join(path))), "-prune".into(), "-o".into()]
    });
    let private =
        ["-type", "d", "-uid", "0", "!", "-perm", "-005", "-prune", "-o", "-uid", "0", "("];
    let what = ["-type", "d", "-o", "-type", "l", "-links", "1", "-o", "-type", "f", "-links", "1"];
    let readable = ["-perm", "-004", "!", "-perm", "/6000", ")"];
    let owner = format!("{uid}:{gid}");
    let change = ["-execdir", "/bin/chown", "-h", "--from=0", owner.as_str(), "{}", "+"];
    Command::new("/usr/bin/find")
        .args([text(folder), "-xdev".into()])
        .args(mounted)
        .args(private)
        .args(what)
        .args(readable)
        .args(change)
}

/// A path as find's patterns mean it: each sign for itself.
fn literal(path: &str) -> String {
    let escaped = |c: char| if "*?[]\\".contains(c) { vec!['\\', c] } else { vec![c] };
    path.chars().flat_map(escaped).collect()
}
