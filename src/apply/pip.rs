//! pip at work in a virtual environment, with the settings that the user has. What it should have brought
//! is looked for afterwards; why it is not there, pip is asked once more, with all that it has to say.

use std::path::Path;
use std::time::Duration;

use super::apt_step::STEP_LIMIT;
use super::pip_output::{Cause, classify, no_space, wants_second_look};
use crate::apt::PackageSource;
use crate::apt::proxy::user_of;
use crate::error::{Error, Result};
use crate::facts::{disk, pip, venv};
use crate::host::{Command, Finished, Host, last_line};
use crate::plan::Step;
use crate::problem::{DiskProblem, NetworkProblem, PipFailure, Problem, VenvProblem};

/// pip reads its settings and says them.
const SETTINGS_LIMIT: Duration = Duration::from_secs(60);
/// Variables that name certificates: to pip, and to the library below it.
const CERTIFICATES: [&str; 5] =
    ["PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Puts pip in.
pub(super) fn add(host: &Host, step: &Step, folder: &Path) -> Result<()> {
    let finished = host.run(&with_settings(host, step), STEP_LIMIT)?;
    let packages = missing(host, step, folder, &["pip".into()]);
    if packages.is_empty() {
        return Ok(());
    }
    if let Some(full) = disk_full(host, step, folder, &said(&finished)) {
        return Err(full.into());
    }
    Err(VenvProblem::PipNotInstalled { packages, why: unknown(&finished) }.into())
}

/// Installs packages with its own pip.
pub(super) fn install(
    host: &Host,
    step: &Step,
    folder: &Path,
    packages: &[String],
    source: &PackageSource,
) -> Result<()> {
    let lacks = |_: &Finished| Ok(missing(host, step, folder, packages));
    let failed = |packages, why| VenvProblem::PipNotInstalled { packages, why };
    PipRun { host, step, folder, lacks: &lacks, failed: &failed }.run(source)
}

/// Fetches packages for another machine's pip.
pub(super) fn fetch(host: &Host, step: &Step, folder: &Path, packages: &[String]) -> Result<()> {
    let lacks = |finished: &Finished| {
        let names = host.list(folder)?;
        let fetched: Vec<String> =
            names.iter().filter_map(|name| pip::of_wheel(name.to_str()?)).collect();
        // What the packages need is fetched with them.
        let is_missing =
            |name: &&String| !finished.is_success() || !fetched.contains(&pip::normalized(name));
        Ok(packages.iter().filter(is_missing).cloned().collect())
    };
    let failed = |packages, why| VenvProblem::PipNotFetched { packages, why };
    PipRun { host, step, folder, lacks: &lacks, failed: &failed }.run(&PackageSource::Network)
}

/// A run of pip, what it has not brought, and the problem that this is.
struct PipRun<'a> {
    host: &'a Host,
    step: &'a Step,
    folder: &'a Path,
    lacks: &'a dyn Fn(&Finished) -> Result<Vec<String>>,
    failed: &'a dyn Fn(Vec<String>, PipFailure) -> VenvProblem,
}

impl PipRun<'_> {
    fn run(&self, source: &PackageSource) -> Result<()> {
        let command = with_settings(self.host, self.step);
        let finished = self.host.run(&command, STEP_LIMIT)?;
        let packages = (self.lacks)(&finished)?;
        if packages.is_empty() {
            return Ok(());
        }
        let text = said(&finished);
        if *source != PackageSource::Network {
            let offline = || PipFailure::Offline { said: first_error(&finished) };
            let full = disk_full(self.host, self.step, self.folder, &text);
            return Err(full.unwrap_or_else(|| (self.failed)(packages, offline()).into()).into());
        }
        let mut cause = classify(&text);
        if cause.is_none() && wants_second_look(&text) {
            let again = self.host.run(&in_full(command), STEP_LIMIT)?;
            if (self.lacks)(&again)?.is_empty() {
                return Ok(());
            }
            cause = classify(&said(&again));
        }
        Err(self.problem(cause, packages, &finished)?.into())
    }

    fn problem(
        &self,
        cause: Option<Cause>,
        packages: Vec<String>,
        finished: &Finished,
    ) -> Result<Problem> {
        Ok(match cause {
            None => (self.failed)(packages, unknown(finished)).into(),
            Some(Cause::Index(why)) => (self.failed)(packages, why).into(),
            Some(Cause::DiskFull { said }) => full(self.host, self.step, self.folder, said),
            Some(Cause::Network(NetworkProblem::CertificateUntrusted {
                server,
                said,
                places,
                ..
            })) => {
                let only_trusts = self.certificates()?;
                NetworkProblem::CertificateUntrusted { server, said, places, only_trusts }.into()
            }
            Some(Cause::Network(problem)) => problem.into(),
        })
    }

    /// The file of certificates that pip was told to trust instead of the machine's own.
    fn certificates(&self) -> Result<Option<String>> {
        let python = self.step.command.program.clone();
        let list = Command::new(python)
            .args(["-m", "pip", "config", "list"])
            .as_account(self.step.command.account.clone());
        let list = Command { environment: with_settings(self.host, self.step).environment, ..list };
        let listed = match self.host.run(&list, SETTINGS_LIMIT) {
            Ok(finished) => finished.stdout,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(_) => String::new(),
        };
        let is_set = listed.lines().filter_map(|line| line.split_once(".cert="));
        let by_pip = is_set.map(|(_, file)| file.trim_matches('\'').to_owned()).next_back();
        let by_variable = || {
            let names = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"].iter();
            names.filter_map(|name| list.environment.get(*name)).next().cloned()
        };
        Ok(by_pip.or_else(by_variable))
    }
}

