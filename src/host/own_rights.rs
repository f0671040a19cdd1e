//! labready runs with the rights of whoever started it. A copy that is set-uid, set-gid or has
//! capabilities would give everybody what its owner may do.

use std::fs;

use nix::unistd::{getegid, geteuid, getgid, getuid};

use crate::error::Result;
use crate::problem::RightsProblem;

/// The kernel's mark of a program that got more rights than who started it: AT_SECURE.
const SECURE: usize = 23;

/// Refuses rights that are not those of whoever started this process. To be called before anything
/// is read: environment and folder are somebody else's.
///
/// # Errors
/// [`RightsProblem::Borrowed`].
pub fn expect_own_rights() -> Result<()> {
    let is_other = getuid() != geteuid() || getgid() != getegid();
    if is_other || is_marked_secure() || has_capabilities_of_its_file() {
        return Err(RightsProblem::Borrowed.into());
    }
    Ok(())
}

/// `/proc/self/auxv`: pairs of a key and a value, as the kernel gave them to this process.
fn is_marked_secure() -> bool {
    const WORD: usize = size_of::<usize>();
    let words = fs::read("/proc/self/auxv").unwrap_or_default();
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, usize::from_ne_bytes);
    words
        .chunks_exact(2 * WORD)
        .any(|pair| word(&pair[..WORD]) == SECURE && word(&pair[WORD..]) != 0)
}

/// Of a program with capabilities, only root may read that file; its status tells.
fn has_capabilities_of_its_file() -> bool {
    let is_hidden = fs::read("/proc/self/auxv").is_err();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let permitted = status.lines().find_map(|line| line.strip_prefix("CapPrm:"));
    let has_some = permitted.is_some_and(|set| set.trim().bytes().any(|digit| digit != b'0'));
    is_hidden && has_some && !geteuid().is_root()
}
