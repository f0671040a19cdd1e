//! Ctrl-C, Ctrl-\, SIGTERM and SIGHUP: remembered here, acted on by whoever waits for a child. Who insists
//! is obeyed at once.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::Host;
use super::{children, orphans};
use crate::error::{Error, Result};

/// What comes so soon after SIGHUP is the same end of a terminal or a session: the kernel, the
/// shell and systemd all tell.
const SAME_END: Duration = Duration::from_secs(1);
/// The exit code of a run that was interrupted.
const INTERRUPTED: i32 = 130;

static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Remembers the first signal. A second one ends the program at once, with every child that is not
/// let finish.
pub(super) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        // nohup ignores SIGHUP for us; somebody wants us to go on then.
        let wanted =
            [SIGINT, SIGQUIT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_nohup(*signal));
        // Without handlers the system's default ends the program: nothing to report.
        let Ok(mut signals) = Signals::new(wanted) else { return };
        let handle = signals.handle();
        let listener = thread::Builder::new().stack_size(128 << 10).spawn(move || {
            let mut asked = Insistence::default();
            for signal in signals.forever() {
                IS_ASKED.store(true, Ordering::SeqCst);
                if asked.insists(signal, Instant::now()) {
                    children::kill_all(|| {
                        orphans::end_with_us();
                        low_level::exit(INTERRUPTED);
                    });
                }
            }
        });
        if listener.is_err() {
            handle.close();
        }
    });
}

/// Who asked before.
#[derive(Default)]
struct Insistence {
    first: Option<(i32, Instant)>,
}

impl Insistence {
    /// Whether this signal says again what one has said before. A terminal that is gone says it
    /// several times, and insists on nothing.
    fn insists(&mut self, signal: i32, now: Instant) -> bool {
        let Some((first, at)) = self.first else {
            self.first = Some((signal, now));
            return false;
        };
        let is_same_end = first == SIGHUP && now.duration_since(at) < SAME_END;
        signal != SIGHUP && !is_same_end
    }
}

/// Whether SIGHUP was ignored when we started (`SigIgn` of `/proc/self/status`, a mask in hex).
fn is_nohup(signal: i32) -> bool {
    let mask = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    };
    signal == SIGHUP && mask().is_some_and(|mask| mask & 1 << (SIGHUP - 1) != 0)
}

impl Host {
    /// Whether somebody asked labready to end.
    pub fn is_interrupted(&self) -> bool {
        IS_ASKED.load(Ordering::SeqCst)
    }

    /// The same as an error, for use between two steps.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once a signal has come.
    pub fn check_interrupted(&self) -> Result<()> {
        if self.is_interrupted() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these signals, each after so many milliseconds, ends labready at once.
    fn insisting(signals: &[(i32, u64)]) -> Option<usize> {
        let start = Instant::now();
        let mut asked = Insistence::default();
        let at = |after: u64| start + Duration::from_millis(after);
        signals.iter().position(|(signal, after)| asked.insists(*signal, at(*after)))
    }

    #[test]
    fn a_second_ctrl_c_insists_and_a_terminal_that_is_gone_does_not() {
        assert_eq!(insisting(&[(SIGINT, 0), (SIGINT, 100)]), Some(1));
        assert_eq!(insisting(&[(SIGINT, 0), (SIGTERM, 9000)]), Some(1));
        assert_eq!(insisting(&[(SIGHUP, 0), (SIGHUP, 1), (SIGHUP, 5000)]), None);
        assert_eq!(insisting(&[(SIGTERM, 0), (SIGHUP, 1)]), None);
        // systemd ends a session with both, at once and in either order.
        assert_eq!(insisting(&[(SIGHUP, 0), (SIGTERM, 1)]), None);
        assert_eq!(insisting(&[(SIGHUP, 0), (SIGTERM, 3000)]), Some(1));
    }
}
