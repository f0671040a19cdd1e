//! Why a source failed, as a problem: apt's error says where to look, the machine's state says
//! what it is.

use std::time::Duration;

use super::update_errors::Failure;
use crate::apply::reachability;
use crate::facts::distro::{self, Base, Family};
use crate::facts::machine;
use crate::facts::network::{self, Server};
use crate::facts::sources::{Source, unreadable_key};
use crate::host::Host;
use crate::problem::{NetworkProblem, SourceFailure};

/// How long a server may take to show its clock.
const CLOCK_LIMIT: Duration = Duration::from_secs(5);

/// The problem behind a failure.
pub(super) fn problem(host: &Host, failure: &Failure) -> NetworkProblem {
    let source = failure.source.as_ref();
    source.and_then(|source| explained(host, source, failure.why)).unwrap_or_else(|| {
        let said = failure.said.clone();
        NetworkProblem::Source { why: failure.why, place: source.map(Into::into), said }
    })
}

/// What the machine's state says, where it explains more than apt's words.
fn explained(host: &Host, source: &Source, why: SourceFailure) -> Option<NetworkProblem> {
    match why {
        SourceFailure::FromTheFuture => clock_wrong(host, source),
        SourceFailure::Expired => clock_wrong(host, source).or_else(|| release_moved(host, source)),
        SourceFailure::KeyWrong => {
            let (file, why) = unreadable_key(host, source)?;
            Some(NetworkProblem::KeyUnreadable { file, why, place: source.into() })
        }
        SourceFailure::WithoutRelease => release_moved(host, source),
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
    let base = distro::gather(host).base.filter(|base| base.end_of_life)?;
    let archive = old_archive(&base, source)?.to_owned();
    let codename = base.codename.unwrap_or_default();
    Some(NetworkProblem::ReleaseMoved { codename, place: source.into(), archive })
}

/// Where an archive of the distribution itself has moved to.
fn old_archive(base: &Base, source: &Source) -> Option<&'static str> {
    let codename = base.codename.as_deref()?;
    let server = source.server()?.split(':').next()?;
    let is_own = source.suites.iter().any(|suite| suite.split(['-', '/']).next() == Some(codename));
    match base.family {
        Family::Ubuntu if is_own && server.ends_with(".ubuntu.com") => {
            Some("http://old-releases.ubuntu.com/ubuntu")
        }
        Family::Debian if is_own && server.ends_with(".debian.org") => {
            Some(if source.address.contains("security") {
                "http://archive.debian.org/debian-security"
            } else {
                "http://archive.debian.org/debian"
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(file: &str, address: &str, suite: &str) -> Source {
        Source {
            file: file.into(),
            line: 4,
            address: address.into(),
            suites: vec![suite.into()],
            ..Source::default()
        }
    }

    #[test]
    fn an_old_release_has_moved_and_somebody_elses_archive_has_not() {
        let base = |family, codename: &str| Base {
            family,
            codename: Some(codename.into()),
            end_of_life: true,
        };
        let (bionic, buster) = (base(Family::Ubuntu, "bionic"), base(Family::Debian, "buster"));
        let moved = |base: &Base, address: &str, suite: &str| {
            old_archive(base, &source("/x.list", address, suite))
        };
        let old_ubuntu = Some("http://old-releases.ubuntu.com/ubuntu");
        assert_eq!(
            moved(&bionic, "http://de.archive.ubuntu.com/ubuntu", "bionic-updates"),
            old_ubuntu
        );
        assert_eq!(
            moved(&buster, "http://deb.debian.org/debian", "buster"),
            Some("http://archive.debian.org/debian")
        );
        let security =
            moved(&buster, "http://security.debian.org/debian-security", "buster/updates");
        assert_eq!(security, Some("http://archive.debian.org/debian-security"));
        assert_eq!(moved(&bionic, "https://download.docker.com/linux/ubuntu", "bionic"), None);
        assert_eq!(moved(&buster, "http://deb.debian.org/debian", "bookworm"), None);
    }
}
