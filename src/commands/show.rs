//! `labready plan`: the plan that `setup` applies, shown and not applied. Without root, and nothing
//! is changed.

use super::Task;
use super::look::{look, warn};
use crate::cli::PlanArgs;
use crate::error::Result;
use crate::outcome::Outcome;

pub(super) fn run(task: &Task<'_>, options: &PlanArgs) -> Result<Outcome> {
    let settings = task.settings(Some(&options.wish))?;
    let (facts, plan) = look(task, &settings, true)?;
    warn(task, &facts);
    if plan.is_empty() {
        Ok(Outcome::ready("Nothing has to change; `labready verify` runs the labs."))
    } else {
        Ok(Outcome::plan_shown("`labready setup` applies this plan."))
    }
}
