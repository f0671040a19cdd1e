//! The one loop that waits until something else is done: another run of labready, another program
//! that uses apt, cloud-init.

use std::time::Duration;

use crate::error::Result;
use crate::event::{Event, Sink};
use crate::host::{Clock, Host};
use crate::problem::Problem;

/// How often is looked again.
const INTERVAL: Duration = Duration::from_millis(250);

/// What a look found.
pub enum Poll<T> {
    /// The wait is over.
    Over(T),
    /// Something is still at work: who.
    Busy(String),
}

/// Who waits, and how long at most.
pub struct Waiting<'a> {
    /// The machine.
    pub host: &'a Host,
    /// The step that waits, or the name of what is waited for.
    pub id: &'a str,
    /// How long at most.
    pub patience: Duration,
    /// Where its events go.
    pub emit: Sink<'a>,
}

impl Waiting<'_> {
    /// Looks until the wait is over. `expired` makes the problem of who is still at work after so
    /// many seconds.
    ///
    /// # Errors
    /// Those of looking; that problem; [`crate::error::Error::Interrupted`].
    pub fn until<T>(
        &self,
        mut look: impl FnMut() -> Result<Poll<T>>,
        expired: impl Fn(String, u64) -> Problem,
    ) -> Result<T> {
        let clock = Clock::start();
        loop {
            let busy = match look()? {
                Poll::Over(found) => return Ok(found),
                Poll::Busy(who) => who,
            };
            let seconds = clock.elapsed().as_secs();
            if clock.elapsed() >= self.patience {
                return Err(expired(busy, seconds).into());
            }
            (self.emit)(Event::StepWaits { id: self.id.to_owned(), waits_for: busy, seconds });
            self.host.check_interrupted()?;
            self.host.pause(INTERVAL);
        }
    }
}
