//! Fetching the package index: the servers are asked first, apt is started when one of them
//! answers, and every source that failed is reported with its file, its line and the reason. What is no
//! more than bad luck is tried again.

mod own_archives;
mod source_problems;
mod update_errors;

use std::time::Duration;

use super::apt_step::AptStep;
use super::reachability;
use crate::apt::commands::{NO_CACHE, SHORT_TIMEOUTS};
use crate::apt::{AptConfig, index, output::evidence};
use crate::error::Result;
use crate::facts::machine;
use crate::facts::network::{self, Answer, Asked};
use crate::facts::sources::{self, Source};
use crate::host::{Finished, Host};
use crate::problem::{AptProblem, NetworkProblem, Problem};
use update_errors::{Failure, failures};

/// How long the servers have for a first answer.
const FIRST_LOOK: Duration = Duration::from_millis(1200);
/// How long they have when not one of them has said anything: a line by satellite needs two seconds
/// for a name and a connection.
const SECOND_LOOK: Duration = Duration::from_secs(5);
/// A no that came within this time came over a line that is not slow.
const FAST: Duration = Duration::from_millis(400);

/// What `apt-get update` said of these sources, as problems.
pub(super) fn problems(
    host: &Host,
    finished: &Finished,
    sources: &[Source],
) -> Vec<NetworkProblem> {
    failures(finished, sources)
        .iter()
        .filter(|failure| failure.source.is_some())
        .map(|failure| source_problems::problem(host, failure))
        .collect()
}

impl AptStep<'_> {
    /// Fetches the package index. A source that fails is a warning; no server at all, or no index,
    /// is a failure.
    pub fn refresh_index(&self) -> Result<()> {
        let sources = sources::gather(self.host, "").all;
        let servers = self.ask_servers(&sources)?;
        let command = self.step.command.clone().args(servers.timeouts().iter().copied());
        let mut finished = self.run(&command)?;
        let mut failed = failures(&finished, &sources);
        if failed.iter().any(|failure| servers.is_worth_retrying(failure)) {
            self.progress(None, "some sources could not be updated, trying again".into());
            finished = self.run(&command.args(NO_CACHE))?;
            failed = failures(&finished, &sources);
        }
        let unreported = failed.iter().filter(|failure| !servers.is_reported(failure));
        let mut problems = unreported.map(|failure| source_problems::problem(self.host, failure));
        if index::is_present(self.host, &AptConfig::default()) {
            problems.for_each(|problem| self.report(Problem::new(problem).as_warning()));
            return Ok(());
        }
        match problems.next() {
            Some(problem) => Err(problem.into()),
            None => Err(AptProblem::IndexMissing { said: evidence(&finished) }.into()),
        }
    }

    /// Asks every server before apt does. Those that are dead are reported; when no other is left,
    /// nothing is begun.
    fn ask_servers(&self, sources: &[Source]) -> Result<Servers> {
        let servers = network::servers(sources);
        self.progress(None, "checking the package servers".into());
        let mut asked = network::ask_all(self.host, servers.clone(), FIRST_LOOK)?;
        if needs_second_look(&asked) {
            self.progress(
                None,
                format!("no package server answers yet, waiting for {} s", SECOND_LOOK.as_secs()),
            );
            asked = network::ask_all(self.host, servers, SECOND_LOOK)?;
        }
        let others = sources.iter().any(|source| source.enabled && source.server().is_none());
        let environment = machine::gather(self.host).environment;
        let warnings = reachability::judge(&asked, others, environment)?;
        warnings.into_iter().for_each(|warning| self.report(warning));
        Ok(Servers { asked })
    }
}

/// What the servers answered before apt was started.
struct Servers {
    asked: Vec<Asked>,
}

impl Servers {
    /// apt's further options.
    fn timeouts(&self) -> &'static [&'static str] {
        if self.asked.iter().all(|asked| asked.answer.is_alive()) { &[] } else { &SHORT_TIMEOUTS }
    }

    /// Whether a failure was reported before apt was started: the dead servers were, the silent ones
    /// were given time.
    fn is_reported(&self, failure: &Failure) -> bool {
        self.answer_of(failure)
            .is_some_and(|answer| !answer.is_alive() && *answer != Answer::Silent)
    }

    /// Whether another attempt may succeed.
    fn is_worth_retrying(&self, failure: &Failure) -> bool {
        failure.is_transient() && self.answer_of(failure).is_none_or(Answer::is_alive)
    }

    /// What the server of the source that failed has answered.
    fn answer_of(&self, failure: &Failure) -> Option<&Answer> {
        let source = failure.source.as_ref()?;
        self.asked
            .iter()
            .find(|asked| asked.server.sources.contains(source))
            .map(|asked| &asked.answer)
    }
}

/// No server has answered, and those that are silent or slow may be no more than late: the line may
/// be slow, or this machine busy. A no that came fast from another one shows that neither is.
fn needs_second_look(asked: &[Asked]) -> bool {
    let is_late = |asked: &Asked| matches!(asked.answer, Answer::Silent | Answer::Slow);
    let is_fast = |asked: &Asked| asked.took < FAST;
    asked.iter().any(is_late)
        && asked.iter().all(|one| is_late(one) || !(one.answer.is_alive() || is_fast(one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::network::Server;

    fn asked(answer: Answer, milliseconds: u64) -> Asked {
        let server =
            Server { name: "deb.example".into(), address: String::new(), sources: Vec::new() };
        Asked { server, answer, took: Duration::from_millis(milliseconds) }
    }

    #[test]
    fn whoever_is_late_is_given_time_unless_somebody_answers_or_a_fast_no_shows_that_the_line_is_not_slow()
     {
        let silent = || asked(Answer::Silent, 1200);
        let refused = |milliseconds| asked(Answer::Dead { said: String::new() }, milliseconds);
        assert!(needs_second_look(&[silent(), silent()]));
        assert!(needs_second_look(&[silent(), refused(900)]));
        assert!(needs_second_look(&[asked(Answer::Slow, 1200), silent()]));
        assert!(!needs_second_look(&[asked(Answer::Slow, 1200), asked(Answer::Answers, 900)]));
        assert!(!needs_second_look(&[silent(), refused(50)]));
        assert!(!needs_second_look(&[silent(), asked(Answer::Answers, 1100)]));
        assert!(!needs_second_look(&[refused(900)]));
        assert!(!needs_second_look(&[]));
    }
}
