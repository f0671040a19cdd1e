//! Another run of labready, as it is told of.

use crate::words::{count, quoted};

/// Another run of labready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRun {
    /// Its process.
    pub pid: i32,
    /// Whose it is.
    pub user: String,
    /// How long it has been running, in seconds.
    pub seconds: Option<u64>,
}

impl OtherRun {
    /// Which it is, as far as it is known.
    pub fn words(run: Option<&Self>) -> String {
        let Some(Self { pid, user, seconds }) = run else {
            return "another run of labready".into();
        };
        let since = match seconds {
            None => String::new(),
            Some(seconds @ 0..120) => format!(", for {}", count(*seconds as usize, "second")),
            Some(seconds) => format!(", for {}", count((seconds / 60) as usize, "minute")),
        };
        format!("another run of labready (process {pid}, started by {}{since})", quoted(user))
    }
}
