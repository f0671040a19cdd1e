//! What the answers of package servers mean, as findings: pure.

use super::failure::stopped;
use crate::error::Error;
use crate::facts::machine::Environment;
use crate::facts::network::{Answer, Asked, Server};
use crate::facts::sources::Source;
use crate::plan::Step;
use crate::problem::{Id, ProblemRecord, Severity};

/// The findings when something else than the dead ones is left to fetch from; else the one for
/// which it is not worth starting apt. Beside servers that answer, a silent one may be no more than
/// late: apt will say.
pub(super) fn judge(
    asked: &[Asked],
    others: bool,
    environment: Environment,
) -> Result<Vec<ProblemRecord>, ProblemRecord> {
    let findings = asked
        .iter()
        .filter_map(|asked| Some((asked, finding(&asked.server, &asked.answer, environment)?)));
    let findings: Vec<(&Asked, ProblemRecord)> = findings.collect();
    if others || findings.len() < asked.len() || findings.is_empty() {
        let certain = findings.into_iter().filter(|(asked, _)| asked.answer != Answer::Silent);
        return Ok(certain
            .map(|(_, finding)| ProblemRecord { severity: Severity::Warning, ..finding })
            .collect());
    }
    // What can be mended at once tells more than the silence of the others.
    let telling = [Id::ProxyWantsPassword, Id::LoginPage, Id::ClockWrong];
    let telling = telling.iter().find_map(|id| {
        findings.iter().map(|(_, finding)| finding).find(|finding| finding.id == *id)
    });
    Err(telling.cloned().unwrap_or_else(|| {
        let each: Vec<String> = asked
            .iter()
            .filter_map(|asked| told(&asked.server.name, &asked.answer))
            .map(|told| told.in_short())
            .collect();
        ProblemRecord::error(Id::NetworkDown, "no package server can be reached", each.join("; "))
    }))
}

/// What is wrong with a server; `None` when nothing is.
pub(super) fn finding(
    server: &Server,
    answer: &Answer,
    environment: Environment,
) -> Option<ProblemRecord> {
    if let Answer::ClockWrong { ahead } = answer {
        return Some(clock(&server.name, *ahead, environment));
    }
    let told = told(&server.name, answer)?;
    let detail = [places(&server.sources), told.said].into_iter().filter(|part| !part.is_empty());
    Some(ProblemRecord::error(told.id, told.title, detail.collect::<Vec<_>>().join(": ")))
}

/// What is wrong with a server, wherever it is named.
struct Told {
    id: Id,
    title: String,
    /// The evidence, or empty.
    said: String,
}

impl Told {
    fn in_short(&self) -> String {
        if self.said.is_empty() {
            self.title.clone()
        } else {
            format!("{} ({})", self.title, self.said)
        }
    }
}

fn told(name: &str, answer: &Answer) -> Option<Told> {
    let told = |id, title: String, said: String| Some(Told { id, title, said });
    match answer {
        Answer::Answers | Answer::Slow | Answer::NoRelease | Answer::ClockWrong { .. } => None,
        Answer::Silent => told(
            Id::ServerDead,
            format!("`{name}` does not answer"),
            "nothing came back: no address, no connection, no refusal".into(),
        ),
        Answer::NotResolved { name: unknown } if name.split(':').next() == Some(unknown) => {
            told(Id::ServerDead, format!("the name `{unknown}` leads to no server"), String::new())
        }
        Answer::NotResolved { name: proxy } => {
            let said = format!("the name of the proxy, `{proxy}`, leads to no server");
            told(Id::ServerDead, format!("`{name}` cannot be reached"), said)
        }
        Answer::Dead { said } if said.contains("ertificate") => told(
            Id::ServerDead,
            format!("this machine does not trust the certificate of `{name}`"),
            said.clone(),
        ),
        Answer::Dead { said } => {
            told(Id::ServerDead, format!("`{name}` cannot be reached"), said.clone())
        }
        Answer::ProxyWantsPassword => told(
            Id::ProxyWantsPassword,
            "the proxy wants a name and a password, or others than it was given".into(),
            String::new(),
        ),
        Answer::LoginPage { address } => {
            let title =
                "this network answers with a page of its own: it wants a login first".into();
            told(Id::LoginPage, title, format!("`{address}` answered"))
        }
    }
}

fn clock(server: &str, ahead: i64, environment: Environment) -> ProblemRecord {
    let side = if ahead < 0 { "behind" } else { "ahead" };
    let title = format!("this machine's clock is {} {side}", span(ahead.unsigned_abs()));
    let detail = format!(
        "`{server}` says so, and apt takes nothing that is signed in its future or past its date"
    );
    let mend =
        if environment == Environment::Wsl { "hwclock -s" } else { "timedatectl set-ntp true" };
    ProblemRecord::error(Id::ClockWrong, title, detail).mended_by_root(mend)
}

