//! The labs of a course, run and judged: all together first, because they sleep; then whatever is still open, one at a time.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::explain::{Case, Words};
use super::judge::{self, Judgement};
use super::machine::Monitor;
use super::observation::Observation;
use super::run::Run;
use super::verdict::{LabResult, Reason, Verdict};
use crate::course::Lab;
use crate::error::{Error, Result};
use crate::event::{Event, Sink};
use crate::host::{Account, Command, Host};

/// How long a lab may take, unless its own timeline is longer.
const LIMIT: Duration = Duration::from_secs(30);
/// A lab may take so many times its timeline.
const PATIENCE: u32 = 3;
/// How long the next script waits for another one's interpreter to start up, before it starts beside it.
const TURN: Duration = Duration::from_millis(250);
/// Modules of Python's own that a student's file beside the script hides: those that the labs, and what they import, need.
const OWN_MODULES: &[&str] = &[
    "ast",
    "asyncio",
    "base64",
    "bisect",
    "code",
    "collections",
    "concurrent",
    "contextlib",
    "contextvars",
    "copy",
    "datetime",
    "dis",
    "enum",
    "functools",
    "heapq",
    "inspect",
    "io",
    "itertools",
    "linecache",
    "logging",
    "math",
    "numbers",
    "operator",
    "os",
    "queue",
    "random",
    "re",
    "reprlib",
    "select",
    "selectors",
    "signal",
    "socket",
    "ssl",
    "stat",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "token",
    "tokenize",
    "traceback",
    "types",
    "typing",
    "warnings",
    "weakref",
];

/// How labs are run.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The interpreter, by its absolute path.
    pub python: PathBuf,
    /// Whom the scripts run as; unchanged when `None`. Only root can say.
    pub account: Option<Account>,
    /// How often a lab is tried until it is settled.
    pub attempts: usize,
}

/// What is judged: a lab by the course's own script, or by a student's copy of it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The lab.
    pub lab: Lab,
    /// The student's copy.
    pub copy: Option<Copy>,
}

/// A student's own copy of a lab's script: run in its own folder.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Its absolute path.
    pub path: PathBuf,
    /// What it is called in reports: the path as it was typed.
    pub shown: String,
    /// Whom it runs as, when root judges it: its owner.
    pub account: Option<Account>,
}

impl Setting {
    /// The course's own scripts with this interpreter, three attempts.
    pub fn new(python: &Path) -> Self {
        Self { python: python.to_owned(), account: None, attempts: 3 }
    }
}

/// Runs the labs and judges them; the results stand in the order of the labs.
///
/// # Errors
/// [`Error::Interrupted`], after which nothing that was started is left; [`Error::File`] when the scripts cannot be written.
/// A script that cannot be started is a result, not an error.
pub fn verify(host: &Host, subjects: &[Subject], setting: &Setting, emit: Sink<'_>) -> Result<Vec<LabResult>> {
    let folder = host.temporary_folder()?;
    let bench = Bench { host, setting, monitor: Monitor::start(host), emit };
    let mut trials = subjects.iter().map(|subject| bench.prepare(subject, folder.path())).collect::<Result<Vec<_>>>()?;
    bench.run_together(&mut trials)?;
    trials
        .into_iter()
        .map(|mut trial| {
            while trial.result.is_none() {
                bench.run(&mut trial, || ())?;
            }
            trial.result.ok_or_else(|| Error::Bug { message: format!("the lab `{}` has no result", trial.lab.name) })
        })
        .collect()
}

/// What every run needs.
struct Bench<'a> {
    host: &'a Host,
    setting: &'a Setting,
    monitor: Monitor,
    emit: Sink<'a>,
}

/// One lab on its way to a verdict.
struct Trial<'a> {
    lab: &'a Lab,
    copy: Option<&'a Copy>,
    script: String,
    command: Command,
    shadows: Vec<String>,
    observations: Vec<Observation>,
    result: Option<LabResult>,
}

