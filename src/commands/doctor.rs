//! `labready doctor`: everything that is wrong with this machine, each with what fixes it. Reads,
//! and changes nothing.

use std::cmp::Reverse;

use super::look::decide;
use super::{Task, rights, verify};
use crate::cli::DoctorArgs;
use crate::diagnosis;
use crate::error::{Exit, Result};
use crate::event::Event;
use crate::outcome::Outcome;
use crate::problem::{Problem, Severity};
use crate::words::count;

pub(super) fn run(task: &Task<'_>, options: &DoctorArgs) -> Result<Outcome> {
    let (facts, planned) = decide(task, &[])?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    if let Ok(plan) = &planned {
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    }
    let mut problems = diagnosis::of_request(&task.request, &facts, &planned);
    if let Ok(plan) = &planned {
        problems.extend(rights::problem(task, &facts, plan)?);
    }
    problems.sort_by_key(|problem| Reverse(problem.severity));
    let errors = of_severity(&problems, Severity::Error);
    let warnings = of_severity(&problems, Severity::Warning);
    for problem in problems {
        task.output.emit(Event::problem(problem));
    }
    if options.labs {
        let choice = planned.as_ref().ok().and_then(|plan| plan.python.as_ref());
        let judged = verify::setting(task, &facts, choice)
            .and_then(|setting| verify::labs(task, &setting, "This workstation is ready."));
        match judged {
            // What is found wrong says more than that the labs went well in spite of it.
            Ok(_) if errors > 0 => {}
            // Without an interpreter there is nothing to run them with: that is said already.
            Err(error) if errors == 0 || error.exit() != Exit::NotReady => return Err(error),
            Err(_) => {}
            Ok(outcome) => return Ok(outcome),
        }
    }
    Ok(conclude(task, errors, warnings))
}

fn of_severity(problems: &[Problem], severity: Severity) -> usize {
    problems.iter().filter(|problem| problem.severity == severity).count()
}

fn conclude(task: &Task<'_>, errors: usize, warnings: usize) -> Outcome {
    let and_warnings = match warnings {
        0 => String::new(),
        _ => format!(" and {}", count(warnings, "warning")),
    };
    if errors > 0 {
        return Outcome::not_ready(format!(
            "Not ready: {}{and_warnings}.",
            count(errors, "problem")
        ));
    }
    let found = match warnings {
        0 => "No problems found".to_owned(),
        _ => format!("Ready, with {}", count(warnings, "warning")),
    };
    let labs = task.request.typed.labready_with("doctor", &["--labs"]);
    Outcome::ready(format!("{found}. Run `{labs}` to run the labs as well."))
}
