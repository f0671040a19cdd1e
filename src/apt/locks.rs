//! Who uses apt or dpkg right now: the four locks, looked at and never taken.

use std::path::Path;

use crate::host::{Holder, Host};

/// Every lock that apt-get or dpkg takes on its way; the first two are dpkg's own.
pub const LOCKS: [&str; 4] = [
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/lock",
    "/var/cache/apt/archives/lock",
    "/var/lib/apt/lists/lock",
];

/// The holder of the first of the four that somebody holds.
pub fn gather(host: &Host) -> Option<Holder> {
    LOCKS.iter().find_map(|lock| host.lock_holder(Path::new(lock)))
}
