//! Keeps packages from starting their services while an image is built: Debian's own way, a
//! policy-rc.d that says no.
//!
//! What was in its place is moved aside, which keeps all of it (content, mode, owner, a link), and
//! moved back afterwards. A run that was cut off leaves both; the next one begins by putting things
//! right.

use std::path::Path;

use crate::error::Result;
use crate::host::{Host, Kind};

/// Asked by invoke-rc.d and deb-systemd-invoke before they start anything.
const POLICY: &str = "/usr/sbin/policy-rc.d";
/// Where somebody's own waits. Named after no program: nobody calls it.
const KEPT: &str = "/usr/sbin/policy-rc.d.labready-kept";
/// Ours: 101 is "forbidden by policy". The whole text tells it from anybody else's.
const TEXT: &str = "#!/bin/sh\n# Put here by labready while it works on this image, and taken away afterwards.\nexit 101\n";
/// More than any such program, in bytes.
const LIMIT: u64 = 1 << 20;

/// Does the work while no service can be started. Afterwards everything is as before, however the
/// work ended.
///
/// # Errors
/// Those of the work; [`crate::error::Error::Io`] when the policy cannot be put in place, or not
/// be taken away.
pub fn with_services_blocked<T>(host: &Host, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _unblocks_after_a_panic = Guard(host);
    block_services(host)?;
    let done = work();
    let restored = unblock_services(host);
    done.and_then(|done| restored.map(|()| done))
}

/// Puts back what was there before a run that blocked services and was killed; does nothing when
/// there was none.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub fn unblock_services(host: &Host) -> Result<()> {
    if host.lstat(Path::new(KEPT)).exists() {
        return host.rename(Path::new(KEPT), Path::new(POLICY));
    }
    if is_ours(host) {
        return host.remove_file(Path::new(POLICY));
    }
    Ok(())
}

fn block_services(host: &Host) -> Result<()> {
    unblock_services(host)?;
    if host.lstat(Path::new(POLICY)).exists() {
        host.rename(Path::new(POLICY), Path::new(KEPT))?;
    }
    host.write_whole_as(Path::new(POLICY), TEXT, 0o755)
}

fn is_ours(host: &Host) -> bool {
    let policy = Path::new(POLICY);
    host.lstat(policy).kind == Kind::File
        && host.read_at_most(policy, LIMIT).ok().flatten().as_deref() == Some(TEXT)
}

/// Unblocks services when the work ends by a panic.
struct Guard<'a>(&'a Host);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // The failure that matters was returned already.
        let _ = unblock_services(self.0);
    }
}
