//! What the tests need on this machine. A missing piece fails every test that needs it, with the
//! command that brings it.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use nix::unistd::Uid;

/// Programs, and the package that holds each.
const PROGRAMS: [(&str, &str); 8] = [
    ("mmdebstrap", "mmdebstrap"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("pivot_root", "util-linux"),
    ("mount", "mount"),
    ("apt-get", "apt"),
    ("bash", "bash"),
];

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Fails the test when the machine cannot run it.
pub fn require() {
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(message) = missing(Uid::effective().as_raw(), &path, Path::new(KEYRING)) {
        panic!("{message}");
    }
}

/// What is missing for a user, a PATH and a keyring; and the command that helps.
pub fn missing(user: u32, path: &OsStr, keyring: &Path) -> Option<String> {
    if user != 0 {
        return Some(
            "the end-to-end tests mount root filesystems, and that needs root: run `tests/run`, which asks sudo for it".into(),
        );
    }
    let found = |program: &str| env::split_paths(path).any(|folder| folder.join(program).is_file());
    for (program, package) in PROGRAMS {
        if !found(program) {
            return Some(format!(
                "the end-to-end tests need `{program}`: install it with `apt-get install {package}`"
            ));
        }
    }
    if !keyring.is_file() {
        return Some(
            "the end-to-end tests need Debian's archive keys: install them with `apt-get install debian-archive-keyring`".into(),
        );
    }
    None
}
