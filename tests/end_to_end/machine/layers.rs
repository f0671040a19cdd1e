//! Root filesystems that outlive a test run, outside of the checkout: built once, whoever asks, and
//! never seen half-made.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, process};

use nix::fcntl::{Flock, FlockArg};
use sha2::{Digest, Sha256};

/// A folder of the cache, in use by this process.
pub struct Layer {
    folder: PathBuf,
    _in_use: Flock<File>,
}

impl Layer {
    /// The files of the machine.
    pub fn rootfs(&self) -> PathBuf {
        self.folder.join("rootfs")
    }

    /// A file that differs from that of every other layer.
    pub fn stamp(&self) -> PathBuf {
        self.folder.join("stamp")
    }
}

/// Where layers are kept: `$XDG_CACHE_HOME/labready-tests`, else `~/.cache/labready-tests`.
pub fn cache() -> PathBuf {
    let home =
        || PathBuf::from(env::var_os("HOME").unwrap_or_else(|| "/root".into())).join(".cache");
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    cache.unwrap_or_else(home).join("labready-tests")
}

/// The layer `KIND/SUITE-KEY`. `build` fills the folder that it is given when there is none yet;
/// nobody else builds meanwhile.
///
/// # Errors
/// What `build` says.
pub fn acquire(
    kind: &str,
    suite: &str,
    key: &str,
    build: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<Layer, String> {
    let kept_for = kept_for(kind);
    let kind = cache().join(kind);
    fs::create_dir_all(&kind).unwrap();
    let lock = File::create(kind.join(format!("{suite}.lock"))).unwrap();
    let _alone = Flock::lock(lock, FlockArg::LockExclusive).expect("a lock on the cache");

    let folder = kind.join(format!("{suite}-{key}"));
    remove_unused(&kind, suite, &folder, kept_for);
    if !folder.exists() {
        let partial = kind.join(format!("{suite}-partial-{}", process::id()));
        fs::create_dir(&partial).unwrap();
        if let Err(reason) = build(&partial) {
            fs::remove_dir_all(&partial).unwrap();
            return Err(reason);
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        fs::write(partial.join("stamp"), now.to_string()).unwrap();
        fs::rename(&partial, &folder).unwrap();
    }
    File::create(folder.join("used")).unwrap();
    let in_use =
        Flock::lock(File::open(&folder).unwrap(), FlockArg::LockShared).expect("a lock on a layer");
    Ok(Layer { folder, _in_use: in_use })
}

/// A short name for the content of these files.
pub fn digest(files: &[&Path]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        io::copy(&mut File::open(file).unwrap(), &mut hash).unwrap();
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// How long a layer is kept that nobody asks for; the one that is asked for is made anew at that
/// age. A ready machine takes 600 MB, and every build of the binary has its own.
fn kept_for(kind: &str) -> Duration {
    let hour = Duration::from_secs(3600);
    if kind == "ready" { hour * 2 } else { hour * 24 * 14 }
}

/// Called with the suite's lock held: nobody starts to use a layer meanwhile, and nobody is
/// building one.
fn remove_unused(kind: &Path, suite: &str, wanted: &Path, kept_for: Duration) {
    for entry in fs::read_dir(kind).unwrap().flatten() {
        let folder = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(&format!("{suite}-"));
        if !ours || !folder.is_dir() {
            continue;
        }
        let last = folder.join(if folder == wanted { "stamp" } else { "used" });
        let age = fs::metadata(last)
            .and_then(|file| file.modified())
            .ok()
            .and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age < kept_for) {
            continue;
        }
        if Flock::lock(File::open(&folder).unwrap(), FlockArg::LockExclusiveNonblock).is_ok() {
            fs::remove_dir_all(&folder).unwrap();
        }
    }
}
