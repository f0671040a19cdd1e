//! The labs of a course, run and judged: all together, because they sleep; then whatever is still
//! open, together again.

use std::path::Path;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use super::conclude::conclude;
use super::imports;
use super::machine::Monitor;
use super::observation::Observation;
use super::reason::Reason;
use super::run::{Pause, ScriptRun};
use super::script::{Prepared, ScriptSource, Subject, prepare};
use super::setting::Setting;
use super::verdict::{LabResult, Point, Verdict};
use crate::course::Lab;
use crate::error::{Error, Result};
use crate::event::{Event, LabScript, Sink};
use crate::host::Host;

/// How long the next script waits for another one's interpreter to start up, before it starts
/// beside it.
const TURN: Duration = Duration::from_millis(250);

/// Runs the labs and judges them; the results stand in the order of the labs.
///
/// # Errors
/// [`Error::Interrupted`], after which nothing that was started is left; [`Error::Io`] when the
/// scripts cannot be written. A script that cannot be started is a result, not an error.
pub fn verify(
    host: &Host,
    subjects: &[Subject],
    setting: &Setting,
    emit: Sink<'_>,
) -> Result<Vec<LabResult>> {
    let folder = host.temporary_folder()?;
    let (monitor, imports_ms) = (Monitor::start(host), OnceLock::new());
    let bench = Bench { host, setting, folder: folder.path(), monitor, imports_ms, emit };
    let prepared = subjects.iter().map(|subject| {
        let ready = prepare(host, subject, setting, folder.path())?;
        Ok(Trial { lab: &subject.lab, ready, observations: Vec::new(), result: None })
    });
    let mut trials = prepared.collect::<Result<Vec<_>>>()?;
    let planned = |trial: &Trial<'_>| LabScript {
        name: trial.lab.name.clone(),
        script: trial.ready.script.shown.clone(),
    };
    let labs = trials.iter().map(planned).collect();
    emit(Event::LabsPlanned { labs, scripts: ScriptSource::of(subjects) });
    loop {
        let open: Vec<_> = trials.iter_mut().filter(|trial| trial.result.is_none()).collect();
        if open.is_empty() {
            return Ok(trials.into_iter().filter_map(|trial| trial.result).collect());
        }
        bench.run_together(open)?;
    }
}

/// Runs one lab once and only observes it, for whoever wants to see what a script does, also when
/// it is stopped now and then.
///
/// # Errors
/// As [`verify`], and [`Error::Spawn`].
pub fn observe(
    host: &Host,
    subject: &Subject,
    setting: &Setting,
    pauses: &[Pause],
) -> Result<Observation> {
    let folder = host.temporary_folder()?;
    let ready = prepare(host, subject, setting, folder.path())?;
    let monitor = Monitor::start(host);
    ScriptRun {
        host,
        command: &ready.command,
        script: &ready.file,
        limit: setting.limit_of(&subject.lab),
        unit: subject.lab.timeline.unit,
        monitor: &monitor,
        pauses,
    }
    .observe(|| ())
}

/// What every run needs.
struct Bench<'a> {
    host: &'a Host,
    setting: &'a Setting,
    folder: &'a Path,
    monitor: Monitor,
    /// How long Python's own modules take to be imported, once that was timed.
    imports_ms: OnceLock<f64>,
    emit: Sink<'a>,
}

/// One lab on its way to a verdict.
struct Trial<'a> {
    lab: &'a Lab,
    ready: Prepared,
    observations: Vec<Observation>,
    result: Option<LabResult>,
}

