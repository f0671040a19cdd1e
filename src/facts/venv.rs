//! The virtual environment: what pyvenv.cfg says against what its `bin/python` really is. Nothing
//! in it is started.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{pip, venv_files};
use crate::error::Result;
use crate::host::{Host, Kind};
use crate::problem::{ForeignFolder, VenvFlaw};
use crate::request::VenvSource;
use crate::version::{self, PythonVersion};

/// Stands in a virtual environment while it is being made, and in one whose making was cut off.
pub const UNFINISHED: &str = ".labready-unfinished";
/// What `python -m venv`, virtualenv, uv, pip and labready put into the top of a virtual
/// environment.
const OWN_NAMES: [&str; 11] = [
    "CACHEDIR.TAG",
    "bin",
    "etc",
    "include",
    "lib",
    "lib64",
    "man",
    "share",
    "pyvenv.cfg",
    ".gitignore",
    UNFINISHED,
];
/// More than any pyvenv.cfg or activate script, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// A folder that is, or should become, a virtual environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venv {
    /// Its absolute path.
    pub folder: PathBuf,
    /// How it is known which folder is meant.
    #[serde(default)]
    pub source: VenvSource,
    /// How things stand.
    pub state: State,
    /// Who owns it; `None` when it is not there.
    #[serde(default)]
    pub owner_uid: Option<u32>,
    /// A folder in it that belongs to root, though the whole does not: as after `sudo pip install`.
    #[serde(default)]
    pub roots_part: Option<PathBuf>,
    /// Who owns the folder that holds it.
    #[serde(default)]
    pub parent_uid: Option<u32>,
    /// The version of the interpreter that made it.
    #[serde(default)]
    pub version: Option<PythonVersion>,
    /// Where its `bin/python` leads.
    #[serde(default)]
    pub interpreter: Option<PathBuf>,
    /// The pip packages in it, by their normalized names.
    #[serde(default)]
    pub packages: BTreeSet<String>,
    /// What lies in it that no virtual environment brings: somebody's work, which must not go with
    /// it.
    #[serde(default)]
    pub strangers: Vec<String>,
}

/// How things stand with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is there.
    Missing,
    /// An empty folder is there.
    Empty,
    /// A virtual environment that works.
    Good,
    /// A virtual environment, or what is left of one, that does not work.
    Broken(VenvFlaw),
    /// Something that is no virtual environment and nothing of ours.
    Foreign(ForeignFolder),
}

/// Looks at the folder, with the eyes of whom the host is seen by: its owner's.
pub fn gather(host: &Host, folder: &Path) -> Venv {
    let venv = gather_marked(host, folder);
    let unfinished = matches!(host.lstat(&folder.join(UNFINISHED)).kind, Kind::Link(_));
    match venv.state {
        // Nothing else is what a run of labready that was cut off leaves: least of all what could not
        // be looked into.
        State::Good | State::Broken(_) | State::Foreign(ForeignFolder::Folder { .. })
            if unfinished =>
        {
            Venv { state: State::Broken(VenvFlaw::Unfinished), ..venv }
        }
        _ => venv,
    }
}

/// Looks at the folder, and at every file in it: whether any is somebody's work. What was cut off
/// while it was made is nobody's.
pub fn gather_whole(host: &Host, folder: &Path) -> Venv {
    let mut venv = gather(host, folder);
    if !matches!(venv.state, State::Good | State::Broken(_))
        || venv.state == State::Broken(VenvFlaw::Unfinished)
    {
        return venv;
    }
    match venv_files::added(host, folder) {
        Ok(added) => venv.strangers.extend(added),
        Err(_) => venv.state = State::Foreign(ForeignFolder::Unreadable),
    }
    venv
}

/// Looks at the folder past the mark of an unfinished one: what it would be without it.
pub fn gather_marked(host: &Host, folder: &Path) -> Venv {
    let entry = host.lstat(folder);
    let mut venv = Venv {
        folder: folder.to_owned(),
        source: VenvSource::Folder,
        state: State::Missing,
        owner_uid: entry.exists().then_some(entry.uid),
        roots_part: None,
        parent_uid: parent_uid(host, folder),
        version: None,
        interpreter: None,
        packages: BTreeSet::new(),
        strangers: Vec::new(),
    };
    venv.state = match entry.kind {
        Kind::Missing => State::Missing,
        Kind::File => State::Foreign(ForeignFolder::File),
        Kind::Other => State::Foreign(ForeignFolder::Special),
        Kind::Link(target) => State::Foreign(ForeignFolder::Link { target }),
        // What cannot be looked at is somebody's.
        Kind::Unreadable(_) => State::Foreign(ForeignFolder::Unreadable),
        Kind::Folder => {
            look_into(host, &mut venv).unwrap_or(State::Foreign(ForeignFolder::Unreadable))
        }
    };
    venv
}

