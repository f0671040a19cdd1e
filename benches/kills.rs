//! Kills: `setup` cut off by SIGKILL, with everything that it started, at thirty points of a cold
//! run; the next run must make the machine ready.
//!
//! `cargo bench --bench kills [-- POINTS]`. Half of the points lie after a record of the journal,
//! each in turn; the others are spread over the run's time. Needs what the end-to-end tests need
//! (`tests/run` installs it). Ends with 1 when a machine was not recovered.

#[path = "../tests/end_to_end/machine/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests' machine has more than the benches use"
)]
mod machine;

use std::io::{self, Write};
use std::process::exit;
use std::time::{Duration, Instant};

use machine::{Machine, Output};

const SUITE: &str = "bookworm";
const LIMIT: Duration = Duration::from_secs(600);
const JOURNAL: &str = "/var/lib/labready/journal.jsonl";
/// What would be left of something half-made.
const HALF_MADE: &str = "find / -xdev \\( -name '*labready-new*' -o -name '.labready-*' -o -name '*.dpkg-new' -o -name '*.dpkg-tmp' \\) \
                         -not -path '/proc/*' -print";

/// When a run is cut off.
#[derive(Clone, Copy)]
enum Point {
    /// As soon as the journal has so many records.
    Record(usize),
    /// After so long.
    Time(Duration),
}

fn main() {
    let points = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(30);
    let (took, records) = uncut();
    say(&format!(
        "a run that is not cut off: {:.1} s, {records} records in the journal",
        took.as_secs_f64()
    ));
    let at_records = (points / 2).min(records);
    let at_times = points - at_records;
    let after_records =
        (0..at_records).map(|at| Point::Record(1 + at * records / at_records.max(1)));
    let after_times =
        (0..at_times).map(|at| Point::Time(took.mul_f64((at as f64 + 0.5) / at_times as f64)));
    let lost: Vec<String> = after_records
        .chain(after_times)
        .enumerate()
        .filter_map(|(at, point)| recover(at + 1, point).err())
        .collect();
    say(&format!("{} of {points} kills recovered", points - lost.len()));
    exit(i32::from(!lost.is_empty()));
}

/// How long a run takes, and how many records it writes.
fn uncut() -> (Duration, usize) {
    let machine = Machine::fresh(SUITE);
    let started = Instant::now();
    machine.labready(["setup", "--yes", "--no-verify"]).limit(LIMIT).run().succeeds();
    (started.elapsed(), records(&machine))
}

fn records(machine: &Machine) -> usize {
    machine.command(["cat", JOURNAL]).run().stdout.lines().count()
}

/// Cuts a run off and lets another one go on.
fn recover(number: usize, mut point: Point) -> Result<(), String> {
    let (machine, what) = loop {
        let machine = Machine::fresh(SUITE);
        let (what, cut_off) = cut_off(&machine, point);
        match point {
            // The machine was less busy than when the run was measured, and the run was through:
            // nothing was cut off.
            Point::Time(after) if cut_off.code == 0 => point = Point::Time(after.mul_f64(0.8)),
            _ => break (machine, what),
        }
    };
    let last = machine
        .command(["tail", "-n", "1", JOURNAL])
        .run()
        .stdout
        .chars()
        .take(90)
        .collect::<String>();
    let outcome = is_recovered(&machine);
    let word = outcome
        .as_ref()
        .map_or_else(|problem| format!("LOST: {problem}"), |()| "recovered".to_owned());
    say(&format!("{number:>2}. killed at {what:<10}, after {}: {word}", last.trim_end()));
    outcome
}

fn cut_off(machine: &Machine, point: Point) -> (String, Output) {
    let mut running = machine.labready(["setup", "--yes", "--no-verify"]).limit(LIMIT).start();
    let what = match point {
        Point::Record(wanted) => {
            running.waits_for("the journal's record", |_| records(machine) >= wanted);
            format!("record {wanted}")
        }
        Point::Time(after) => {
            std::thread::sleep(after);
            format!("{:.1} s", after.as_secs_f64())
        }
    };
    machine.kill_everything();
    (what, running.finish())
}

/// The next run ends ready, apt and dpkg are content, nothing is half-made, and a third run has
/// nothing to do.
fn is_recovered(machine: &Machine) -> Result<(), String> {
    let again = machine.labready(["setup", "--yes"]).limit(LIMIT).run();
    if again.code != 0 || again.last_line() != "This workstation is ready." {
        return Err(again.to_string());
    }
    for check in ["apt-get check -qq", "dpkg --audit", HALF_MADE] {
        let output = machine.command(["sh", "-c", check]).run();
        if output.code != 0 || !output.stdout.trim().is_empty() {
            return Err(output.to_string());
        }
    }
    let plan = machine.labready(["plan", "--format", "json"]).run().report();
    if plan["steps"].as_array().is_some_and(Vec::is_empty) {
        Ok(())
    } else {
        Err(format!("a third run would do {}", plan["steps"]))
    }
}

fn say(line: &str) {
    // A closed pipe is nobody's loss.
    let _ = writeln!(io::stdout(), "{line}");
}
