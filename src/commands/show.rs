//! `labready plan`: the plan that `setup` applies, shown and not applied. Without root, and nothing
//! is changed.

use super::Task;
use super::look::{look, warn};
use crate::cli::PlanArgs;
use crate::error::{Exit, Result};
use crate::event::Status;

pub(super) fn run(task: &Task<'_>, options: &PlanArgs) -> Result<Exit> {
    let settings = task.settings(Some(&options.wish))?;
    let (facts, plan) = look(task, &settings, true)?;
    warn(task, &facts);
    if plan.is_empty() {
        task.finish(Status::Ready, "Nothing has to change; `labready verify` runs the labs.");
    } else {
        task.finish(Status::NotReady, "`labready setup` applies this plan.");
    }
    Ok(Exit::Ready)
}
