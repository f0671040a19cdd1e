//! A machine in a folder, for tests. Who runs labready, who owns the files and where the program lies
//! are data here, so that the same test says the same whoever runs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Host;
use super::accounts::{NameServices, Users};
use super::signals;

impl Host {
    /// A machine in a folder: `/etc/os-release` is `ROOT/etc/os-release`, `/usr/bin/dpkg` a program
    /// in `ROOT/usr/bin`.
    pub fn in_folder(root: &Path, environment: BTreeMap<String, String>) -> Self {
        Self {
            root: root.to_owned(),
            folder: PathBuf::from("/"),
            environment,
            arguments: Vec::new(),
            users: Users::of_this_process(),
            known: NameServices::default(),
            program: None,
            owners: BTreeMap::new(),
            file_rights: None,
            clock: None,
        }
    }

    /// The same machine, where labready is run by the account with this uid.
    #[must_use]
    pub fn run_by(self, uid: u32) -> Self {
        Self { users: Users::only(uid), ..self }
    }

    /// The same machine, where this path and everything below it belongs to this uid. The longest
    /// path that fits counts.
    #[must_use]
    pub fn with_owner(mut self, path: &Path, uid: u32) -> Self {
        self.owners.insert(path.to_owned(), uid);
        self
    }

    /// The same machine, where labready lies at this path and these words were typed after its
    /// name.
    #[must_use]
    pub fn with_program(self, program: &Path, arguments: Vec<String>) -> Self {
        Self { program: Some(program.to_owned()), arguments, ..self }
    }

    /// The same machine on another day.
    #[must_use]
    pub fn with_clock(self, clock: Timestamp) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// The same machine, where Ctrl-C and the other signals that ask to end are heard as on a real one.
    #[must_use]
    pub fn heeding_signals(self) -> Self {
        signals::listen();
        self
    }

    /// The owner that this machine's own list names for a path.
    pub(super) fn listed_owner(&self, path: &Path) -> Option<u32> {
        let fits = self.owners.iter().filter(|(place, _)| path.starts_with(place));
        fits.max_by_key(|(place, _)| place.components().count()).map(|(_, uid)| *uid)
    }
}
