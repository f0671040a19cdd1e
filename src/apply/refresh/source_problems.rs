//! Why a source failed, as a problem: apt's error says where to look, the machine's state says
//! what it is.

use std::time::Duration;

use super::own_archives;
use super::update_errors::Failure;
use crate::apply::reachability;
use crate::facts::distro;
use crate::facts::machine;
use crate::facts::network::{self, Server};
use crate::facts::sources::{self, Source, unreadable_key};
use crate::host::Host;
use crate::problem::{NetworkProblem, SourceFailure};

/// How long a server may take to show its clock.
const CLOCK_LIMIT: Duration = Duration::from_secs(5);

/// The problem behind a failure.
pub(super) fn problem(host: &Host, failure: &Failure) -> NetworkProblem {
    let source = failure.source.as_ref();
    source.and_then(|source| explained(host, source, failure)).unwrap_or_else(|| {
        let said = failure.said.clone();
        NetworkProblem::Source { why: failure.why, place: source.map(Into::into), said }
    })
}

/// What the machine's state says, where it explains more than apt's words.
fn explained(host: &Host, source: &Source, failure: &Failure) -> Option<NetworkProblem> {
    match failure.why {
        SourceFailure::FromTheFuture => clock_wrong(host, source),
        SourceFailure::Expired => clock_wrong(host, source).or_else(|| release_moved(host, source)),
        SourceFailure::KeyWrong => {
            let (file, why) = unreadable_key(host, source)?;
            Some(NetworkProblem::KeyUnreadable { file, why, place: source.into() })
        }
        SourceFailure::WithoutRelease => {
            release_moved(host, source).or_else(|| needed(host, source, &failure.said))
        }
        SourceFailure::ProxyWantsPassword
        | SourceFailure::LoginPage
        | SourceFailure::OutOfDate
        | SourceFailure::NoAnswer
        | SourceFailure::Other => None,
    }
}

/// The server is asked for its clock.
fn clock_wrong(host: &Host, source: &Source) -> Option<NetworkProblem> {
    let address = source.release(source.suites.first()?);
    let (answer, _) = network::ask(host, &address, CLOCK_LIMIT).ok()?;
    let server =
        Server { name: source.server()?.to_owned(), address, sources: vec![source.clone()] };
    reachability::problem(&server, &answer, machine::gather(host).environment)
        .filter(|problem| matches!(problem, NetworkProblem::ClockWrong { .. }))
}

/// The distribution's own archive has gone where old releases go.
fn release_moved(host: &Host, source: &Source) -> Option<NetworkProblem> {
    let distro = distro::gather(host);
    let archive = own_archives::old(&distro, source)?.to_owned();
    let codename = distro.base.and_then(|base| base.codename).unwrap_or_default();
    Some(NetworkProblem::ReleaseMoved { codename, place: source.into(), archive })
}

/// The system's own packages come from this source, or from no other: it is not to be switched off.
fn needed(host: &Host, source: &Source, said: &str) -> Option<NetworkProblem> {
    let sources = sources::gather(host, "").all;
    let in_use = sources.iter().filter(|other| other.enabled && other.binary).count();
    let is_own = own_archives::is_own(&distro::gather(host), source);
    (is_own || in_use < 2)
        .then(|| NetworkProblem::WithoutOwnRelease { place: source.into(), said: said.to_owned() })
}
