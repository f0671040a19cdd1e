//! Which virtual environments were made for an account, as the journals say: its own, and root's,
//! where root worked for it.

use std::path::PathBuf;

use crate::apply::Journal;
use crate::host::{Account, Host};

/// Their folders, in the order in which they were made. To be looked at before they are believed.
pub(super) fn made_for(host: &Host, account: &Account) -> Vec<PathBuf> {
    // Everybody may read root's journal.
    let roots = Account { name: "root".into(), uid: 0, gid: 0, home: "/root".into() };
    let own = match host.account() {
        Ok(me) if me == *account => {
            Journal::open(host, account).and_then(|journal| journal.read(host)).unwrap_or_default()
        }
        _ => Journal::glimpse(host, account),
    };
    let by_root = Journal::glimpse(host, &roots).changes.venvs.into_iter();
    let by_root = by_root.filter(|made| match &made.account {
        Some(of) => of.uid == account.uid,
        None => account.is_root(),
    });
    let own = own.changes.venvs.into_iter().filter(|_| !account.is_root());
    by_root.chain(own).map(|made| made.folder).collect()
}