impl Bench<'_> {
    /// One attempt of every lab. The longest starts first and alone, so that all together
    /// take as long as it does; and only as many interpreters start up side by side as there are
    /// processors, because starting up is the only work that a lab has.
    fn run_together(&self, mut order: Vec<&mut Trial<'_>>) -> Result<()> {
        order.sort_by_key(|trial| {
            std::cmp::Reverse(trial.lab.timeline.due(trial.lab.timeline.ends))
        });
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let turns = Turns { free: Mutex::new(processors), freed: Condvar::new() };
        thread::scope(|scope| {
            let mut running = Vec::new();
            for (index, trial) in order.into_iter().enumerate() {
                let turn = turns.take(if index == 0 { processors } else { 1 });
                running.push(scope.spawn(move || self.run(trial, || drop(turn))));
            }
            let ended = running
                .into_iter()
                .map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            // Every one is waited for before the first error is told.
            ended.collect::<Vec<_>>().into_iter().collect()
        })
    }

    /// One attempt, and what the judge says of all attempts so far.
    fn run(&self, trial: &mut Trial<'_>, started_up: impl FnOnce()) -> Result<()> {
        self.host.check_interrupted()?;
        let attempt = trial.observations.len() + 1;
        (self.emit)(Event::LabStarted {
            name: trial.lab.name.clone(),
            script: trial.ready.script.shown.clone(),
            attempt,
        });
        let limit = self.setting.limit_of(trial.lab);
        let run = ScriptRun {
            host: self.host,
            command: &trial.ready.command,
            script: &trial.ready.file,
            limit,
            unit: trial.lab.timeline.unit,
            monitor: &self.monitor,
            pauses: &[],
        };
        let result = match run.observe(started_up) {
            Ok(observation) => {
                trial.observations.push(observation);
                self.conclude(trial)
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => Some(not_started(trial, &error)),
        };
        if let Some(lab) = result {
            (self.emit)(Event::LabFinished { lab: Box::new(lab.clone()) });
            trial.result = Some(lab);
        }
        Ok(())
    }
}

impl Bench<'_> {
    /// What the judge says. Before a script that is late from its start on is blamed, or the machine
    /// is, it is looked up how late Python itself makes every script.
    fn conclude(&self, trial: &mut Trial<'_>) -> Option<LabResult> {
        let attempts = self.setting.attempts;
        let conclude = |trial: &Trial<'_>| {
            conclude(trial.lab, &trial.ready.script, &trial.observations, attempts)
        };
        let result = conclude(trial)?;
        let starts_late = matches!(result.reason, Reason::TooLate | Reason::Stall)
            && result.evidence.as_ref().is_some_and(|gap| gap.from == Point::Spawn);
        if !starts_late {
            return Some(result);
        }
        let timed = || imports::timed(self.host, self.setting, &self.monitor, self.folder);
        let imports_ms = *self.imports_ms.get_or_init(|| timed().unwrap_or(0.0));
        trial.observations.iter_mut().for_each(|run| run.imports_ms = imports_ms);
        conclude(trial)
    }
}

fn not_started(trial: &Trial<'_>, error: &Error) -> LabResult {
    LabResult {
        name: trial.lab.name.clone(),
        script: trial.ready.script.shown.clone(),
        status: Verdict::Error,
        reason: Reason::CouldNotStart,
        summary: format!("`{}` could not be run: {error}.", trial.ready.script.shown),
        detail: None,
        fix: Some(
            "check that the account may start this interpreter, or use another one with `--python PATH`".into(),
        ),
        line: None,
        exception: None,
        evidence: None,
        timeline: trial.lab.timeline.clone(),
        attempts: Vec::new(),
    }
}

/// How many interpreters may start up side by side.
struct Turns {
    free: Mutex<usize>,
    freed: Condvar,
}

/// One of them, or all; given back when it is dropped.
struct Turn<'a> {
    turns: &'a Turns,
    taken: usize,
}

impl Turns {
    /// Takes turns, or goes ahead without when nobody gives one back in time.
    fn take(&self, count: usize) -> Turn<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_timeout_while(free, TURN, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let taken = count.min(*free);
        *free -= taken;
        Turn { turns: self, taken }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.turns.free.lock().unwrap_or_else(PoisonError::into_inner) += self.taken;
        self.turns.freed.notify_all();
    }
}
