//! Files, reached with another account's rights: what is done as the student is looked at as the
//! student. Root may see less than the student does (a home on NFS), and must not be led anywhere
//! that only root may go.

use std::marker::PhantomData;

use nix::unistd::{Gid, Uid, setfsgid, setfsuid, setgroups};

use super::{Account, Host};

/// Whose rights file operations have; those of this process when nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileRights {
    uid: u32,
    gid: u32,
}

/// Leaves every group but the first: they would stay with whoever looks with another's eyes. Root
/// needs none of them.
pub(super) fn leave_groups() {
    // A user namespace may forbid it.
    let _ = setgroups(&[]);
}

/// The rights of this thread, until it is dropped: the kernel keeps them for each thread.
#[must_use]
pub(super) struct Borrowed {
    own: Option<(Uid, Gid)>,
    _stays_in_this_thread: PhantomData<*const ()>,
}

impl Host {
    /// The same machine, reached with this account's rights to files. Without root, and without an
    /// account, nothing changes.
    #[must_use]
    pub fn as_seen_by(&self, account: Option<&Account>) -> Self {
        let is_root = self.users.are_root() && nix::unistd::geteuid().is_root();
        let rights = account
            .filter(|account| is_root && !account.is_root())
            .map(|account| FileRights { uid: account.uid, gid: account.gid });
        Self { file_rights: rights, ..self.clone() }
    }

    /// Takes them on for one operation.
    pub(super) fn borrow_rights(&self) -> Borrowed {
        let own = self.file_rights.map(|rights| {
            let gid = setfsgid(Gid::from_raw(rights.gid));
            // The kernel takes root's power over files from this thread with it, and gives it back.
            (setfsuid(Uid::from_raw(rights.uid)), gid)
        });
        Borrowed { own, _stays_in_this_thread: PhantomData }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some((uid, gid)) = self.own {
            setfsuid(uid);
            setfsgid(gid);
        }
    }
}
