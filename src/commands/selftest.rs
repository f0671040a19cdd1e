//! `labready verify --selftest`: scripts that are known to be right or wrong are run on this
//! machine, and the judge must tell them apart.

use super::{Task, runner};
use crate::course::{Course, Lab};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::lab::{self, LabResult, Setting, Subject, Verdict};
use crate::outcome::Outcome;
use crate::problem::{LabProblem, Problem, SelftestVerdict};

/// The embedded course's labs, turned wrong: the name of the case, the lab, what is replaced by
/// what.
const WRONG: [(&str, &str, &str, &str); 4] = [
    (
        "tasks awaited one by one",
        "learning_tasks",
        "    first = asyncio.create_task(swiss())\n    second = asyncio.create_task(swiss())\n    await asyncio.gather(first, second)",
        "    await asyncio.create_task(swiss())\n    await asyncio.create_task(swiss())",
    ),
    (
        "a task that blocks the loop",
        "learning_tasks",
        "await asyncio.sleep(1)",
        "__import__('time').sleep(1)",
    ),
    (
        "an executor with one thread",
        "advanced_event_loop",
        "    calls =",
        "    import concurrent.futures\n    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1))\n    calls =",
    ),
    ("a sleep that was left out", "learn_async_sleep", "await asyncio.sleep(1)", "pass"),
];

pub(super) fn run(task: &Task<'_>, setting: &Setting) -> Result<Outcome> {
    let cases = cases()?;
    let subjects: Vec<Subject> =
        cases.iter().map(|case| Subject { lab: case.lab.clone(), copy: None }).collect();
    runner::expect_own_python(task, setting, &subjects)?;
    // The verdicts on wrong scripts are not the answer here, so they are not reported as such.
    let _orphans = task.host.adopt_orphans();
    let results = lab::verify(task.host, &subjects, setting, &|_| ())?;
    let mut wrong = 0;
    let mut unsure = 0;
    for (case, result) in cases.iter().zip(&results) {
        let is_right = result.status == case.expected;
        let is_unsure = matches!(result.status, Verdict::Inconclusive | Verdict::Error);
        wrong += usize::from(!is_right && !is_unsure);
        unsure += usize::from(!is_right && is_unsure);
        task.output.emit(Event::problem(problem(case, result, is_right)));
    }
    let total = results.len();
    Ok(if wrong > 0 {
        Outcome::not_ready(format!(
            "Selftest failed: {wrong} of {total} scripts were judged wrongly. Do not trust verdicts on this machine."
        ))
    } else if unsure > 0 {
        Outcome::inconclusive(format!(
            "Inconclusive: {unsure} of {total} scripts could not be judged. Run it again when the machine is less busy."
        ))
    } else {
        Outcome::ready(format!("Selftest passed: all {total} scripts were judged correctly."))
    })
}

/// A script, and the verdict that is right.
struct Case {
    name: String,
    lab: Lab,
    expected: Verdict,
}

fn cases() -> Result<Vec<Case>> {
    let course = Course::embedded()?;
    let right = course
        .labs
        .iter()
        .map(|lab| Ok(Case { name: lab.name.clone(), lab: lab.clone(), expected: Verdict::Pass }));
    let wrong = WRONG.iter().enumerate().map(|(index, (name, lab, from, to))| {
        let lab =
            course.labs.iter().find(|known| known.name == *lab && known.source.contains(from));
        let lab = lab.ok_or_else(|| Error::Bug {
            message: format!("the selftest `{name}` does not fit its lab"),
        })?;
        let source = lab.source.replace(from, to);
        let lab = Lab { name: format!("{}_{index}", lab.name), source, ..lab.clone() };
        Ok(Case { name: (*name).to_owned(), lab, expected: Verdict::Fail })
    });
    right.chain(wrong).collect()
}

fn problem(case: &Case, result: &LabResult, is_right: bool) -> Problem {
    let verdict = match result.status {
        Verdict::Pass => SelftestVerdict::Passed,
        Verdict::Fail => SelftestVerdict::Failed,
        Verdict::Inconclusive => SelftestVerdict::Inconclusive,
        Verdict::Error => SelftestVerdict::NotRun,
    };
    let (case, summary) = (case.name.clone(), result.summary.clone());
    Problem::new(LabProblem::Selftest { case, verdict, is_right, summary })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_script_differs_from_the_right_one_it_was_made_of() {
        let cases = cases().unwrap();
        assert_eq!(cases.len(), 8);
        let mut sources: Vec<&str> = cases.iter().map(|case| case.lab.source.as_str()).collect();
        sources.sort_unstable();
        sources.dedup();
        assert_eq!(sources.len(), 8);
    }
}
