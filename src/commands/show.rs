//! `labready plan`: the plan that `setup` applies, shown and not applied. Without root, and nothing
//! is changed.

use super::Task;
use super::look::look;
use crate::error::Result;
use crate::outcome::Outcome;

pub(super) fn run(task: &Task<'_>) -> Result<Outcome> {
    let round = look(task, true, &[])?;
    let typed = &task.request.typed;
    Ok(if round.plan.is_empty() {
        let verify = typed.labready("verify");
        Outcome::ready(format!("Nothing to change. Run `{verify}` to run the labs."))
    } else {
        Outcome::plan_shown(format!("run `{}` to apply this plan.", typed.labready("setup")))
    })
}
