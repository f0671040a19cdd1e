//! Access control lists (`setfacl`), which give single accounts and groups rights that the
//! permission bits do not show.

use std::collections::BTreeSet;
use std::path::Path;

use rustix::fs::lgetxattr;
use rustix::io::Errno;

use super::Host;

/// Where Linux keeps them, and in which version (`linux/posix_acl_xattr.h`).
const ATTRIBUTE: &str = "system.posix_acl_access";
const VERSION: u32 = 2;
/// More than any that a person made, in bytes.
const LIMIT: usize = 64 << 10;

const USER: u16 = 0x02;
const OWNING_GROUP: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const WRITE: u16 = 0x02;

/// Who may write by an access control list, besides the owner and everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AccessList {
    /// There is none.
    Absent,
    /// These may.
    Writers {
        /// Uids.
        users: BTreeSet<u32>,
        /// Gids; `None` is the file's own group.
        groups: Vec<Option<u32>>,
    },
    /// It cannot be told.
    Unknown,
}

impl Host {
    /// The access control list of a file or a folder.
    pub(super) fn access_list(&self, path: &Path) -> AccessList {
        let mut bytes = vec![0; LIMIT];
        match lgetxattr(self.inside(path), ATTRIBUTE, &mut bytes[..]) {
            Ok(length) => AccessList::parse(&bytes[..length]).unwrap_or(AccessList::Unknown),
            Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => AccessList::Absent,
            Err(_) => AccessList::Unknown,
        }
    }
}

impl AccessList {
    /// A version, then entries of a tag, permissions and an id.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, entries) = bytes.split_first_chunk::<4>()?;
        if u32::from_le_bytes(*version) != VERSION || entries.len() % 8 != 0 {
            return None;
        }
        let entries = entries.as_chunks::<8>().0.iter().map(|[t, ag, p, erm, id @ ..]| {
            let (tag, rights) = (u16::from_le_bytes([*t, *ag]), u16::from_le_bytes([*p, *erm]));
            (tag, rights & WRITE != 0, u32::from_le_bytes(*id))
        });
        let (mut users, mut groups) = (BTreeSet::new(), Vec::new());
        for (tag, may_write, id) in entries {
            match tag {
                // It limits all the others.
                MASK if !may_write => {
                    return Some(Self::Writers { users: BTreeSet::new(), groups: Vec::new() });
                }
                USER if may_write => drop(users.insert(id)),
                OWNING_GROUP if may_write => groups.push(None),
                GROUP if may_write => groups.push(Some(id)),
                _ => {}
            }
        }
        Some(Self::Writers { users, groups })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        for (tag, rights, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(rights.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn whom_it_lets_write_is_told_and_the_mask_limits_it() {
        let nobody = u32::MAX;
        let entries = [
            (1, 7, nobody),
            (USER, 7, 1001),
            (USER, 5, 1002),
            (OWNING_GROUP, 5, nobody),
            (GROUP, 6, 50),
        ];
        let masked =
            |mask| AccessList::parse(&list(&[&entries[..], &[(MASK, mask, nobody)]].concat()));
        let writers = |users: &[u32], groups: &[Option<u32>]| {
            let users = users.iter().copied().collect();
            Some(AccessList::Writers { users, groups: groups.to_vec() })
        };
        assert_eq!(masked(7), writers(&[1001], &[Some(50)]));
        assert_eq!(masked(5), writers(&[], &[]));
        assert_eq!(AccessList::parse(&list(&[(OWNING_GROUP, 7, nobody)])), writers(&[], &[None]));
    }

    #[test]
    fn what_is_no_list_is_not_understood() {
        assert_eq!(AccessList::parse(b""), None);
        assert_eq!(AccessList::parse(b"\x03\0\0\0"), None);
        assert_eq!(AccessList::parse(&list(&[(USER, 7, 1)])[..9]), None);
    }
}
