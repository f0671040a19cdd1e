//! Fetching the package index: the servers are asked first, apt is started when one of them
//! answers, and every source that failed is reported with its file, its line and the reason. What is no
//! more than bad luck is tried again.

mod report_failures;
mod update_errors;

use std::time::Duration;

use super::apt_step::AptStep;
use super::failure::failed;
use super::reach;
use crate::apt::commands::{NO_CACHE, SHORT_TIMEOUTS};
use crate::apt::{AptConfig, index, output::evidence};
use crate::error::Result;
use crate::facts::machine;
use crate::facts::network::{self, Answer, Asked};
use crate::facts::sources::{self, Source};
use crate::host::{Finished, Host};
use crate::problem::{ProblemRecord, Severity};
use update_errors::{Failure, failures};

/// How long the servers have for a first answer.
const FIRST_LOOK: Duration = Duration::from_millis(1200);
/// How long they have when not one of them has said anything: a line by satellite needs two seconds
/// for a name and a connection.
const SECOND_LOOK: Duration = Duration::from_secs(5);
/// A no that came within this time came over a line that is not slow.
const FAST: Duration = Duration::from_millis(400);
/// What `apt-get update` said of these sources, as findings.
pub(super) fn findings(host: &Host, finished: &Finished, sources: &[Source]) -> Vec<ProblemRecord> {
    let of_source = |failure: &Failure| failure.source.is_some();
    failures(finished, sources)
        .iter()
        .filter(|failure| of_source(failure))
        .map(|failure| report_failures::finding(host, failure))
        .collect()
}

impl AptStep<'_> {
    /// Fetches the package index. A source that fails is a warning; no server at all, or no index,
    /// is a failure.
    pub fn refresh_index(&self) -> Result<()> {
        let sources = sources::gather(self.host, "").all;
        let outlook = self.preflight(&sources)?;
        let command = self.step.command.clone().args(outlook.timeouts().iter().copied());
        let mut finished = self.run(&command)?;
        let mut failed_ones = failures(&finished, &sources);
        if failed_ones.iter().any(|failure| outlook.is_bad_luck(failure)) {
            self.progress(None, "not every source could be refreshed: trying again".into());
            finished = self.run(&command.args(NO_CACHE))?;
            failed_ones = failures(&finished, &sources);
        }
        let news = failed_ones.iter().filter(|failure| outlook.is_news(failure));
        let mut findings = news.map(|failure| report_failures::finding(self.host, failure));
        if index::is_present(self.host, &AptConfig::default()) {
            findings.for_each(|finding| {
                self.report(ProblemRecord { severity: Severity::Warning, ..finding })
            });
            return Ok(());
        }
        match findings.next() {
            Some(finding) => Err(reach::stop(self.step, finding)),
            None => {
                let reason = format!("no package index could be fetched: {}", evidence(&finished));
                Err(failed(
                    self.step,
                    reason,
                    "check apt's sources, the network, and the proxy if there is one",
                ))
            }
        }
    }

    /// Asks every server before apt does. Those that are dead are reported; when no other is left,
    /// nothing is begun.
    fn preflight(&self, sources: &[Source]) -> Result<Outlook> {
        let servers = network::servers(sources);
        self.progress(None, "asking the package servers".into());
        let mut asked = network::ask_all(self.host, servers.clone(), FIRST_LOOK)?;
        if needs_second_look(&asked) {
            self.progress(
                None,
                format!(
                    "no package server has answered yet: waiting for {} s",
                    SECOND_LOOK.as_secs()
                ),
            );
            asked = network::ask_all(self.host, servers, SECOND_LOOK)?;
        }
        let others = sources.iter().any(|source| source.enabled && source.server().is_none());
        let warnings = reach::judge(&asked, others, machine::gather(self.host).environment)
            .map_err(|finding| reach::stop(self.step, finding))?;
        warnings.into_iter().for_each(|finding| self.report(finding));
        Ok(Outlook { asked })
    }
}

/// What the servers answered before apt was started.
struct Outlook {
    asked: Vec<Asked>,
}

impl Outlook {
    /// apt's further options.
    fn timeouts(&self) -> &'static [&'static str] {
        if self.asked.iter().all(|asked| asked.answer.is_alive()) { &[] } else { &SHORT_TIMEOUTS }
    }

    /// Whether a failure was not reported yet: the dead were, the silent had their time.
    fn is_news(&self, failure: &Failure) -> bool {
        self.answer_of(failure).is_none_or(|answer| answer.is_alive() || *answer == Answer::Silent)
    }

    /// Whether another attempt may be luckier.
    fn is_bad_luck(&self, failure: &Failure) -> bool {
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

/// No server answers, and those that are silent may be no more than late: unless another one's no
/// came fast, the line may be slow.
fn needs_second_look(asked: &[Asked]) -> bool {
    let is_silent = |asked: &Asked| asked.answer == Answer::Silent;
    let is_fast = |asked: &Asked| !is_silent(asked) && asked.took < FAST;
    asked.iter().any(is_silent)
        && !asked.iter().any(|asked| asked.answer.is_alive() || is_fast(asked))
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
    fn silence_is_given_time_unless_somebody_answers_or_a_fast_no_shows_that_the_line_is_not_slow()
    {
        let silent = || asked(Answer::Silent, 1200);
        let refused = |milliseconds| asked(Answer::Dead { said: String::new() }, milliseconds);
        assert!(needs_second_look(&[silent(), silent()]));
        assert!(needs_second_look(&[silent(), refused(900)]));
        assert!(!needs_second_look(&[silent(), refused(50)]));
        assert!(!needs_second_look(&[silent(), asked(Answer::Answers, 1100)]));
        assert!(!needs_second_look(&[refused(900)]));
        assert!(!needs_second_look(&[]));
    }
}
