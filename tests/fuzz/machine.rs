//! A machine in a folder with one file that is damaged over and over.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use labready::host::Host;
use tempfile::TempDir;

pub struct Machine {
    root: TempDir,
}

impl Machine {
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// Writes a file.
    pub fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text.as_bytes());
        self
    }

    /// Makes a link.
    pub fn link(self, path: &str, target: &str) -> Self {
        let inside = self.inside(path);
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        symlink(target, inside).unwrap();
        self
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let inside = self.inside(path);
        if fs::write(&inside, bytes).is_err() {
            fs::create_dir_all(inside.parent().unwrap()).unwrap();
            fs::write(&inside, bytes).unwrap();
        }
    }

    /// What labready looks at.
    pub fn host(&self) -> Host {
        Host::in_folder(self.root.path(), BTreeMap::new())
    }

    fn inside(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }
}
