//! `labready doctor`: everything that is wrong with this machine, each with what mends it. Reads,
//! and changes nothing.

use std::cmp::Reverse;

use super::look::decide;
use super::{Task, verify};
use crate::cli::DoctorArgs;
use crate::diagnosis;
use crate::error::{Exit, Result};
use crate::event::Event;
use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;
use crate::report::words;

pub(super) fn run(task: &Task<'_>, options: &DoctorArgs) -> Result<Outcome> {
    let settings = task.settings(Some(&options.wish))?;
    let (facts, planned) = decide(task, &settings)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    if let Ok(plan) = &planned {
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
    }
    let mut findings = diagnosis::diagnose(&facts);
    findings.extend(diagnosis::setup(&planned, &facts));
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let problems = count(&findings, Severity::Error);
    let warnings = count(&findings, Severity::Warning);
    findings.into_iter().for_each(|finding| task.output.emit(Event::found(finding)));
    if options.labs {
        let choice = planned.as_ref().ok().and_then(|plan| plan.python.as_ref());
        match verify::setting(&settings, &facts, choice)
            .and_then(|setting| verify::labs(task, &setting, "This workstation is ready."))
        {
            // What is found wrong says more than that the labs went well in spite of it.
            Ok(_) if problems > 0 => {}
            // Without an interpreter there is nothing to run them with: that is told already.
            Err(error) if problems == 0 || error.exit() != Exit::NotReady => return Err(error),
            Err(_) => {}
            Ok(outcome) => return Ok(outcome),
        }
    }
    Ok(conclude(problems, warnings))
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn conclude(problems: usize, warnings: usize) -> Outcome {
    let told = match warnings {
        0 => String::new(),
        _ => format!(", with {}", words::count(warnings, "warning")),
    };
    if problems > 0 {
        return Outcome::not_ready(format!(
            "Not ready: {}{told}.",
            words::count(problems, "problem")
        ));
    }
    Outcome::ready(format!(
        "Everything is in place{told}; `labready doctor --labs` runs the labs, too."
    ))
}
