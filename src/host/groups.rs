//! Who is in a group.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Account, Host};
use crate::error::Result;

impl Host {
    /// Who is in a group; `None` where that cannot be known. A name service may put anybody into a
    /// group, but leaves an account's own alone.
    pub(super) fn members(&self, gid: u32, owner: u32) -> Result<Option<BTreeSet<u32>>> {
        let passwd = self.read(Path::new("/etc/passwd"))?.unwrap_or_default();
        let groups = self.read(Path::new("/etc/group"))?.unwrap_or_default();
        let Some((group, listed)) = groups.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let is_it = fields.get(2)?.parse() == Ok(gid);
            is_it.then(|| (fields[0], fields.get(3).copied().unwrap_or_default()))
        }) else {
            return Ok(None);
        };
        let listed: Vec<&str> = listed.split(',').collect();
        let accounts: Vec<Account> = passwd.lines().filter_map(Account::from_line).collect();
        let own = accounts.iter().find(|account| account.uid == owner);
        let is_own = owner != 0 && own.is_some_and(|it| it.gid == gid && it.name == group);
        if !is_own && self.has_name_service()? {
            return Ok(None);
        }
        let members = accounts
            .iter()
            .filter(|account| account.gid == gid || listed.contains(&account.name.as_str()));
        Ok(Some(members.map(|account| account.uid).collect()))
    }

    /// Whether accounts or groups come from elsewhere, too (LDAP, SSSD, winbind): /etc/nsswitch.conf
    /// says so.
    fn has_name_service(&self) -> Result<bool> {
        let text = self.read(Path::new("/etc/nsswitch.conf"))?.unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.split('#').next()?.split_once(':'));
        let of_accounts = lines
            .filter(|(database, _)| ["passwd", "group", "initgroups"].contains(&database.trim()));
        let mut services = of_accounts.flat_map(|(_, services)| services.split_whitespace());
        // `systemd` knows only accounts that have a group of their own; `[…]` is what to do next.
        Ok(services.any(|service| {
            !service.starts_with(['[', '!'])
                && !service.ends_with(']')
                && !["files", "systemd", "db"].contains(&service)
        }))
    }
}
