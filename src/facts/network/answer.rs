//! What apt-helper said when it asked a server for a release, as one of few answers: pure.
//!
//! Read are the request and the answer's headers, which apt-helper shows when asked to (alike from
//! apt 2.2 to 3.3), the page itself, and where there was no answer apt's own words for why.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::{Deserialize, Serialize};

/// How every signed release begins.
const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
/// How far in the future apt lets a release lie (Acquire::Max-FutureTime), in seconds.
const FUTURE: i64 = 10;
/// A clock that differs less from the server's is a right one, in seconds.
const STEADY: i64 = 60;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answer {
    /// It answers; whether it is the right answer is apt's to say.
    Answers,
    /// It took the question and has not answered in full yet.
    Slow,
    /// Neither a connection nor a refusal came in time.
    Silent,
    /// The name of the server, or of the proxy on the way to it, leads nowhere.
    NotResolved {
        /// The name.
        name: String,
    },
    /// There is no way to it, or it refuses.
    Dead {
        /// In apt's words.
        said: String,
    },
    /// It has no such release in this form.
    NoRelease,
    /// The proxy wants a name and a password, or others than it was given.
    ProxyWantsPassword,
    /// A page for people came instead of a release.
    LoginPage {
        /// The address of that page.
        address: String,
    },
    /// It answers, and apt would refuse the answer because of this machine's clock.
    ClockWrong {
        /// How far our clock is ahead of the server's, in seconds; below zero when it is behind.
        ahead: i64,
    },
}

impl Answer {
    /// Whether apt can get something from it.
    pub fn is_alive(&self) -> bool {
        matches!(self, Self::Answers | Self::Slow | Self::NoRelease)
    }
}

/// What came of asking.
#[derive(Clone, Debug, Default)]
pub struct Said<'a> {
    /// What was asked for.
    pub address: &'a str,
    /// What apt-helper wrote to stderr.
    pub stderr: &'a str,
    /// The page, when there is one.
    pub page: &'a str,
    /// Whether it came to its end in time.
    pub ended: bool,
}

/// Makes an answer of it. `now` is this machine's clock.
pub fn classify(said: &Said<'_>, now: Timestamp) -> Answer {
    // Others than root may not read every setting of apt: what they cannot reach, apt perhaps can.
    if said.stderr.contains("Unable to read /etc/apt/") {
        return Answer::Answers;
    }
    let failure = said
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("E: Failed to fetch ")?.split_once("  "));
    match (last_reply(said.stderr), failure) {
        // It leads on, and where to did not answer.
        (Some(reply), Some((_, why))) if reply.leads_on() && !why.starts_with("Redirection") => {
            of_failure(why)
        }
        (Some(reply), _) => of_reply(said, &reply, now),
        (None, Some((_, why))) => of_failure(why),
        // On a busy machine its last words may be lost; the page is there.
        (None, None) if is_for_people(said.page) => {
            Answer::LoginPage { address: said.address.to_owned() }
        }
        (None, None) if said.ended => Answer::Answers,
        (None, None) if said.stderr.contains(" HTTP/1.1") => Answer::Slow,
        (None, None) => Answer::Silent,
    }
}

/// A server's reply: who was asked, and what the first lines said.
struct Reply<'a> {
    address: &'a str,
    status: u16,
    headers: Vec<(&'a str, &'a str)>,
}

impl Reply<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    fn leads_on(&self) -> bool {
        (300..=399).contains(&self.status)
    }

    /// The server's clock; a cache on the way says how old its copy is.
    fn clock(&self) -> Option<Timestamp> {
        let age = self.header("Age").and_then(|age| age.parse::<u32>().ok()).unwrap_or(0);
        let seconds = date(self.header("Date")?)?.as_second() + i64::from(age);
        Timestamp::from_second(seconds).ok()
    }
}

/// The last one: those before it led on.
fn last_reply(text: &str) -> Option<Reply<'_>> {
    let at = text.rfind("Answer for: ")?;
    let mut lines = text[at..].lines();
    let address = lines.next()?.strip_prefix("Answer for: ")?;
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
    Some(Reply {
        address,
        status,
        headers: headers.map(|(name, value)| (name.trim(), value.trim())).collect(),
    })
}

fn of_reply(said: &Said<'_>, reply: &Reply<'_>, now: Timestamp) -> Answer {
    let page = said.page.trim_start();
    match reply.status {
        407 => Answer::ProxyWantsPassword,
        404 | 410 => Answer::NoRelease,
        511 => Answer::LoginPage { address: reply.address.to_owned() },
        502..=504 => {
            Answer::Dead { said: format!("a gateway on the way answers {}", reply.status) }
        }
        300..=399 if !said.ended => Answer::Slow,
        300..=399 => Answer::LoginPage {
            address: reply.header("Location").unwrap_or(reply.address).to_owned(),
        },
        200 if page.starts_with(SIGNED) => of_clocks(reply, page, now),
        200 if is_for_people(page) => Answer::LoginPage { address: reply.address.to_owned() },
        200 if !said.ended => Answer::Slow,
        _ => Answer::Answers,
    }
}

/// HTML begins so, and nothing of apt's does.
fn is_for_people(page: &str) -> bool {
    page.trim_start().starts_with('<')
}