impl Bench<'_> {
    /// Puts the script in place: the course's own into a folder of its own, a student's stays where it is.
    fn prepare<'l>(&self, subject: &'l Subject, folder: &Path) -> Result<Trial<'l>> {
        let (lab, copy) = (&subject.lab, subject.copy.as_ref());
        let account = copy.and_then(|copy| copy.account.as_ref()).or(self.setting.account.as_ref());
        let (file, script) = match copy {
            Some(copy) => (copy.path.clone(), copy.shown.clone()),
            None => {
                let folder = folder.join(&lab.name);
                self.host.make_folder(&folder, account)?;
                let file = folder.join(&lab.script);
                self.host.write_new(&file, &lab.source)?;
                (file, lab.script.clone())
            }
        };
        let folder = file.parent().unwrap_or(Path::new("/"));
        let shadows = if copy.is_some() { self.shadows(folder) } else { Vec::new() };
        let command = Command::new(&self.setting.python)
            .args([file.display().to_string()])
            .in_folder(folder)
            .as_account(account.cloned())
            // UTC has no hour that comes twice, and a colour would be one more thing between a line and its text.
            .env("TZ", "UTC")
            .env("TERM", "dumb")
            .env("NO_COLOR", "1")
            .env("LANG", "C.UTF-8");
        Ok(Trial { lab, copy, script, command, shadows, observations: Vec::new(), result: None })
    }

    /// Files in a student's folder that hide modules of Python's own.
    fn shadows(&self, folder: &Path) -> Vec<String> {
        let names = self.host.list(folder).into_iter().filter_map(|name| name.into_string().ok());
        let hides = |name: &String| OWN_MODULES.contains(&name.strip_suffix(".py").unwrap_or(name));
        names.filter(hides).collect()
    }

    /// The first attempt of every lab. The longest starts first, so that all together take as long as it does; and only as many interpreters
    /// start up side by side as there are processors, because starting up is the only work that a lab has.
    fn run_together(&self, trials: &mut [Trial<'_>]) -> Result<()> {
        let mut order: Vec<&mut Trial<'_>> = trials.iter_mut().collect();
        order.sort_by_key(|trial| std::cmp::Reverse(trial.lab.timeline.due(trial.lab.timeline.ends)));
        let turns = Turns::new(thread::available_parallelism().map_or(1, usize::from));
        thread::scope(|scope| {
            let mut running = Vec::new();
            for trial in order {
                let turn = turns.take();
                running.push(scope.spawn(move || self.run(trial, || drop(turn))));
            }
            let ended = running.into_iter().map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            // Every one is waited for before the first error is told.
            ended.collect::<Vec<_>>().into_iter().collect()
        })
    }

    /// One attempt, and what the judge says of all attempts so far.
    fn run(&self, trial: &mut Trial<'_>, started_up: impl FnOnce()) -> Result<()> {
        self.host.go_on()?;
        let attempt = trial.observations.len() + 1;
        (self.emit)(Event::LabStarted { name: trial.lab.name.clone(), script: trial.script.clone(), attempt });
        let timeline = &trial.lab.timeline;
        let limit = LIMIT.max(timeline.due(timeline.ends) * PATIENCE);
        let run = Run { host: self.host, command: &trial.command, limit, monitor: &self.monitor };
        let result = match run.observe(started_up) {
            Ok(observation) => {
                trial.observations.push(observation);
                self.judge(trial)
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

    /// `None` when another attempt is needed.
    fn judge(&self, trial: &Trial<'_>) -> Option<LabResult> {
        let judgement = judge::judge(&trial.lab.timeline, &trial.observations, self.setting.attempts);
        let status = judgement.verdict?;
        let copy = trial.copy.and_then(|copy| self.host.read(&copy.path).ok().flatten());
        let words = Case {
            script: &trial.script,
            source: copy.as_ref().unwrap_or(&trial.lab.source),
            timeline: &trial.lab.timeline,
            shadows: &trial.shadows,
            judgement: &judgement,
            observations: &trial.observations,
        }
        .words();
        Some(result(trial, status, judgement, words))
    }
}

fn result(trial: &Trial<'_>, status: Verdict, judgement: Judgement, words: Words) -> LabResult {
    let timeline = &trial.lab.timeline;
    LabResult {
        name: trial.lab.name.clone(),
        script: trial.script.clone(),
        status,
        reason: judgement.reason,
        summary: words.summary,
        fix: words.fix,
        evidence: judgement.evidence,
        timeline: timeline.clone(),
        attempts: trial.observations.iter().map(|observation| judge::attempt(timeline, observation)).collect(),
    }
}

fn not_started(trial: &Trial<'_>, error: &Error) -> LabResult {
    LabResult {
        name: trial.lab.name.clone(),
        script: trial.script.clone(),
        status: Verdict::Error,
        reason: Reason::CouldNotStart,
        summary: format!("`{}` was not run: {error}", trial.script),
        fix: Some("Look whether whoever the script runs as may start that interpreter; `--python PATH` takes another one".into()),
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

/// One of them; given back when it is dropped.
struct Turn<'a> {
    turns: &'a Turns,
    is_taken: bool,
}

impl Turns {
    fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), freed: Condvar::new() }
    }

    /// Takes a turn, or goes ahead without one when nobody gives one back in time.
    fn take(&self) -> Turn<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_timeout_while(free, TURN, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let is_taken = *free > 0;
        *free -= usize::from(is_taken);
        Turn { turns: self, is_taken }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.turns.free.lock().unwrap_or_else(PoisonError::into_inner) += usize::from(self.is_taken);
        self.turns.freed.notify_one();
    }
}
