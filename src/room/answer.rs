//! The answer to whether a room is ready, in one sentence.

use super::state::Counts;
use crate::outcome::Outcome;
use crate::words::is_are;

/// How the fold ends: not ready as soon as one machine is not, ready when all are.
pub fn of(counts: &Counts) -> Outcome {
    let ready = counts.ready + counts.ready_without_labs;
    if counts.machines == 0 {
        return Outcome::inconclusive("There are no reports.");
    }
    if ready == counts.machines {
        return Outcome::ready(all_ready(counts));
    }
    if counts.machines == 1 {
        return one(counts);
    }
    let parts = [
        part(counts.not_ready, "is not", "are not"),
        part(counts.no_report, "gave no report", "gave no report"),
        part(counts.stale, "is stale", "are stale"),
        part(counts.inconclusive, "is inconclusive", "are inconclusive"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let sentence = format!(
        "{ready} of {} machines {} ready{}; {}.",
        counts.machines,
        is_are(ready),
        without_labs(counts),
        parts.join(", ")
    );
    match counts.not_ready {
        0 => Outcome::inconclusive(sentence),
        _ => Outcome::not_ready(sentence),
    }
}

fn part(number: usize, one: &str, more: &str) -> Option<String> {
    (number > 0).then(|| format!("{number} {}", if number == 1 { one } else { more }))
}

fn all_ready(counts: &Counts) -> String {
    let all = match counts.machines {
        1 => "The machine is ready".to_owned(),
        machines => format!("All {machines} machines are ready"),
    };
    match counts.ready_without_labs {
        0 => format!("{all}."),
        without if without == counts.machines => format!("{all}, but the labs were not run."),
        without => format!("{all}, but the labs were not run on {without} of them."),
    }
}

/// Some of those that are ready did not show it.
fn without_labs(counts: &Counts) -> String {
    match counts.ready_without_labs {
        0 => String::new(),
        _ if counts.ready == 0 => " (labs not run)".into(),
        without => format!(" (labs not run on {without})"),
    }
}

/// A room of one machine that is not ready.
fn one(counts: &Counts) -> Outcome {
    let unknown = |why| Outcome::inconclusive(format!("The machine {why}."));
    match counts {
        Counts { not_ready: 1, .. } => Outcome::not_ready("The machine is not ready."),
        Counts { no_report: 1, .. } => unknown("gave no report"),
        Counts { stale: 1, .. } => unknown("is known by a stale report"),
        _ => unknown("is inconclusive"),
    }
}
