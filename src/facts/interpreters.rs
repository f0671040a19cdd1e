//! Which interpreters are installed, whose they are, and what each says of itself.
//!
//! Only the system's own are started (once, with `-I`); those of pyenv, conda, a home and the like
//! are recognised by where they lie and shown: starting a shim is slow, and root must not run what
//! a student can write.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::drives::Mounts;
use crate::apt::dpkg::DpkgStatus;
use crate::error::Error;
use crate::host::{Account, Command, Control, Host, Kind, Reach};
use crate::problem::{Id, PythonFlaw};
use crate::version::{self, PythonVersion};

/// The folders that belong to the system, in the order in which interpreters are preferred.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/bin", "/bin", "/usr/local/bin"];
/// An interpreter that has not answered by then is broken.
const PROBE_LIMIT: Duration = Duration::from_secs(10);
/// What an interpreter is asked; the answer is one JSON object.
const PROBE: &str = "import sys
from importlib.util import find_spec
v = sys.version_info
has = lambda name: str(find_spec(name) is not None).lower()
print('{\"major\": %d, \"minor\": %d, \"micro\": %d, \"level\": \"%s\", \"serial\": %d, \"ensurepip\": %s, \"ssl\": %s}'
      % (v[0], v[1], v[2], v[3], v[4], has('ensurepip'), has('_ssl')))";

/// An interpreter that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// Where it was found.
    pub path: PathBuf,
    /// Where that leads when every link is followed.
    pub real: PathBuf,
    /// Its version; `None` when it did not say.
    pub version: Option<PythonVersion>,
    /// Whose it is.
    pub origin: Home,
    /// Whether it can make a virtual environment with pip.
    #[serde(default)]
    pub ensurepip: bool,
    /// Whether it can speak TLS, without which pip reaches no index.
    #[serde(default)]
    pub ssl: bool,
    /// Whether an account besides root can change it.
    #[serde(default)]
    pub is_exposed: bool,
    /// Why it could not be asked.
    #[serde(default)]
    pub problem: Option<PythonFlaw>,
}

/// Whose an interpreter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Home {
    /// Installed by apt: the only kind that is chosen by itself.
    Apt,
    /// Below /usr/local or elsewhere in the system, from whom is not known.
    Local,
    /// pyenv's.
    Pyenv,
    /// conda's, or one of its kin.
    Conda,
    /// asdf's, mise's or uv's.
    Manager,
    /// Somewhere in a home folder.
    HomeFolder,
    /// Named by `--python PATH`.
    Named,
}

impl Home {
    /// In words: `installed by apt`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Apt => "installed by apt",
            Self::Local => "not installed by apt",
            Self::Pyenv => "pyenv's",
            Self::Conda => "conda's",
            Self::Manager => "a version manager's",
            Self::HomeFolder => "in a home folder",
            Self::Named => "named by `--python`",
        }
    }
}

/// Looks for interpreters: the system's folders, the PATH, and pyenv's versions.
pub fn gather(host: &Host, packages: &DpkgStatus, home: &Path) -> Vec<Interpreter> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    // Windows' own folders are many and slow, and hold programs of Windows.
    let mounts = Mounts::gather(host);
    let searched = host.search_path().into_iter().filter(|folder| mounts.drive(folder).is_none());
    let folders = SYSTEM_FOLDERS.into_iter().map(PathBuf::from).chain(searched);
    for folder in folders {
        for path in pythons_in(host, &folder) {
            let Some(real) = host.real_path(&path) else { continue };
            if is_shim(&path) || !seen.insert(real.clone()) {
                continue;
            }
            let origin = origin(host, &path, &real, packages, home);
            found.push(Interpreter {
                path,
                real,
                version: None,
                origin,
                ensurepip: false,
                ssl: false,
                is_exposed: false,
                problem: None,
            });
        }
    }
    found.extend(
        pyenv_versions(host, home)
            .into_iter()
            .filter(|interpreter| seen.insert(interpreter.real.clone())),
    );
    ask_all(host, &mut found);
    found
}

