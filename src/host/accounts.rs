//! Who runs labready, and for whom: read from /etc/passwd, never through glibc's name services (the
//! binary is static).

use std::path::{Path, PathBuf};

use nix::unistd::{geteuid, getuid};
use serde::{Deserialize, Serialize};

use super::Host;
use crate::error::Result;

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Account {
    /// Its name; the uid as text where /etc/passwd does not know it.
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
}

/// The two users of a process; they differ in a program that is set-uid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Users {
    effective: u32,
    real: u32,
}

impl Users {
    /// Those that labready really has.
    pub(super) fn of_this_process() -> Self {
        Self { effective: geteuid().as_raw(), real: getuid().as_raw() }
    }

    /// One user.
    pub(super) fn only(uid: u32) -> Self {
        Self { effective: uid, real: uid }
    }

    fn are_root(self) -> bool {
        self.effective == 0 && self.real == 0
    }
}

impl Host {
    /// The account that labready runs as.
    ///
    /// # Errors
    /// When /etc/passwd is there and cannot be read.
    pub fn account(&self) -> Result<Account> {
        let uid = self.users.effective;
        Ok(self.find_account(|account| account.uid == uid)?.unwrap_or_else(|| Account {
            name: uid.to_string(),
            uid,
            gid: nix::unistd::getegid().as_raw(),
            home: self.variable("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from),
        }))
    }

    /// The account with this uid, known to /etc/passwd or not.
    ///
    /// # Errors
    /// When /etc/passwd is there and cannot be read.
    pub fn account_of(&self, uid: u32) -> Result<Account> {
        let nameless =
            || Account { name: uid.to_string(), uid, gid: uid, home: PathBuf::from("/") };
        Ok(self.find_account(|account| account.uid == uid)?.unwrap_or_else(nameless))
    }

    /// The student behind `sudo labready`: the account that SUDO_UID names, when labready runs as
    /// root for somebody else.
    ///
    /// # Errors
    /// When /etc/passwd is there and cannot be read.
    pub fn student(&self) -> Result<Option<Account>> {
        let named = self.variable("SUDO_UID").and_then(|uid| uid.parse::<u32>().ok());
        match named {
            Some(uid) if uid != 0 && self.users.are_root() => {
                self.find_account(|account| account.uid == uid)
            }
            _ => Ok(None),
        }
    }

    /// The account of a name or a uid; `None` when /etc/passwd does not know it.
    ///
    /// # Errors
    /// When /etc/passwd is there and cannot be read.
    pub fn account_named(&self, name: &str) -> Result<Option<Account>> {
        let uid = name.parse::<u32>().ok();
        // A name may consist of digits: it goes before.
        let by_name = self.find_account(|account| account.name == name)?;
        if by_name.is_some() {
            Ok(by_name)
        } else {
            self.find_account(|account| Some(account.uid) == uid)
        }
    }

    /// The first line of /etc/passwd that fits.
    fn find_account(&self, fits: impl Fn(&Account) -> bool) -> Result<Option<Account>> {
        let passwd = self.read(Path::new("/etc/passwd"))?.unwrap_or_default();
        Ok(passwd.lines().filter_map(account_from_line).find(fits))
    }
}

/// `name:x:uid:gid:gecos:home:shell`
fn account_from_line(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let home = PathBuf::from(fields.nth(1)?);
    Some(Account { name, uid, gid, home })
}