/// Who owns the folder above; a link in its place is looked through.
fn parent_uid(host: &Host, folder: &Path) -> Option<u32> {
    Some(host.lstat(&host.real_path(folder.parent()?)?).uid)
}

/// The first folder in it that only root can write, among those that pip writes.
fn roots_part(host: &Host, venv: &Venv) -> Option<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        host.list_readable(folder).iter().map(|name| folder.join(name)).collect()
    };
    let libraries: Vec<PathBuf> = below(&venv.folder.join("lib"));
    let packages = libraries.iter().map(|library| library.join("site-packages"));
    let within =
        packages.flat_map(|folder| below(&folder).into_iter().chain([folder])).collect::<Vec<_>>();
    let is_roots = |path: &PathBuf| {
        let entry = host.lstat(path);
        entry.kind == Kind::Folder && entry.uid == 0
    };
    below(&venv.folder).into_iter().chain(libraries.iter().cloned()).chain(within).find(is_roots)
}

/// What lies in a folder that no virtual environment brings.
///
/// # Errors
/// When it cannot be read.
pub fn strangers(host: &Host, folder: &Path) -> Result<Vec<String>> {
    let names = host.list(folder)?.into_iter().map(|name| name.to_string_lossy().into_owned());
    Ok(names.filter(|name| !OWN_NAMES.contains(&name.as_str())).collect())
}

/// An error says that not everything could be looked at: nothing is concluded from half a look.
fn look_into(host: &Host, venv: &mut Venv) -> Result<State> {
    let folder = venv.folder.clone();
    let names = host.list(&folder)?;
    if names.is_empty() {
        return Ok(State::Empty);
    }
    venv.strangers = strangers(host, &folder)?;
    venv.roots_part = if venv.owner_uid == Some(0) { None } else { roots_part(host, venv) };
    let Some(config) = host.read_at_most(&folder.join("pyvenv.cfg"), FILE_LIMIT)? else {
        let python = host.inspect(&folder.join("bin/python"))?.exists()
            && host.inspect(&folder.join("bin/activate"))?.exists();
        return Ok(if python {
            State::Broken(VenvFlaw::NoConfig)
        } else {
            State::Foreign(ForeignFolder::Folder { entries: names.len() })
        });
    };
    venv.version = version::of_environment(&config);
    host.inspect(&folder.join("bin/python"))?;
    venv.interpreter = host.real_path(&folder.join("bin/python"));
    Ok(flaw(host, venv)?.map_or(State::Good, State::Broken))
}

fn flaw(host: &Host, venv: &mut Venv) -> Result<Option<VenvFlaw>> {
    let Some(made_by) = venv.version.clone() else { return Ok(Some(VenvFlaw::NoVersion)) };
    let Some(leads_to) = venv.interpreter.clone() else {
        return Ok(Some(VenvFlaw::NoInterpreter));
    };
    let series = format!("python{}.{}", made_by.major, made_by.minor);
    let name =
        leads_to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name.starts_with("python3.") && name != series {
        return Ok(Some(VenvFlaw::OtherInterpreter { made_by: series, leads_to }));
    }
    let site_packages = venv.folder.join("lib").join(&series).join("site-packages");
    if host.inspect(&site_packages)?.kind != Kind::Folder {
        return Ok(Some(VenvFlaw::NoSitePackages { series }));
    }
    venv.packages = pip::installed_in(host, &site_packages)?;
    Ok(moved_from(host, &venv.folder)?.map(|from| VenvFlaw::Moved { from }))
}

/// bin/activate holds the absolute path that the environment was made at, as do all its scripts.
fn moved_from(host: &Host, folder: &Path) -> Result<Option<String>> {
    let activate = host.read_at_most(&folder.join("bin/activate"), FILE_LIMIT)?;
    let old = activate.unwrap_or_default().lines().find_map(|line| {
        let value = line
            .trim()
            .strip_prefix("VIRTUAL_ENV=")
            .or_else(|| line.trim().strip_prefix("export VIRTUAL_ENV="))?;
        // A quote in the name is written `'"'"'` by newer versions.
        let value = value.replace("'\"'\"'", "\u{0}");
        let value = value.trim_matches(['"', '\'']).replace('\u{0}', "'");
        value.starts_with('/').then_some(value)
    });
    let is_here = |old: &String| {
        Path::new(old) == folder || host.real_path(Path::new(old)) == host.real_path(folder)
    };
    Ok(old.filter(|old| !is_here(old)))
}
