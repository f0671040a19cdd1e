//! pip's packages: their names as pip compares them, and which are installed.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Result;
use crate::host::Host;

/// A package's name as PEP 503 normalizes it: in lower case, every run of `-`, `_` and `.` one `-`.
pub fn normalized(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normalized.ends_with('-') => {}
            '-' | '_' | '.' => normalized.push('-'),
            _ => normalized.extend(character.to_lowercase()),
        }
    }
    normalized
}

/// The package that a wheel holds, by its file name: `NAME-VERSION-….whl`.
pub fn of_wheel(file_name: &str) -> Option<String> {
    Some(normalized(file_name.strip_suffix(".whl")?.split('-').next()?))
}

/// What is installed there: one `NAME-VERSION.dist-info` each.
///
/// # Errors
/// When the folder is there and cannot be read.
pub fn installed_in(host: &Host, site_packages: &Path) -> Result<BTreeSet<String>> {
    let names = host.list(site_packages)?;
    let installed = names.iter().filter_map(|name| {
        let (name, _) = name.to_str()?.strip_suffix(".dist-info")?.split_once('-')?;
        Some(normalized(name))
    });
    Ok(installed.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_name() {
        // The examples of PEP 503, and a package that is written with two underscores in wheels.
        for name in [
            "friendly-bard",
            "Friendly-Bard",
            "FRIENDLY.BARD",
            "friendly__bard",
            "FrIeNdLy-._.-bArD",
        ] {
            assert_eq!(normalized(name), "friendly-bard", "{name}");
        }
        assert_eq!(normalized("zope__interface"), "zope-interface");
    }

    #[test]
    fn a_wheel_is_known_by_its_first_part() {
        let name = of_wheel("zope.interface-7.2-cp311-cp311-manylinux2014_x86_64.whl");
        assert_eq!(name.as_deref(), Some("zope-interface"));
        assert_eq!(of_wheel("zope.interface-7.2.tar.gz"), None);
    }

    proptest! {
        #[test]
        fn a_normalized_name_is_normal(name in "[A-Za-z0-9._-]{0,20}") {
            let once = normalized(&name);
            prop_assert_eq!(normalized(&once), once.clone());
            prop_assert!(!once.contains("--") && !once.contains(['_', '.']), "{}", once);
        }
    }
}
