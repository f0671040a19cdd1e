//! How a script ended: by an exception, with a code, by a signal, not at all.

use super::{Explainer, Words, complaints, lines_of, shortened, time};
use crate::lab::observation::End;

/// SIGTTIN and SIGTTOU: the terminal's own, for a program in the background.
const TERMINAL_SIGNALS: [i32; 2] = [21, 22];

impl Explainer<'_> {
    pub(super) fn exception(&self) -> Words {
        let errors = self.errors();
        let what = shortened(complaints::exception(errors).unwrap_or("an exception"));
        let place = complaints::line_of(errors, &self.script.shown)
            .map_or(String::new(), |line| format!(" in line {line}"));
        let known = complaints::known(errors);
        let means = known.map_or(String::new(), |(means, _)| format!(": {means}"));
        // Python exits with 0 after an exception in a thread, in a callback, or in a task that
        // nobody awaits.
        let how = if self.end() == Some(End::Exit(0)) { "went on after" } else { "ended with" };
        let fix = known.map_or(
            "look at the line of the script that the message on standard error names",
            |(_, fix)| fix,
        );
        Words::new(format!("{} {how} `{what}`{place}{means}", self.name()), fix)
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
        match complaints::known(self.errors()) {
            Some((means, fix)) => Words::new(
                format!("{} {printed}ended with exit code {code}: {means}", self.name()),
                fix,
            ),
            None => Words::new(
                format!("{} {printed}ended with exit code {code}; 0 is right", self.name()),
                "look for `sys.exit` or `SystemExit` with a number, and at what it printed on standard error",
            ),
        }
    }

    pub(super) fn signal(&self) -> Words {
        let signal = match self.end() {
            Some(End::Signal(signal)) => signal,
            _ => 0,
        };
        let (what, fix) = match signal {
            9 => ("was killed", "did the machine run out of memory? `sudo dmesg | tail` tells"),
            11 => (
                "crashed Python itself",
                "try another interpreter; this one, or a module of it, is broken",
            ),
            _ => ("was ended", "does the script send itself a signal, or did somebody else?"),
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
                "what does it wait for: an endless loop, a lock, an event that nobody sets?",
            ),
            _ if seen == total => (
                "it had printed everything".to_owned(),
                "does something still run: `run_forever`, a thread, a loop without an end?",
            ),
            _ => (
                format!("it had printed {seen} of its {}", lines_of(total)),
                "what does it wait for after its last line?",
            ),
        };
        let took = time(observation.map_or(0.0, |run| run.ended_ms));
        let summary = format!(
            "{} was stopped after {took}; it is due to end after {due}. Until then {until_then}",
            self.name()
        );
        if observation
            .and_then(|run| run.stopped_by)
            .is_some_and(|signal| TERMINAL_SIGNALS.contains(&signal))
        {
            return Words::new(
                summary,
                "it wants to read from the terminal, and a lab has nobody to ask",
            );
        }
        Words::new(summary, fix)
    }

    pub(super) fn flood(&self) -> Words {
        let due = lines_of(self.timeline.marks.len());
        Words::new(
            format!("{} printed without end, where {due} are due, and was stopped", self.name()),
            "look for a loop that prints and never ends",
        )
    }
}
