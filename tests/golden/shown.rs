//! An answer as a person would read it: every part of a plan, or of an error.

use std::fmt::Write;

use labready::error::Error;
use labready::facts::Facts;
use labready::plan::{Decision, Plan, Step};

use super::machines::Asked;

/// What the embedded course's plan is on a machine.
pub fn answer(facts: &Facts, asked: &Asked) -> String {
    answered(asked.plan(facts))
}

fn answered(decision: Result<Decision, Error>) -> String {
    match decision {
        Ok(Decision::Plan(plan)) => plan_text(&plan),
        Ok(Decision::AskApt(packages)) => {
            format!("ask apt for every python3.N and {}\n", packages.join(", "))
        }
        Err(error) => error_text(&error),
    }
}

/// An error, what to do about it, and how the run ends.
pub fn error_text(error: &Error) -> String {
    let hint = error.hint().unwrap_or_else(|| "none".into());
    let id = error.record().map(|problem| format!("[{}]", problem.id.name())).unwrap_or_default();
    format!(
        "error{id}: {error}\nhint: {hint}\nexit code {}: {}\n",
        error.exit().code(),
        error.exit().meaning()
    )
}

/// Every part of a plan.
pub fn plan_text(plan: &Plan) -> String {
    let mut text = String::new();
    match &plan.python {
        Some(python) => {
            let origin = format!("{:?}", python.origin).to_lowercase();
            writeln!(
                text,
                "python {} at {} ({origin}): {}",
                python.version,
                python.path.display(),
                python.why
            )
            .unwrap();
        }
        None => writeln!(text, "python: open").unwrap(),
    }
    for candidate in &plan.candidates {
        let mark = if candidate.taken { "taken" } else { "refused" };
        let version =
            candidate.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        writeln!(
            text,
            "  {mark}: {}{version}, {}: {}",
            candidate.what, candidate.origin, candidate.why
        )
        .unwrap();
    }
    if plan.is_empty() {
        writeln!(text, "nothing has to change").unwrap();
    }
    for step in &plan.steps {
        text += &step_text(step);
    }
    for open in &plan.open {
        writeln!(text, "open: {open}").unwrap();
    }
    text
}

fn step_text(step: &Step) -> String {
    let who = match (&step.command.account, step.needs_root) {
        (Some(account), _) => format!("as {}", account.name),
        (None, true) => "as root".into(),
        (None, false) => "as whoever runs it".into(),
    };
    format!("{}, {who}: {}\n  because {}\n  $ {}\n", step.id, step.title, step.why, step.command)
}
