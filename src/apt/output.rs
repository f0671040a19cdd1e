//! What apt-get and dpkg say while they run, beside their status pipe: pure.

use crate::host::{Finished, Stream, last_line};

/// What the system says of a full disk (strerror of ENOSPC, in the C locale).
const NO_SPACE: &str = "No space left on device";
/// What apt says of a disk that is too small.
const TOO_SMALL: &str = "You don't have enough free space";
/// What apt (in English) and dpkg say when another program took a lock just before them; a hint
/// that only leads to waiting again.
const LOCK_TAKEN: [&str; 2] = ["Could not get lock", "lock was locked by another process"];

/// apt's announcement of what it is about to install, which stands between a header and the next
/// line at the left edge.
#[derive(Debug, Default)]
pub struct Announced {
    packages: Option<Vec<String>>,
}

impl Announced {
    /// Reads a line; returns the packages once the announcement is over.
    pub fn read(&mut self, stream: Stream, line: &str) -> Option<Vec<String>> {
        if stream != Stream::Stdout {
            return None;
        }
        if line.starts_with("The following NEW packages will be installed:") {
            self.packages = Some(Vec::new());
            return None;
        }
        match (&mut self.packages, line.strip_prefix("  ")) {
            (Some(packages), Some(names)) => {
                packages.extend(
                    names
                        .split_whitespace()
                        .map(|name| name.split(':').next().unwrap_or(name).to_owned()),
                );
                None
            }
            (packages, _) => packages.take(),
        }
    }
}

/// The line that says most: the first error, else the first warning, else the last words.
pub fn evidence(finished: &Finished) -> String {
    let first = |start: &str| {
        finished
            .stderr
            .lines()
            .find(|line| line.starts_with(start))
            .map(|line| line[start.len()..].to_owned())
    };
    let no_space = finished
        .stderr
        .lines()
        .find(|line| line.contains(NO_SPACE))
        .map(|line| line.trim().to_owned());
    // "Sub-process returned an error" says only that something was said above it; dpkg says what on
    // the line below its complaint.
    let mut lines = finished.stderr.lines().skip_while(|line| !line.starts_with("dpkg: error"));
    let from_dpkg =
        lines.next().map(|line| format!("{line} {}", lines.next().unwrap_or_default().trim()));
    no_space
        .or(from_dpkg)
        .or_else(|| first("E: "))
        .or_else(|| first("W: "))
        .unwrap_or_else(|| last_line(&finished.stderr))
}

/// Whether another program took a lock just before.
pub fn lost_the_lock(finished: &Finished) -> bool {
    !finished.is_success() && LOCK_TAKEN.iter().any(|sign| finished.stderr.contains(sign))
}

/// Whether it says that a disk is full, or too small.
pub fn says_disk_full(finished: &Finished) -> bool {
    [NO_SPACE, TOO_SMALL].iter().any(|sign| finished.stderr.contains(sign))
}

/// Whether an archive that the index names is no longer on the server, or was replaced there.
pub fn is_index_out_of_date(finished: &Finished) -> bool {
    finished.stderr.lines().any(|line| {
        line.starts_with("E: Failed to fetch")
            && ["404", "Hash Sum mismatch", "unexpected size"]
                .iter()
                .any(|sign| line.contains(sign))
    })
}

/// The first thing that is missing (` python3.11-dev : Depends: … but …`), or what apt complains
/// of.
pub fn unmet_dependency(simulated: &Finished) -> String {
    let mut lines =
        simulated.stdout.lines().skip_while(|line| !line.contains("unmet dependencies"));
    lines.nth(1).map_or_else(
        || evidence(simulated),
        |line| line.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}
