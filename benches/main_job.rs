//! How the main job compares with doing it by hand, and with the course's old script: ratios of
//! medians, measured in turn in one run.
//!
//! `cargo bench --bench main_job [-- ROUNDS]`. Needs what the end-to-end tests need (`tests/run`
//! installs it): root, real root filesystems.

#[path = "../tests/end_to_end/machine/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests' machine has more than the benches use"
)]
mod machine;

use std::fs;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use machine::{Machine, Output};

const LIMIT: Duration = Duration::from_secs(600);
const SUITE: &str = "bookworm";
const PACKAGES: &str = "python3.11 python3.11-venv python3.11-dev build-essential";
const QUIET: &str = "export DEBIAN_FRONTEND=noninteractive";

/// The least that a person who knows apt would type, without the recommended extras that labready
/// leaves out too.
const BY_HAND: &str = "apt-get update -q; apt-get install -q -y --no-install-recommends $PACKAGES; \
                       python3.11 -m venv hand; hand/bin/pip install -q wheel";
/// The course's script, with its software-properties-common; its add-apt-repository line has
/// nothing to add on Debian.
const OLD_SCRIPT: &str = "apt-get update -q; apt-get install -q -y software-properties-common; apt-get update -q; \
                          apt-get install -q -y $PACKAGES; python3.11 -m venv hand; hand/bin/pip install -q wheel";

fn main() {
    let rounds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(5);
    let mut table = Table::default();
    warm(rounds, &mut table);
    cold(rounds.min(3), &mut table);
    table.print(rounds);
}

/// On a machine that is ready already.
fn warm(rounds: usize, table: &mut Table) {
    let machine = Machine::ready(SUITE);
    machine.shell(&format!("{QUIET}; {}", BY_HAND.replace("$PACKAGES", PACKAGES)));
    machine.write("/root/lab.py", include_str!("../scripts/learning_event_loops.py"));
    let again = format!(
        "{QUIET}; {}",
        OLD_SCRIPT
            .replace("$PACKAGES", PACKAGES)
            .replace("apt-get install -q -y software-properties-common; apt-get update -q;", "")
    );
    for _ in 0..rounds {
        table.add("verify", seconds(|| machine.labready(["verify"]).limit(LIMIT).run()));
        table.add(
            "longest lab by hand",
            seconds(|| machine.command(["/root/venv/bin/python", "/root/lab.py"]).run()),
        );
        table.add(
            "warm setup",
            seconds(|| machine.labready(["setup", "--yes", "--no-verify"]).run()),
        );
        table.add(
            "warm old script",
            seconds(|| machine.command(["sh", "-ec", &again]).limit(LIMIT).run()),
        );
        table.add("--version", seconds(|| machine.labready(["--version"]).run()));
        table.add("nothing (true)", seconds(|| machine.command(["/bin/true"]).run()));
    }
    let peak = machine.command(["/usr/bin/python3.11", "-c", PEAK]).run();
    // labready's own events stand above it.
    table.peak_kb = peak
        .succeeds()
        .stdout
        .lines()
        .last()
        .and_then(|line| line.parse().ok())
        .unwrap_or(f64::NAN);
}

/// Peak memory of a warm setup, children aside: the kernel's own count of the largest resident set,
/// in kilobytes.
const PEAK: &str = "import os\n\
pid = os.spawnv(os.P_NOWAIT, '/usr/local/sbin/labready', ['labready', 'setup', '--yes', '--no-verify', '--quiet', '--format', 'ndjson', '--color', 'never'])\n\
_, status, usage = os.wait4(pid, 0)\n\
assert status == 0\n\
print(usage.ru_maxrss)";

/// On a machine as mmdebstrap makes it, a new one for every run.
fn cold(rounds: usize, table: &mut Table) {
    let script = |text: &str| format!("{QUIET}; {}", text.replace("$PACKAGES", PACKAGES));
    for _ in 0..rounds {
        let machine = Machine::fresh(SUITE);
        table.add(
            "cold setup",
            seconds(|| machine.labready(["setup", "--yes", "--no-verify"]).limit(LIMIT).run()),
        );
        drop(machine);
        for (name, text) in [("cold by hand", BY_HAND), ("cold old script", OLD_SCRIPT)] {
            let machine = Machine::fresh(SUITE);
            table.add(
                name,
                seconds(|| machine.command(["sh", "-ec", &script(text)]).limit(LIMIT).run()),
            );
        }
    }
}

/// How long a command that must succeed takes, in seconds.
fn seconds(work: impl FnOnce() -> Output) -> f64 {
    let started = Instant::now();
    work().succeeds();
    started.elapsed().as_secs_f64()
}

#[derive(Default)]
struct Table {
    rows: Vec<(&'static str, Vec<f64>)>,
    peak_kb: f64,
}

impl Table {
    fn add(&mut self, name: &'static str, seconds: f64) {
        let _ = writeln!(io::stderr(), "{name}: {seconds:.3} s");
        match self.rows.iter_mut().find(|(other, _)| *other == name) {
            Some((_, all)) => all.push(seconds),
            None => self.rows.push((name, vec![seconds])),
        }
    }

    fn median(&self, name: &str) -> f64 {
        let mut all = self
            .rows
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, all)| all.clone())
            .unwrap_or_default();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn print(&self, rounds: usize) {
        // What the harness itself takes to enter a machine is in every figure, and is nobody's.
        let entering = self.median("nothing (true)");
        let ratio = |one: &str, other: &str| {
            (self.median(one) - entering) / (self.median(other) - entering)
        };
        let size = fs::metadata(env!("CARGO_BIN_EXE_labready"))
            .map_or(f64::NAN, |metadata| metadata.len() as f64 / 1e6);
        let version_ms = (self.median("--version") - self.median("nothing (true)")) * 1000.0;
        let lines = [
            ("verify ÷ longest lab by hand", ratio("verify", "longest lab by hand"), 1.05),
            ("warm setup ÷ warm old script", ratio("warm setup", "warm old script"), 0.01),
            ("cold setup ÷ bare minimum by hand", ratio("cold setup", "cold by hand"), 0.95),
            ("cold setup ÷ old script", ratio("cold setup", "cold old script"), 0.6),
            ("--version beyond starting a process (ms)", version_ms, 5.0),
            ("binary (MB)", size, 6.0),
            ("peak memory of a warm setup (MB)", self.peak_kb / 1024.0, 20.0),
        ];
        let mut out = format!("medians of {rounds} rounds (cold: {})\n", rounds.min(3));
        for (name, all) in &self.rows {
            out += &format!(
                "  {name:<24} {:>9.3} s  of {:?}\n",
                self.median(name),
                all.iter().map(|s| (s * 1000.0).round() / 1000.0).collect::<Vec<_>>()
            );
        }
        for (name, value, limit) in lines {
            let verdict = if value <= limit { "within" } else { "OVER" };
            out += &format!("  {name:<42} {value:>8.4}  {verdict} {limit}\n");
        }
        let _ = io::stdout().write_all(out.as_bytes());
    }
}
