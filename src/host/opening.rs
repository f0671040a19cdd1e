//! Sees that a file is opened, as an interpreter opens its script once it has started up.

use std::path::Path;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::Host;

/// Waits for a file to be opened.
#[derive(Debug)]
pub struct Opening(Option<Inotify>);

impl Host {
    /// Watches a file from now on. Where the kernel does not let us, it is never seen to be opened.
    pub fn notice_opening(&self, path: &Path) -> Opening {
        let flags = InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK;
        let watch = Inotify::init(flags).and_then(|watch| {
            watch.add_watch(&self.inside(path), AddWatchFlags::IN_OPEN).map(|_| watch)
        });
        Opening(watch.ok())
    }
}

impl Opening {
    /// Whether it was opened since it is watched.
    pub fn has_happened(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|watch| watch.read_events().is_ok_and(|events| !events.is_empty()))
    }
}
