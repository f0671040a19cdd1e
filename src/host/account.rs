//! An account, as one line says it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Account {
    /// Its name; the uid as text where nobody knows it.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Home folder; `/` where unknown.
    pub home: PathBuf,
}

impl Account {
    /// Whether this is root.
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// `name:x:uid:gid:gecos:home:shell`
    pub(super) fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = PathBuf::from(fields.nth(1)?);
        // As login does: any other folder would depend on where labready was started.
        let home = if home.is_absolute() { home } else { PathBuf::from("/") };
        Some(Self { name, uid, gid, home })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_that_is_no_absolute_path_is_the_root_folder() {
        let home = |line| Account::from_line(line).map(|account| account.home);
        assert_eq!(home("ada:x:1000:1000::/home/ada:/bin/sh"), Some("/home/ada".into()));
        assert_eq!(home("ada:x:1000:1000:::/bin/sh"), Some("/".into()));
        assert_eq!(home("ada:x:1000:1000::home/ada:/bin/sh"), Some("/".into()));
    }
}