/// Whether a release would be accepted at the server's time, and not at ours.
fn of_clocks(reply: &Reply<'_>, release: &str, now: Timestamp) -> Answer {
    let Some(server) = reply.clock() else { return Answer::Answers };
    let field = |name: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(date(value.trim())?.as_second())
    };
    let accepted = |second: i64| {
        let begun = field("Date").is_none_or(|begins| begins <= second + FUTURE);
        begun && field("Valid-Until").is_none_or(|ends| second <= ends)
    };
    let (ours, theirs) = (now.as_second(), server.as_second());
    let ahead = ours - theirs;
    if ahead.abs() > STEADY && accepted(theirs) && !accepted(ours) {
        Answer::ClockWrong { ahead }
    } else {
        Answer::Answers
    }
}

/// No server replied: apt's words for why, which its programs share with the system's (strerror and
/// gai_strerror in the C locale).
fn of_failure(why: &str) -> Answer {
    let no_way = [
        "Could not connect",
        "Unable to connect",
        "Cannot initiate the connection",
        "Connection failed",
        "ertificate",
    ];
    if let Some(name) = why.strip_prefix("Could not resolve '") {
        Answer::NotResolved { name: name.split('\'').next().unwrap_or_default().to_owned() }
    } else if why.starts_with("Temporary failure resolving") || why.contains("imed out") {
        Answer::Silent
    } else if why.contains(" 407 ") {
        Answer::ProxyWantsPassword
    } else if no_way.iter().any(|sign| why.contains(sign)) {
        Answer::Dead { said: why.split(" [IP:").next().unwrap_or(why).trim().to_owned() }
    } else {
        Answer::Answers
    }
}

/// `Sun, 22 Nov 2026 18:13:52 GMT`, and with `UTC` in a release.
fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text.replace("UTC", "GMT")).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "<html>Welcome to our hotel</html>";

    fn recorded(name: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/network");
        fs::read_to_string(folder.join(name).with_extension("txt")).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_recorded_is_told_apart() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/network");
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        let shown = names.iter().map(|name| {
            let stderr = recorded(name);
            let page = if name.contains("login-page") { PAGE } else { SIGNED };
            let ended = !["slow", "silent", "drip"].contains(&name.as_str());
            let page = if ended { page } else { "" };
            format!(
                "{name}: {:?}",
                classify(
                    &Said { address: "", stderr: &stderr, page, ended },
                    at("2026-11-22T18:14:00Z")
                )
            )
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    }

    /// The recorded server, asked when our clock shows this, for a release with these dates.
    fn with_clock(now: &str, release: &str) -> Answer {
        let page = format!("{SIGNED}\nHash: SHA256\n\nOrigin: Debian\n{release}");
        classify(
            &Said { address: "", stderr: &recorded("signed"), page: &page, ended: true },
            at(now),
        )
    }

    #[test]
    fn a_clock_matters_when_apt_would_refuse_the_release_because_of_it() {
        let release =
            "Date: Sun, 22 Nov 2026 02:00:00 UTC\nValid-Until: Sun, 29 Nov 2026 02:00:00 UTC\n";
        assert_eq!(with_clock("2026-11-22T18:13:52Z", release), Answer::Answers);
        assert_eq!(with_clock("2026-11-22T03:13:52Z", release), Answer::Answers);
        assert_eq!(
            with_clock("2026-11-21T18:13:52Z", release),
            Answer::ClockWrong { ahead: -86_400 }
        );
        assert_eq!(
            with_clock("2027-11-22T18:13:52Z", release),
            Answer::ClockWrong { ahead: 365 * 86_400 }
        );
    }

    #[test]
    fn a_release_that_is_wrong_by_the_servers_own_clock_is_not_the_clocks_fault() {
        assert_eq!(
            with_clock("2020-01-01T00:00:00Z", "Date: Sun, 29 Nov 2026 02:00:00 UTC\n"),
            Answer::Answers
        );
        assert_eq!(
            with_clock("2030-01-01T00:00:00Z", "Valid-Until: Sun, 1 Nov 2026 02:00:00 UTC\n"),
            Answer::Answers
        );
        assert_eq!(with_clock("2020-01-01T00:00:00Z", "Date: never\n"), Answer::Answers);
    }

    #[test]
    fn settings_that_only_root_may_read_make_no_server_dead() {
        let stderr = format!(
            "W: Unable to read /etc/apt/apt.conf.d/99proxy - open (13: Permission denied)\n{}",
            recorded("refused")
        );
        assert_eq!(
            classify(
                &Said { address: "", stderr: &stderr, page: "", ended: true },
                Timestamp::UNIX_EPOCH
            ),
            Answer::Answers
        );
    }

    #[test]
    fn a_page_tells_even_when_nothing_else_was_heard() {
        let address = "http://deb.example/InRelease";
        let said = Said { address, page: PAGE, ended: true, ..Said::default() };
        assert_eq!(
            classify(&said, Timestamp::UNIX_EPOCH),
            Answer::LoginPage { address: address.into() }
        );
        assert_eq!(
            classify(&Said { page: SIGNED, ..said }, Timestamp::UNIX_EPOCH),
            Answer::Answers
        );
    }

    proptest! {
        #[test]
        fn nothing_that_is_said_makes_it_panic(
            stderr in r"(?s)((Answer for: |E: Failed to fetch |GET |HTTP/1.1|Date: |Age: | 407 |[0-9]{1,4}|Could not resolve '|\n|  |[ -~é]{0,9}){0,30})",
            release in r"(?s)(-----BEGIN PGP SIGNED MESSAGE-----\n)?((Date: |Valid-Until: |Sun, |[0-9]{1,5}|:| Nov |UTC|\n){0,20})",
            ended: bool,
        ) {
            classify(&Said { address: "", stderr: &stderr, page: &release, ended }, Timestamp::UNIX_EPOCH);
        }
    }
}
