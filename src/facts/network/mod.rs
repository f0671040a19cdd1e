//! Whether the package servers can be reached, asked side by side in about a second. Each is asked
//! for a release the way apt would ask: by apt's own helper, through the same proxy, with the same
//! certificates.

mod answer;

use std::thread;
use std::time::Duration;

pub use answer::Answer;
use answer::{Said, classify};

use super::sources::Source;
use crate::error::{Error, Result};
use crate::host::{Clock, Command, Host};
use crate::problem::{self, MachineProblem};

/// More than any InRelease, in bytes.
const RELEASE_LIMIT: u64 = 16 << 20;

/// One server, with every source that needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name, with its port where one is named.
    pub name: String,
    /// What it is asked for.
    pub address: String,
    /// The sources.
    pub sources: Vec<Source>,
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which one.
    pub server: Server,
    /// The answer.
    pub answer: Answer,
    /// How long it took.
    pub took: Duration,
}

/// The servers of the sources that are in use. A source without a server (`file:`, `cdrom:`) needs
/// none.
pub fn servers(sources: &[Source]) -> Vec<Server> {
    let mut servers: Vec<Server> = Vec::new();
    for source in sources.iter().filter(|source| source.enabled) {
        let (Some(name), Some(suite)) = (source.server(), source.suites.first()) else { continue };
        match servers.iter_mut().find(|server| server.name == name) {
            Some(server) => server.sources.push(source.clone()),
            None => servers.push(Server {
                name: name.to_owned(),
                address: source.release(suite),
                sources: vec![source.clone()],
            }),
        }
    }
    servers
}

/// How often a server is asked of which nothing was heard.
const ATTEMPTS: usize = 3;

/// Asks all of them at once, for so long.
///
/// # Errors
/// [`Error::Interrupted`], and when there is no place for the answers.
pub fn ask_all(host: &Host, servers: Vec<Server>, limit: Duration) -> Result<Vec<Asked>> {
    thread::scope(|scope| {
        let ask = |server: Server| {
            let clock = Clock::start();
            let (answer, _) = ask(host, &server.address, limit)?;
            Ok(Asked { server, answer, took: clock.elapsed() })
        };
        let asking: Vec<_> =
            servers.into_iter().map(|server| scope.spawn(move || ask(server))).collect();
        let lost = || Err(Error::Bug { message: "asking a server ended without an answer".into() });
        asking.into_iter().map(|asking| asking.join().unwrap_or_else(|_| lost())).collect()
    })
}

/// Asks for one page; returns the answer, and the page. On a busy machine all that apt-helper said
/// can be lost: an answer of which nothing was heard is asked for again.
///
/// # Errors
/// As [`ask_all`].
pub fn ask(host: &Host, address: &str, limit: Duration) -> Result<(Answer, String)> {
    for _ in 1..ATTEMPTS {
        let (stderr, page, ended) = ask_once(host, address, limit)?;
        if !ended || !stderr.is_empty() || !page.is_empty() {
            return Ok(answer(host, address, &stderr, page, ended));
        }
    }
    let (stderr, page, ended) = ask_once(host, address, limit)?;
    Ok(answer(host, address, &stderr, page, ended))
}

fn answer(host: &Host, address: &str, stderr: &str, page: String, ended: bool) -> (Answer, String) {
    (classify(&Said { address, stderr, page: &page, ended }, host.now()), page)
}

/// What apt-helper said, the page, and whether it came to its end in time.
fn ask_once(host: &Host, address: &str, limit: Duration) -> Result<(String, String, bool)> {
    let folder = host.temporary_folder()?;
    let file = folder.path().join("InRelease");
    let mut stderr = String::new();
    let asked = host.glance(
        &question(host, address, &file.display().to_string(), limit),
        limit,
        &mut |_, line| {
            stderr.push_str(line);
            stderr.push('\n');
        },
    );
    let ended = match asked {
        Ok(_) => true,
        Err(error) => match error.kind() {
            Some(problem::ProblemKind::Machine(MachineProblem::ProgramTimedOut { .. })) => false,
            _ => return Err(error),
        },
    };
    let page = host.read_at_most(&file, RELEASE_LIMIT).ok().flatten().unwrap_or_default();
    Ok((stderr, page, ended))
}

/// One attempt of apt-helper, which shows the request and the head of the answer.
fn question(host: &Host, address: &str, file: &str, limit: Duration) -> Command {
    let seconds = limit.as_secs() + 1;
    let settings = [
        "Acquire::Retries=0".to_owned(),
        format!("Acquire::http::Timeout={seconds}"),
        format!("Acquire::https::Timeout={seconds}"),
        "Debug::Acquire::http=true".into(),
        "Debug::Acquire::https=true".into(),
    ];
    Command::new("/usr/lib/apt/apt-helper")
        .args(settings.into_iter().flat_map(|setting| ["-o".to_owned(), setting]))
        .args(["download-file", address, file])
        .envs(host.proxies())
        // The system's own patience with a silent name server is ten seconds and more.
        .env("RES_OPTIONS", format!("timeout:{} attempts:1", limit.as_secs().max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_asked_once_and_what_is_switched_off_or_local_not_at_all() {
        let source = |address: &str, suite: &str, enabled| Source {
            address: address.into(),
            suites: vec![suite.into()],
            enabled,
            ..Source::default()
        };
        let sources = [
            source("http://deb.example/debian", "bookworm", true),
            source("http://deb.example/debian-security/", "bookworm-security", true),
            source("https://other.example:8443/flat", "./", true),
            source("http://off.example/debian", "bookworm", false),
            source("file:/srv/apt", "./", true),
        ];
        let asked = servers(&sources);
        let shown: Vec<_> = asked
            .iter()
            .map(|server| (server.name.as_str(), server.address.as_str(), server.sources.len()))
            .collect();
        let expected = [
            ("deb.example", "http://deb.example/debian/dists/bookworm/InRelease", 2),
            ("other.example:8443", "https://other.example:8443/flat/./InRelease", 1),
        ];
        assert_eq!(shown, expected);
    }
}
