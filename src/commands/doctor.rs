//! `labready doctor`: everything that is wrong with this machine, each with what mends it. Reads,
//! and changes nothing.

use std::cmp::Reverse;

use super::look::decide;
use super::{Task, verify};
use crate::cli::DoctorArgs;
use crate::diagnosis;
use crate::error::{Exit, Result};
use crate::event::{Event, Status};
use crate::finding::{Finding, Severity};
use crate::report::words;

pub(super) fn run(task: &Task<'_>, options: &DoctorArgs) -> Result<Exit> {
    let settings = task.settings(Some(&options.wish))?;
    let (facts, planned) = decide(task, &settings)?;
    task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
    let mut findings = diagnosis::diagnose(&facts);
    findings.extend(diagnosis::setup(&planned, &facts));
    findings.sort_by_key(|finding| Reverse(finding.severity));
    let problems = count(&findings, Severity::Error);
    let warnings = count(&findings, Severity::Warning);
    findings.into_iter().for_each(|finding| task.output.emit(Event::Finding { finding }));
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
            Ok(exit) => return Ok(exit),
        }
    }
    Ok(conclude(task, problems, warnings))
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn conclude(task: &Task<'_>, problems: usize, warnings: usize) -> Exit {
    let told = match warnings {
        0 => String::new(),
        _ => format!(", with {}", words::count(warnings, "warning")),
    };
    if problems > 0 {
        task.finish(
            Status::NotReady,
            format!("Not ready: {}{told}.", words::count(problems, "problem")),
        );
        return Exit::NotReady;
    }
    let sentence =
        format!("Everything is in place{told}; `labready doctor --labs` runs the labs, too.");
    task.finish(Status::Ready, sentence);
    Exit::Ready
}