/// The interpreter that `--python PATH` names, asked as the account that the labs will run as.
pub fn named(host: &Host, path: &Path, account: Option<Account>) -> Interpreter {
    let path = host.absolute(path);
    let real = host.real_path(&path).unwrap_or_else(|| path.clone());
    let kind = host.lstat(&real).kind;
    let is_exposed = is_exposed(host, &real);
    let mut interpreter = Interpreter {
        path,
        real,
        version: None,
        origin: Home::Named,
        ensurepip: false,
        ssl: false,
        is_exposed,
        problem: None,
    };
    match kind {
        Kind::Missing => interpreter.problem = Some(PythonFlaw::Missing),
        Kind::Folder => interpreter.problem = Some(PythonFlaw::Folder),
        _ => ask(host, &mut interpreter, account),
    }
    interpreter
}

/// `python3` and `python3.N` in a folder, the versioned names first: a generic link may be switched
/// later.
fn pythons_in(host: &Host, folder: &Path) -> Vec<PathBuf> {
    let is_python = |name: &str| match name.strip_prefix("python3") {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('.')
            .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())),
        None => false,
    };
    let mut names: Vec<String> =
        host.list_readable(folder).into_iter().filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| is_python(name));
    names.sort_by_key(|name| (name == "python3", name.clone()));
    let folder = folder.display().to_string();
    names.iter().flat_map(|name| host.programs_in(&folder, name)).collect()
}

/// A shim leads to whatever its manager decides at that moment; the interpreters behind it are
/// looked for where they lie.
fn is_shim(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("shims"))
}

fn origin(host: &Host, path: &Path, real: &Path, packages: &DpkgStatus, home: &Path) -> Home {
    if is_from_apt(real, packages) {
        return Home::Apt;
    }
    let text = real.to_string_lossy();
    let below = |folder: &Path| {
        folder != Path::new("/") && (real.starts_with(folder) || path.starts_with(folder))
    };
    let has = |part: &str| text.contains(part);
    let prefix = real.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    if has("/.pyenv/") || host.variable("PYENV_ROOT").is_some_and(|root| below(Path::new(root))) {
        Home::Pyenv
    } else if host.lstat(&prefix.join("conda-meta")).exists() {
        Home::Conda
    } else if ["/.asdf/", "/mise/", "/uv/python/"].into_iter().any(has) {
        Home::Manager
    } else if below(home) || real.starts_with("/home") || real.starts_with("/root") {
        Home::HomeFolder
    } else {
        Home::Local
    }
}

/// Debian's interpreter is `/usr/bin/pythonX.Y`, in the package pythonX.Y-minimal (or pythonX.Y, in
/// deadsnakes' from 3.12 on).
fn is_from_apt(real: &Path, packages: &DpkgStatus) -> bool {
    let name = real.strip_prefix("/usr/bin").ok().and_then(Path::to_str);
    name.is_some_and(|name| {
        name.starts_with("python3.")
            && (packages.has(name) || packages.has(&format!("{name}-minimal")))
    })
}

