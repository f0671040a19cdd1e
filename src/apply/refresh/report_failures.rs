//! Why a source failed, as a finding: apt's error says where to look, the machine's state says
//! what it is.

use std::time::Duration;

use super::update_errors::{Cause, Failure};
use crate::apply::reach;
use crate::facts::distro::{self, Base, Family};
use crate::facts::machine;
use crate::facts::network::{self, Server};
use crate::facts::sources::{Source, UnreadableKey, unreadable_key};
use crate::host::{Host, quoted_line};
use crate::problem::{Id, ProblemRecord};

/// How long a server may take to show its clock.
const CLOCK_LIMIT: Duration = Duration::from_secs(5);

/// The finding for a failure.
pub(super) fn finding(host: &Host, failure: &Failure) -> ProblemRecord {
    let Some(source) = &failure.source else {
        return ProblemRecord::error(
            Id::SourceFailed,
            "an apt source could not be refreshed",
            &failure.said,
        );
    };
    let place = reach::places(std::slice::from_ref(source));
    let error =
        |id, title: &str| ProblemRecord::error(id, title, format!("{place}: {}", failure.said));
    match failure.cause {
        Cause::ProxyWantsPassword => error(
            Id::ProxyWantsPassword,
            "the proxy wants a name and a password, or others than it was given",
        ),
        Cause::NoSuchThing => error(
            Id::LoginPage,
            "something else than a release came: does this network want a login first?",
        ),
        Cause::NotValidYet | Cause::Expired => {
            wrong_clock(host, source).unwrap_or_else(|| match failure.cause {
                Cause::Expired => ended(host, source).unwrap_or_else(|| {
                    error(Id::ReleaseExpired, "a release file is past its date")
                }),
                _ => error(
                    Id::SourceFailed,
                    "a release file lies in the future, by the server's own clock too",
                ),
            })
        }
        Cause::Signature => match unreadable_key(host, source) {
            Some(key) => key_finding(&place, &key),
            None => error(Id::KeyWrong, "a source is not signed by the key that it should be"),
        },
        Cause::NoRelease => ended(host, source).unwrap_or_else(|| {
            error(Id::ServerWithoutRelease, "a server has no such release")
                .mended_by_root(switch_off(source))
        }),
        Cause::OutOfDate => {
            error(Id::IndexOutOfDate, "an index does not fit its release, on a second attempt too")
        }
        Cause::NoAnswer => error(Id::ServerDead, "a server does not answer"),
        Cause::Other => error(Id::SourceFailed, "an apt source could not be refreshed"),
    }
}

/// A key that apt's own account cannot read.
fn key_finding(place: &str, key: &UnreadableKey) -> ProblemRecord {
    let title = format!("the key `{}` {}", key.file.display(), key.why);
    let finding = ProblemRecord::error(Id::KeyUnreadable, title, place);
    match &key.mend {
        Some(mend) => finding.mended_by_root(mend),
        None => finding,
    }
}

/// The server is asked for its clock.
fn wrong_clock(host: &Host, source: &Source) -> Option<ProblemRecord> {
    let address = source.release(source.suites.first()?);
    let (answer, _) = network::ask(host, &address, CLOCK_LIMIT).ok()?;
    let server =
        Server { name: source.server()?.to_owned(), address, sources: vec![source.clone()] };
    let finding = reach::finding(&server, &answer, machine::gather(host).environment)?;
    (finding.id == Id::ClockWrong).then_some(finding)
}

/// The distribution's own archive has gone where old releases go.
fn ended(host: &Host, source: &Source) -> Option<ProblemRecord> {
    let base = distro::gather(host).base.filter(|base| base.end_of_life)?;
    let archive = old_archive(&base, source)?;
    let codename = base.codename.unwrap_or_default();
    let title = format!("{codename} gets no more updates, and its archive has moved");
    let edit = format!("s|{}|{archive}|", source.address);
    let mend = quoted_line(&["sed".into(), "-i".into(), edit, source.file.display().to_string()]);
    Some(
        ProblemRecord::error(
            Id::ReleaseEndOfLife,
            title,
            reach::places(std::slice::from_ref(source)),
        )
        .mended_by_root(mend),
    )
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

/// The command that makes apt pass over a source.
fn switch_off(source: &Source) -> String {
    let is_stanza = source.file.extension().is_some_and(|extension| extension == "sources");
    let edit = if is_stanza { "iEnabled: no" } else { "s/^/# /" };
    format!("sed -i '{}{edit}' {}", source.line, source.file.display())
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

    #[test]
    fn a_source_is_switched_off_in_its_own_form() {
        assert_eq!(switch_off(&source("/x.list", "", "")), "sed -i '4s/^/# /' /x.list");
        assert_eq!(switch_off(&source("/x.sources", "", "")), "sed -i '4iEnabled: no' /x.sources");
    }
}
