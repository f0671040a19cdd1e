//! Which packages are never removed, whatever a journal says: those that the system cannot be
//! without, and those that came along with others and that somebody has asked for since.

use std::collections::BTreeSet;
use std::path::Path;

use super::dpkg::STATUS;
use crate::error::Result;
use crate::host::Host;

/// Where apt remembers which packages were installed because another one needed them.
const AUTO: &str = "/var/lib/apt/extended_states";

/// Packages that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The system cannot be without them.
    pub essential: BTreeSet<String>,
    /// Somebody asked for them by name.
    pub wanted: BTreeSet<String>,
}

/// Looks at these packages, which are installed. `named` are those that setup asked for by name.
///
/// # Errors
/// When a file of dpkg or apt is there and cannot be read.
pub fn gather(host: &Host, packages: &BTreeSet<String>, named: &BTreeSet<String>) -> Result<Kept> {
    let status = host.read(Path::new(STATUS))?.unwrap_or_default();
    let states = host.read(Path::new(AUTO))?.unwrap_or_default();
    let automatic = stanzas_with(&states, |line| line == "Auto-Installed: 1");
    let essential = stanzas_with(&status, is_essential);
    // Debian installs these at first, but a small image lacks some that came with us.
    let required = stanzas_with(&status, |line| line == "Priority: required");
    let ours = |name: &&String| {
        let name = name.as_str();
        !essential.contains(name) && (!required.contains(name) || automatic.contains(name))
    };
    let is_wanted = |name: &&String| !named.contains(*name) && !automatic.contains(name.as_str());
    Ok(Kept {
        essential: packages.iter().filter(|name| !ours(name)).cloned().collect(),
        wanted: packages.iter().filter(ours).filter(is_wanted).cloned().collect(),
    })
}

/// A field by which a package says that it is not to be removed.
fn is_essential(line: &str) -> bool {
    ["Essential: yes", "Protected: yes", "Important: yes"].contains(&line)
}

/// The packages in whose stanza a line fits.
fn stanzas_with(text: &str, fits: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let (mut name, mut is_one) = ("", false);
    for line in text.lines().chain([""]) {
        let line = line.trim_end();
        if line.is_empty() {
            if is_one {
                found.insert(name);
            }
            (name, is_one) = ("", false);
        } else if let Some(package) = line.strip_prefix("Package: ") {
            name = package;
        } else {
            is_one |= fits(line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_stands_for_its_stanza_alone() {
        let text = "Package: dash\nEssential: yes\n\nPackage: make\nPriority: optional\nDescription: x\n Essential: yes\n\nPackage: systemd-sysv\nProtected: yes";
        let found = stanzas_with(text, is_essential);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["dash", "systemd-sysv"]);
    }
}