/// pyenv keeps each version in a folder of that name, so it need not be asked.
fn pyenv_versions(host: &Host, home: &Path) -> Vec<Interpreter> {
    let root = host.variable("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    let versions = root.join("versions");
    let found = host.list_readable(&versions).into_iter().filter_map(|name| {
        let version = version::from_python(name.to_str()?)?;
        if version.major < 3 {
            return None;
        }
        let path = versions
            .join(&name)
            .join("bin")
            .join(format!("python{}.{}", version.major, version.minor));
        let real = host.real_path(&path)?;
        let version = Some(version);
        Some(Interpreter {
            path,
            real,
            version,
            origin: Home::Pyenv,
            ensurepip: false,
            ssl: false,
            is_exposed: false,
            problem: None,
        })
    });
    found.collect()
}

/// Asks the system's own, all at once: each takes some ten milliseconds.
fn ask_all(host: &Host, found: &mut [Interpreter]) {
    let is_root = host.account().is_ok_and(|account| account.is_root());
    thread::scope(|scope| {
        for interpreter in found.iter_mut() {
            match interpreter.origin {
                // Root starts nothing that a student can change.
                Home::Local if is_root && is_exposed(host, &interpreter.real) => {
                    interpreter.is_exposed = true;
                    interpreter.problem = Some(PythonFlaw::Exposed);
                }
                Home::Apt | Home::Local => {
                    scope.spawn(|| ask(host, interpreter, None));
                }
                Home::Conda => interpreter.version = conda_version(host, &interpreter.real),
                Home::Pyenv => {
                    interpreter.version =
                        interpreter.version.take().or_else(|| pyenv_version(&interpreter.real))
                }
                _ => {}
            }
        }
    });
}

/// Whether an account besides root can change it.
fn is_exposed(host: &Host, path: &Path) -> bool {
    host.control(path, Reach::Itself).map_or(true, |control| control != Control::Root)
}

/// `versions/3.12.4/bin/python3.12`
fn pyenv_version(real: &Path) -> Option<PythonVersion> {
    version::from_python(real.parent()?.parent()?.file_name()?.to_str()?)
}

/// conda names its package files after the version: `conda-meta/python-3.12.4-h99e199e_1.json`.
fn conda_version(host: &Host, real: &Path) -> Option<PythonVersion> {
    let prefix = real.parent()?.parent()?;
    let names = host.list_readable(&prefix.join("conda-meta"));
    names.iter().find_map(|name| {
        version::from_python(name.to_str()?.strip_prefix("python-")?.split('-').next()?)
    })
}

/// Why it did not answer, in a line: of a traceback the last one says it.
fn last_error(stderr: &str) -> &str {
    let mut lines = stderr.lines().filter(|line| !line.trim().is_empty());
    match lines.next() {
        None => "",
        Some(first) if first.starts_with("Traceback") => lines.next_back().unwrap_or(first),
        Some(first) => first,
    }
}

#[derive(Deserialize)]
struct ProbeReply {
    major: u64,
    minor: u64,
    micro: u64,
    level: String,
    serial: u32,
    ensurepip: bool,
    ssl: bool,
}

fn ask(host: &Host, interpreter: &mut Interpreter, account: Option<Account>) {
    let command =
        Command::new(&interpreter.real).args(["-I", "-S", "-c", PROBE]).as_account(account);
    let answer = match host.run(&command, PROBE_LIMIT) {
        Ok(finished) if finished.is_success() => {
            serde_json::from_str::<ProbeReply>(finished.stdout.trim())
                .map_err(|_| PythonFlaw::NotPython)
        }
        Ok(finished) if finished.stderr.trim_start().starts_with("Unknown option: -I") => {
            Err(PythonFlaw::Python2)
        }
        Ok(finished) => Err(PythonFlaw::Failed {
            ending: finished.ending(),
            said: last_error(&finished.stderr).to_owned(),
        }),
        Err(Error::Problem(why)) if why.id() == Id::ProgramTimedOut => Err(PythonFlaw::TooSlow),
        Err(error) => Err(PythonFlaw::NotStarted { said: error.to_string() }),
    };
    match answer {
        Ok(answer) => {
            let level = match answer.level.as_str() {
                "final" => String::new(),
                level => format!("{level}{}", answer.serial),
            };
            let text = format!("{}.{}.{}{level}", answer.major, answer.minor, answer.micro);
            interpreter.version = version::from_python(&text);
            interpreter.ensurepip = answer.ensurepip;
            interpreter.ssl = answer.ssl;
        }
        Err(problem) => interpreter.problem = Some(problem),
    }
}