/// A step's failure by such a finding, with the command that mends it.
pub(super) fn stop(step: &Step, finding: ProblemRecord) -> Error {
    let mend = finding.fix.as_ref().map(|fix| format!(": `{fix}`")).unwrap_or_default();
    let hint = format!("{}{mend}", hint(finding.id));
    stopped(step, finding, &hint)
}

fn hint(id: Id) -> &'static str {
    match id {
        Id::ProxyWantsPassword => {
            "set `http_proxy` to `http://NAME:PASSWORD@PROXY:PORT`, or ask who runs the proxy"
        }
        Id::LoginPage => "open any page in a browser on this machine, and log in",
        Id::ClockWrong => "set the clock",
        Id::KeyUnreadable
        | Id::KeyWrong
        | Id::ReleaseEndOfLife
        | Id::ReleaseExpired
        | Id::ServerWithoutRelease
        | Id::SourceFailed => "mend the source that is named, or switch it off",
        _ => "check the network, and the proxy (`http_proxy`, apt's settings) if there is one",
    }
}

/// `/etc/apt/sources.list:3 (http://deb.example/debian)`, once for each line.
pub(super) fn places(sources: &[Source]) -> String {
    let mut places: Vec<String> =
        sources.iter().map(|source| format!("{source} ({})", source.address)).collect();
    places.dedup();
    places.join(", ")
}

/// The largest whole unit.
fn span(seconds: u64) -> String {
    let units =
        [(31_536_000, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (size, unit) =
        units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1, "second"));
    let count = seconds / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn asked(name: &str, answer: Answer) -> Asked {
        let source = Source {
            file: "/etc/apt/sources.list.d/some.list".into(),
            line: 2,
            address: format!("http://{name}/debian"),
            ..Source::default()
        };
        Asked {
            server: Server {
                name: name.into(),
                address: String::new(),
                sources: vec![source.clone(), source],
            },
            answer,
            took: Duration::ZERO,
        }
    }

    fn dead() -> Vec<Asked> {
        vec![
            asked("silent.example", Answer::Silent),
            asked("typo.example:80", Answer::NotResolved { name: "typo.example".into() }),
            asked(
                "refuses.example",
                Answer::Dead { said: "Could not connect to refuses.example:80".into() },
            ),
        ]
    }

    fn shown(judged: Result<Vec<ProblemRecord>, ProblemRecord>) -> String {
        let line = |finding: &ProblemRecord| {
            let fix = finding.fix.as_ref().map(|fix| format!(" [{fix}]")).unwrap_or_default();
            format!("{:?} {:?}: {finding}{fix}", finding.severity, finding.id)
        };
        judged.map_or_else(
            |finding| line(&finding),
            |findings| findings.iter().map(line).collect::<Vec<_>>().join("\n"),
        )
    }

    #[test]
    fn dead_servers_beside_a_good_one_are_warnings_and_a_silent_one_is_left_to_apt() {
        let mut servers = dead();
        servers.push(asked("good.example", Answer::Answers));
        insta::assert_snapshot!(shown(judge(&servers, false, Environment::Machine)));
    }

    #[test]
    fn dead_servers_alone_are_one_reason_to_stop() {
        insta::assert_snapshot!(shown(judge(&dead(), false, Environment::Machine)));
    }

    #[test]
    fn what_can_be_mended_at_once_is_said_instead_of_the_silence() {
        let alone = |answer| {
            let mut servers = dead();
            servers.push(asked("telling.example", answer));
            shown(judge(&servers, false, Environment::Wsl))
        };
        let page = Answer::LoginPage { address: "http://hotel.example/login".into() };
        let answers = [
            Answer::ProxyWantsPassword,
            page,
            Answer::ClockWrong { ahead: -300_000 },
            Answer::ClockWrong { ahead: 3_600 },
        ];
        insta::assert_snapshot!(answers.map(alone).join("\n"));
    }

    #[test]
    fn slow_servers_and_none_at_all_are_no_reason_to_stop() {
        assert_eq!(
            judge(&[asked("slow.example", Answer::Slow)], false, Environment::Machine),
            Ok(Vec::new())
        );
        assert_eq!(judge(&[], false, Environment::Machine), Ok(Vec::new()));
        let local = judge(&dead(), true, Environment::Machine).unwrap();
        assert_eq!(local.len(), 2);
    }
}
