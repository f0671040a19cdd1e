//! One look at the machine, and what has to change.

use crate::facts::Facts;
use crate::plan::Plan;

/// What the machine is like, and what has to change.
pub(super) struct Round {
    /// What is true now.
    pub facts: Facts,
    /// The plan; empty when nothing has to change.
    pub plan: Plan,
}
