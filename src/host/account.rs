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
        Some(Self { name, uid, gid, home })
    }
}