fn missing(host: &Host, step: &Step, folder: &Path, packages: &[String]) -> Vec<String> {
    let present = venv::gather(&host.as_seen_by(step.command.account.as_ref()), folder).packages;
    let is_missing = |name: &&String| !present.contains(&pip::normalized(name));
    packages.iter().filter(is_missing).cloned().collect()
}

/// The disk that was full when a program said this.
pub(super) fn disk_full(host: &Host, step: &Step, folder: &Path, text: &str) -> Option<Problem> {
    no_space(text).map(|said| full(host, step, folder, said))
}

fn full(host: &Host, step: &Step, folder: &Path, said: String) -> Problem {
    let home = step.command.account.as_ref().map(|account| account.home.clone());
    let places = [Some(folder.to_owned()), Some("/tmp".into()), home];
    let places: Vec<String> =
        places.into_iter().flatten().map(|place| place.display().to_string()).collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    match disk::full(host, &places) {
        Some(place) => disk::problem(host, Path::new(place), said),
        // What was half-written is gone by now, or it is a quota.
        None => DiskProblem::SomeFull { said }.into(),
    }
}

fn said(finished: &Finished) -> String {
    format!("{}\n{}", finished.stdout, finished.stderr)
}

fn unknown(finished: &Finished) -> PipFailure {
    PipFailure::Said { ending: finished.ending(), said: first_error(finished) }
}

/// pip's first error.
fn first_error(finished: &Finished) -> String {
    let first = finished.stderr.lines().find_map(|line| line.strip_prefix("ERROR: "));
    first.map_or_else(|| last_line(&finished.stderr), str::to_owned)
}

/// The same command with every reason that pip has, and without waiting between attempts.
fn in_full(command: Command) -> Command {
    let settings = [("PIP_VERBOSE", "2"), ("PIP_QUIET", "0"), ("PIP_RETRIES", "0")];
    settings.into_iter().fold(command, |command, (name, value)| command.env(name, value))
}

/// The step's command with pip's settings, the proxy and the certificates that the user has.
pub(super) fn with_settings(host: &Host, step: &Step) -> Command {
    // These send packages elsewhere than into the environment, and break it.
    let misleading = [
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_USER",
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_PYTHON",
    ];
    let folders = ["XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"];
    let is_wanted = |name: &str| {
        (name.starts_with("PIP_") && !misleading.contains(&name))
            || CERTIFICATES.contains(&name)
            || folders.contains(&name)
    };
    let mut settings = host.variables(is_wanted);
    // In a chroot they may name certificates of the system around it, and pip trusts nobody then.
    let is_there =
        |value: &str| !value.starts_with('/') || host.real_path(Path::new(value)).is_some();
    settings.retain(|name, value| !CERTIFICATES.contains(&name.as_str()) || is_there(value));
    let mut proxies = host.proxies();
    let asking = host.student().ok().flatten();
    if step.command.account.is_some() && step.command.account != asking {
        // A password in them is nothing for another account.
        proxies.retain(|_, address| user_of(address).is_none());
    }
    step.command.clone().envs(settings).envs(proxies)
}
