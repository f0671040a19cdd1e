//! The machine's clocks, read together; a test injects its own readings by making [`Instants`]
//! itself.

use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use nix::time::{ClockId, clock_gettime};

use super::Host;

/// One reading of three clocks. What one of them does that the others do not tells a step and a
/// suspend from time going by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instants {
    /// CLOCK_MONOTONIC: never steps, stands still while the machine is suspended.
    pub monotonic: Duration,
    /// CLOCK_REALTIME since 1970: what `datetime.now()` shows; may be stepped.
    pub realtime: Duration,
    /// CLOCK_BOOTTIME: as monotonic, and goes on during a suspend.
    pub boottime: Duration,
}

/// When something began, and how long it has lasted.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    started_at: SystemTime,
}

impl Clock {
    /// Starts counting now.
    pub fn start() -> Self {
        Self { started: Instant::now(), started_at: SystemTime::now() }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The same in whole milliseconds, for reports.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The wall-clock time of the start, in RFC 3339, UTC, to the second.
    pub fn started_at_rfc3339(&self) -> String {
        let started = Timestamp::try_from(self.started_at).unwrap_or(Timestamp::UNIX_EPOCH);
        format!("{started:.0}")
    }
}

impl Host {
    /// Waits.
    pub fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    /// The wall clock.
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    /// Reads the three clocks, one right after the other. A clock that cannot be read counts as
    /// zero throughout.
    pub fn instants(&self) -> Instants {
        let read = |clock| clock_gettime(clock).map(Duration::from).unwrap_or_default();
        Instants {
            monotonic: read(ClockId::CLOCK_MONOTONIC),
            realtime: read(ClockId::CLOCK_REALTIME),
            boottime: read(ClockId::CLOCK_BOOTTIME),
        }
    }
}
