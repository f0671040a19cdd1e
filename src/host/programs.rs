//! Finding programs: the system's own by name, and everything that a PATH offers (which).

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Host, SYSTEM_PATH};

impl Host {
    /// The absolute path of one of the system's programs. The user's PATH is not asked: it may hold
    /// shims. `None` when none of the system's program folders has it.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs_in(SYSTEM_PATH, name).into_iter().next()
    }

    /// Every program of that name in the folders of a PATH, in its order, as paths of this machine.
    pub fn programs_in(&self, path: &str, name: &str) -> Vec<PathBuf> {
        let folders = env::split_paths(path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| self.inside(&folder));
        let Ok(folders) = env::join_paths(folders) else {
            return Vec::new();
        };
        let found = which::which_in_all(OsStr::new(name), Some(folders), Path::new("/"));
        found.map(|paths| paths.map(|path| self.outside(&path)).collect()).unwrap_or_default()
    }

    /// The folders of the PATH that labready was started with. Relative ones are left out: what
    /// they hold depends on where one stands.
    pub fn search_path(&self) -> Vec<PathBuf> {
        env::split_paths(self.variable("PATH").unwrap_or_default())
            .filter(|folder| folder.is_absolute())
            .collect()
    }

    /// The names of the programs that started us, the nearest first, as the kernel knows them;
    /// those that cannot be seen are left out.
    pub fn ancestors(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut process = "self".to_owned();
        // No machine nests deeper, and a number that is used again must not lead in a circle.
        for _ in 0..100 {
            let stat = self
                .read_at_most(Path::new(&format!("/proc/{process}/stat")), 4096)
                .ok()
                .flatten()
                .unwrap_or_default();
            // `42 (the name) S 7 …`; the name may hold anything, parentheses among it.
            let Some((start, rest)) = stat.rsplit_once(')') else { break };
            names.push(start.split_once('(').map(|(_, name)| name.to_owned()).unwrap_or_default());
            match rest.split_whitespace().nth(1) {
                Some(parent) if parent != "0" => process = parent.to_owned(),
                _ => break,
            }
        }
        names.split_off(names.len().min(1))
    }

    /// dpkg's name for the architecture that this binary was built for.
    pub fn built_for(&self) -> &'static str {
        match env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "i386",
            other => other,
        }
    }

    /// The path of this machine for a path on the disk below the root folder.
    fn outside(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.root) {
            Ok(relative) => Path::new("/").join(relative),
            Err(_) => path.to_owned(),
        }
    }
}
