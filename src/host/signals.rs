//! Ctrl-C, SIGTERM and SIGHUP: remembered here, acted on by whoever waits for a child.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use super::Host;
use crate::error::{Error, Result};

static ASKED_TO_END: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Remembers the first signal; a second Ctrl-C ends the program at once, for whoever will not wait.
pub(super) fn listen() {
    ASKED_TO_END.get_or_init(|| {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // A handler that cannot be installed leaves the system's default, which ends the
            // program: nothing to report.
            let _ = flag::register_conditional_shutdown(signal, 130, Arc::clone(&asked));
            let _ = flag::register(signal, Arc::clone(&asked));
        }
        asked
    });
}

impl Host {
    /// Whether somebody asked labready to end.
    pub fn is_interrupted(&self) -> bool {
        ASKED_TO_END.get().is_some_and(|asked| asked.load(Ordering::SeqCst))
    }

    /// The same as an error, for use between two steps.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once a signal has come.
    pub fn check_interrupted(&self) -> Result<()> {
        if self.is_interrupted() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
