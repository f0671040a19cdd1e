//! Who runs labready, and for whom: read from /etc/passwd, and what that does not know (LDAP, SSSD) is
//! asked of `getent`, because a static binary has none of glibc's name services.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::unistd::{geteuid, getuid};

use super::{Account, Command, Host, Kind};
use crate::error::{Error, Result};
use crate::problem::UsageProblem;

/// A server of accounts that does not answer by then is down.
const GETENT_LIMIT: Duration = Duration::from_secs(10);

/// Debian's group `nogroup`, which owns nothing.
const NO_GROUP: u32 = 65534;

/// What getent said of each key, asked once: a server that is down is waited for once.
pub(super) type NameServices = Arc<Mutex<BTreeMap<String, Option<Account>>>>;

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

    /// Whose rights it has.
    pub(super) fn effective(self) -> u32 {
        self.effective
    }

    pub(super) fn are_root(self) -> bool {
        self.effective == 0 && self.real == 0
    }
}

impl Host {
    /// The account that labready runs as.
    ///
    /// # Errors
    /// When /etc/passwd is there and cannot be read; [`Error::Interrupted`].
    pub fn account(&self) -> Result<Account> {
        let uid = self.users.effective;
        Ok(self.account_by_uid(uid)?.unwrap_or_else(|| Account {
            name: uid.to_string(),
            uid,
            gid: nix::unistd::getegid().as_raw(),
            home: self.variable("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from),
        }))
    }

    /// Root's own folder, whatever the environment says.
    pub(super) fn home_of_root(&self) -> PathBuf {
        let known = self.account_in_passwd(|account| account.uid == 0).ok().flatten();
        known.map_or_else(|| PathBuf::from("/root"), |root| root.home)
    }

    /// The account with this uid. One that nobody knows, or nobody knows just now, has no group's
    /// rights: the group of the same number may be another account's.
    ///
    /// # Errors
    /// As [`Host::account`].
    pub fn account_of(&self, uid: u32) -> Result<Account> {
        let nameless =
            || Account { name: uid.to_string(), uid, gid: NO_GROUP, home: PathBuf::from("/") };
        Ok(self.account_by_uid(uid)?.unwrap_or_else(nameless))
    }

    /// The student behind `sudo labready`: the account that SUDO_UID names, when labready runs as
    /// root for somebody else.
    ///
    /// # Errors
    /// As [`Host::account`]; [`UsageProblem::StudentUnknown`] when nobody can say whose folders these
    /// are: they do not become root's instead.
    pub fn student(&self) -> Result<Option<Account>> {
        let uid = self.number("SUDO_UID").filter(|uid| *uid != 0 && self.users.are_root());
        let Some(uid) = uid else { return Ok(None) };
        if let Some(account) = self.account_by_uid(uid)? {
            return Ok(Some(account));
        }
        let name = self.variable("SUDO_USER").map_or_else(|| uid.to_string(), str::to_owned);
        match (self.number("SUDO_GID"), self.home_by_sudo(uid)) {
            (Some(gid), Some(home)) => Ok(Some(Account { name, uid, gid, home })),
            _ => Err(UsageProblem::StudentUnknown { name, uid }.into()),
        }
    }

    /// The account of a name or a uid; `None` when nobody knows it.
    ///
    /// # Errors
    /// As [`Host::account`].
    pub fn account_named(&self, name: &str) -> Result<Option<Account>> {
        // A name may consist of digits: it goes before.
        if let Some(account) = self.account_in_passwd(|account| account.name == name)? {
            return Ok(Some(account));
        }
        match name.parse() {
            Ok(uid) => self.account_by_uid(uid),
            Err(_) => self.account_by_getent(name),
        }
    }

    fn account_by_uid(&self, uid: u32) -> Result<Option<Account>> {
        match self.account_in_passwd(|account| account.uid == uid)? {
            Some(account) => Ok(Some(account)),
            None => {
                let found = self.account_by_getent(&uid.to_string())?;
                Ok(found.filter(|account| account.uid == uid))
            }
        }
    }

    /// The first line of /etc/passwd that fits.
    fn account_in_passwd(&self, fits: impl Fn(&Account) -> bool) -> Result<Option<Account>> {
        let passwd = self.read(Path::new("/etc/passwd"))?.unwrap_or_default();
        Ok(passwd.lines().filter_map(Account::from_line).find(fits))
    }

    /// What the machine's name services know of a name or a uid; nothing where there is no getent,
    /// or no answer.
    fn account_by_getent(&self, key: &str) -> Result<Option<Account>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = known.get(key) {
            return Ok(account.clone());
        }
        let getent = Command::new("/usr/bin/getent").args(["passwd", "--", key]);
        let account = match self.glance(&getent, GETENT_LIMIT, &mut |_, _| ()) {
            Ok(said) => said.stdout.lines().find_map(Account::from_line),
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(_) => None,
        };
        known.insert(key.to_owned(), account.clone());
        Ok(account)
    }

    /// Newer versions of sudo say where its caller's home is. In a chroot that may be a folder of
    /// the system around it.
    fn home_by_sudo(&self, uid: u32) -> Option<PathBuf> {
        let home = PathBuf::from(self.variable("SUDO_HOME")?);
        let entry = self.lstat(&home);
        (home.is_absolute() && entry.kind == Kind::Folder && entry.uid == uid).then_some(home)
    }

    fn number(&self, variable: &str) -> Option<u32> {
        self.variable(variable)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_nobody_knows_is_in_no_other_accounts_group() {
        let root = tempfile::tempdir().unwrap();
        let host = Host::in_folder(root.path(), BTreeMap::new());
        let unknown = host.account_of(10001).unwrap();
        assert_eq!((unknown.uid, unknown.gid), (10001, NO_GROUP));
    }
}
