//! What is judged: the four labs, right copies of them, and wrong ones whose fault is in their
//! timing. The others fail whatever the machine does.

use std::path::{Path, PathBuf};

use labready::course::Lab;
use labready::lab::{Copy, Subject};

const RIGHT: &[(&str, &[&str])] = &[
    ("learning_event_loops", &["without_asyncio", "in_a_coroutine"]),
    ("learn_async_sleep", &["blocking", "tasks_in_turn"]),
    ("learning_tasks", &["gathered_coroutines", "no_microseconds"]),
    ("advanced_event_loop", &["plain_threads", "processes"]),
];
const WRONG: &[(&str, &[&str])] = &[
    (
        "learning_event_loops",
        &[
            "in_threads",
            "no_last_sleep",
            "last_sleep_begins_first",
            "long_last_sleep",
            "sleeps_twice_as_long",
            "sleeps_a_tenth",
        ],
    ),
    (
        "learn_async_sleep",
        &[
            "sleep_not_awaited",
            "lingers",
            "sleeps_twice_as_long",
            "sleeps_a_tenth",
            "prints_before_it_sleeps",
        ],
    ),
    (
        "learning_tasks",
        &[
            "awaited_in_turn",
            "tasks_awaited_as_made",
            "blocking_sleep",
            "behind_a_lock",
            "fakes_its_stamps",
            "sleeps_twice_as_long",
        ],
    ),
    (
        "advanced_event_loop",
        &[
            "awaited_in_turn",
            "pool_of_one",
            "behind_a_lock",
            "a_silent_third_call",
            "sleeps_a_tenth",
            "sleeps_twice_as_long",
        ],
    ),
];

/// Scripts that are verified together, and whether they are right.
pub type Job = (Vec<Subject>, bool);

/// All four labs as they are, a right copy of each, and a wrong one of each, turn about.
pub fn round(labs: &[Lab]) -> Vec<Job> {
    let own: Vec<Subject> =
        labs.iter().map(|lab| Subject { lab: lab.clone(), copy: None }).collect();
    let turns = WRONG.iter().map(|(_, names)| names.len()).max().unwrap_or(0);
    let jobs = (0..turns).flat_map(|turn| {
        let copies = |of: &[(&str, &[&str])]| -> Vec<Subject> {
            of.iter().map(|(lab, names)| copy(labs, lab, names[turn % names.len()])).collect()
        };
        [(own.clone(), true), (copies(RIGHT), true), (copies(WRONG), false)]
    });
    jobs.collect()
}

fn copy(labs: &[Lab], lab: &str, variant: &str) -> Subject {
    let shown = format!("{lab}/{variant}.py");
    let copy = Copy { path: fixtures().join(&shown), shown, account: None };
    Subject { lab: labs.iter().find(|known| known.name == lab).unwrap().clone(), copy: Some(copy) }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/labs")
}
