//! How a script ended: by an exception, with a code, by a signal, not at all.

use super::mistakes::{Crash, mistake};
use super::{Explainer, Words, lines_of, time};
use crate::lab::observation::End;

/// SIGTTIN and SIGTTOU: the terminal's own, for a program in the background.
const TERMINAL_SIGNALS: [i32; 2] = [21, 22];

impl Explainer<'_> {
    /// The mistake, where one is certain; else what Python says, and nothing but that.
    pub(super) fn exception(&self) -> Words {
        let Some(exception) = &self.exception else {
            return Words::new(
                format!("{} ended with an exception", self.name()),
                "read what it printed on standard error",
            );
        };
        // A file that hides a module of Python's own makes right lines fail.
        let is_misled = !self.script.shadows.is_empty()
            && !["SyntaxError", "IndentationError", "TabError"].contains(&exception.kind());
        let certain = mistake(Crash { code: &self.code, exception }).filter(|_| !is_misled);
        if let Some(mistake) = certain {
            let whose = match mistake.line {
                Some(line) => format!("line {line} of {}:", self.name()),
                None => self.name(),
            };
            let words = Words::new(format!("{whose} {}", mistake.means), mistake.fix);
            return words.about(mistake.line);
        }
        // Python exits with 0 after an exception in a thread, in a callback, or in a task that
        // nobody awaits.
        let how = if self.end() == Some(End::Exit(0)) { "continued after" } else { "ended with" };
        let place = exception.line.map_or(String::new(), |line| format!(" in line {line}"));
        let summary = format!("{} {how} `{}`{place}", self.name(), exception.text);
        Words { fix: None, ..Words::new(summary, "") }.about(exception.line)
    }

    pub(super) fn exit_code(&self) -> Words {
        let code = match self.end() {
            Some(End::Exit(code)) => code,
            _ => 1,
        };
        let printed = if self.found().marks.iter().all(Option::is_some) {
            "printed its lines and then "
        } else {
            ""
        };
        let ended = format!("{} {printed}ended with exit code {code}", self.name());
        if self.errors().contains("can't open file") {
            let fix = "check that the file exists and is readable";
            return Words::new(format!("{ended}: Python cannot open the script"), fix);
        }
        Words::new(
            format!("{ended} instead of 0"),
            "check for `sys.exit` or `SystemExit` with a number, and read what it printed on standard error",
        )
    }

    pub(super) fn signal(&self) -> Words {
        let signal = match self.end() {
            Some(End::Signal(signal)) => signal,
            _ => 0,
        };
        let (what, fix) = match signal {
            9 => (
                "was killed",
                "check whether the machine ran out of memory: `sudo dmesg | tail` shows it",
            ),
            11 => (
                "crashed Python itself",
                "try another interpreter; this one or one of its modules is broken",
            ),
            _ => ("was ended", "check what sent the signal: the script itself or another program"),
        };
        Words::new(format!("{} {what} by signal {signal}", self.name()), fix)
    }

    pub(super) fn time_limit(&self) -> Words {
        let observation = self.observation();
        let due = time(self.timeline.due(self.timeline.ends).as_secs_f64() * 1e3);
        let total = self.timeline.marks.len();
        let seen = self.found().marks.iter().filter(|mark| mark.is_some()).count();
        let (until_then, fix) = match seen {
            0 => (
                "it had printed nothing".to_owned(),
                "check for an endless loop, a lock that is never released or an event that is never set",
            ),
            _ if seen == total => (
                "it had printed everything".to_owned(),
                "check for something that still runs: `run_forever`, a thread or an endless loop",
            ),
            _ => (
                format!("it had printed {seen} of its {}", lines_of(total)),
                "check what it waits for after its last line",
            ),
        };
        let took = time(observation.map_or(0.0, |run| run.ended_ms));
        let summary = format!(
            "{} was stopped after {took} instead of ending after {due}; {until_then}",
            self.name()
        );
        if observation
            .and_then(|run| run.stopped_by)
            .is_some_and(|signal| TERMINAL_SIGNALS.contains(&signal))
        {
            return Words::new(
                summary,
                "remove what reads from the terminal: a lab runs without input",
            );
        }
        Words::new(summary, fix)
    }

    pub(super) fn flood(&self) -> Words {
        let due = lines_of(self.timeline.marks.len());
        Words::new(
            format!("{} printed endlessly instead of {due} and was stopped", self.name()),
            "check for a loop that prints and never ends",
        )
    }
}
