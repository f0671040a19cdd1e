//! How a plan is applied.

use std::time::Duration;

use super::journal::Journal;
use crate::apt::PackageSource;

/// What the caller chooses for all steps of a plan.
#[derive(Clone, Debug, Default)]
pub struct ApplyOptions<'a> {
    /// How long another program that uses apt is waited for.
    pub patience: Duration,
    /// Where packages come from.
    pub source: PackageSource,
    /// Where each step is written down before and after it is done.
    pub journal: Option<&'a Journal>,
}
