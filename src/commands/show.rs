//! `labready plan`: the plan that `setup` applies, shown and not applied. Without root, and nothing
//! is changed.

use super::Task;
use super::look::look;
use crate::error::Result;
use crate::event::Event;
use crate::outcome::Outcome;
use crate::plan;

pub(super) fn run(task: &Task<'_>) -> Result<Outcome> {
    let round = look(task, &[])?;
    if let Some(lacking) = plan::lacking(&round.plan, &round.facts) {
        task.output.emit(Event::problem(lacking));
    }
    let typed = &task.request.typed;
    Ok(if round.plan.is_empty() {
        let verify = typed.labready("verify");
        Outcome::ready(format!("Nothing to change. Run `{verify}` to run the labs."))
    } else {
        let mut sentence = format!("run `{}` to apply this plan", typed.labready("setup"));
        if !task.is_verbose {
            let more = typed.labready_with("plan", &["-v"]);
            sentence += &format!(", or `{more}` to see the reasons and the commands");
        }
        Outcome::plan_shown(sentence + ".")
    })
}
