//! Fetching the package index: the servers are asked first, apt is started when one of them answers, and every source that failed is told
//! with its file, its line and the reason. What is no more than bad luck is tried again.

mod complaint;
mod telling;

use std::time::Duration;

use super::apt::{Apt, evidence};
use super::{failed, reach};
use crate::error::Result;
use crate::facts::network::{self, Answer, Asked};
use crate::facts::sources::{self, Source};
use crate::facts::supply::View;
use crate::facts::{apt, machine};
use crate::finding::{Finding, Severity};
use crate::host::{Finished, Host};
use complaint::{Failure, failures};

/// How long the servers have for a first answer.
const FIRST_LOOK: Duration = Duration::from_millis(1200);
/// How long they have when not one of them has said anything: a line by satellite needs two seconds for a name and a connection.
const SECOND_LOOK: Duration = Duration::from_secs(5);
/// For apt when dead servers are among those that it will ask: one attempt, and not for long. What fails by bad luck is tried again anyway.
const IN_HASTE: [&str; 6] = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=5", "-o", "Acquire::https::Timeout=5"];
/// For a second attempt: what a cache on the way keeps may be what was wrong.
pub(super) const PAST_CACHES: [&str; 4] = ["-o", "Acquire::http::No-Cache=true", "-o", "Acquire::https::No-Cache=true"];

/// What `apt-get update` said of these sources, as findings.
pub(super) fn findings(host: &Host, finished: &Finished, sources: &[Source]) -> Vec<Finding> {
    let of_source = |failure: &Failure| failure.source.is_some();
    failures(finished, sources)
        .iter()
        .filter(|failure| of_source(failure))
        .map(|failure| telling::finding(host, failure))
        .collect()
}

impl Apt<'_> {
    /// Fetches the package index. A source that fails is a warning; no server at all, or no index, is a failure.
    pub fn refresh_index(&self) -> Result<()> {
        let sources = sources::gather(self.host, "").all;
        let dead = self.preflight(&sources)?;
        let haste: &[&str] = if dead.is_empty() { &[] } else { &IN_HASTE };
        let command = self.step.command.clone().args(haste.iter().copied());
        let is_new = |failure: &Failure| failure.source.as_ref().is_none_or(|source| !dead.contains(source));
        let mut finished = self.run(&command)?;
        let mut failed_ones = failures(&finished, &sources);
        if failed_ones.iter().any(|failure| failure.is_transient() && is_new(failure)) {
            self.tell(None, "not every source could be refreshed: trying again".into());
            finished = self.run(&command.args(PAST_CACHES))?;
            failed_ones = failures(&finished, &sources);
        }
        let findings: Vec<Finding> =
            failed_ones.iter().filter(|failure| is_new(failure)).map(|failure| telling::finding(self.host, failure)).collect();
        if apt::is_indexed(self.host, &View::default()) {
            findings.into_iter().for_each(|finding| self.tell_finding(Finding { severity: Severity::Warning, ..finding }));
            return Ok(());
        }
        match findings.into_iter().next() {
            Some(finding) => Err(reach::stop(self.step, finding)),
            None => {
                let reason = format!("no package index could be fetched: {}", evidence(&finished));
                Err(failed(self.step, reason, "check apt's sources, the network, and the proxy if there is one"))
            }
        }
    }

    /// Asks every server before apt does. Those that are dead are told, and their sources returned; when no other is left, nothing is begun.
    fn preflight(&self, sources: &[Source]) -> Result<Vec<Source>> {
        let servers = network::servers(sources);
        self.tell(None, "asking the package servers".into());
        let mut asked = network::ask_all(self.host, servers.clone(), FIRST_LOOK)?;
        if !asked.is_empty() && asked.iter().all(|asked| asked.answer == Answer::Silent) {
            self.tell(None, format!("no package server has answered yet: waiting for {} s", SECOND_LOOK.as_secs()));
            asked = network::ask_all(self.host, servers, SECOND_LOOK)?;
        }
        let others = sources.iter().any(|source| source.enabled && source.server().is_none());
        let warnings = reach::judge(&asked, others, machine::gather(self.host).environment)
            .map_err(|finding| reach::stop(self.step, finding))?;
        warnings.into_iter().for_each(|finding| self.tell_finding(finding));
        let is_dead = |asked: &&Asked| !asked.answer.is_alive();
        Ok(asked.iter().filter(is_dead).flat_map(|asked| asked.server.sources.clone()).collect())
    }
}
