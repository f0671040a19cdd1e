//! What the answers of package servers mean, as problems: pure.

use crate::facts::machine::Environment;
use crate::facts::network::{Answer, Asked, Server};
use crate::problem::{ClockOwner, NetworkProblem, Problem, ServerFailure, Silence, SourceLocation};

/// Warnings when something else than the dead servers is left to fetch from; else the problem for
/// which it is not worth starting apt. Beside servers that answer, a silent one may only be slow:
/// apt will see.
pub(super) fn judge(
    asked: &[Asked],
    others: bool,
    environment: Environment,
) -> Result<Vec<Problem>, NetworkProblem> {
    let problems: Vec<(&Asked, NetworkProblem)> = asked
        .iter()
        .filter_map(|asked| Some((asked, problem(&asked.server, &asked.answer, environment)?)))
        .collect();
    if others || problems.len() < asked.len() || problems.is_empty() {
        let certain = problems.into_iter().filter(|(asked, _)| asked.answer != Answer::Silent);
        return Ok(certain.map(|(_, problem)| Problem::new(problem).as_warning()).collect());
    }
    // What can be fixed at once explains more than the silence of the others.
    let fixable = problems.iter().filter_map(|(_, problem)| Some((rank(problem)?, problem)));
    if let Some((_, problem)) = fixable.min_by_key(|(rank, _)| *rank) {
        return Err(problem.clone());
    }
    let servers = asked.iter().filter_map(|asked| failure(&asked.server.name, &asked.answer));
    let in_wsl = environment == Environment::Wsl;
    Err(NetworkProblem::Down { servers: servers.collect(), in_wsl })
}

/// Which of several problems is reported, the lowest first; `None` for a server that is just dead.
fn rank(problem: &NetworkProblem) -> Option<usize> {
    match problem {
        NetworkProblem::ProxyWantsPassword { .. } => Some(0),
        NetworkProblem::LoginPage { .. } => Some(1),
        NetworkProblem::ClockWrong { .. } => Some(2),
        NetworkProblem::CertificateUntrusted { .. } => Some(3),
        _ => None,
    }
}

/// What is wrong with a server; `None` when nothing is.
pub(super) fn problem(
    server: &Server,
    answer: &Answer,
    environment: Environment,
) -> Option<NetworkProblem> {
    let name = || server.name.clone();
    let mut places: Vec<SourceLocation> = server.sources.iter().map(Into::into).collect();
    places.dedup();
    Some(match answer {
        Answer::Dead { said } if is_of_certificate(said) => {
            let (server, said, only_trusts) = (name(), said.clone(), None);
            NetworkProblem::CertificateUntrusted { server, said, places, only_trusts }
        }
        Answer::ProxyWantsPassword => NetworkProblem::ProxyWantsPassword { places },
        Answer::LoginPage { address } => {
            NetworkProblem::LoginPage { address: Some(address.clone()), places }
        }
        Answer::ClockWrong { ahead } => NetworkProblem::ClockWrong {
            ahead_seconds: *ahead,
            server: name(),
            owner: clock_owner(environment),
        },
        _ => NetworkProblem::ServerDead { server: failure(&server.name, answer)?, places },
    })
}

fn clock_owner(environment: Environment) -> ClockOwner {
    match environment {
        Environment::Machine | Environment::Chroot => ClockOwner::System,
        Environment::Wsl => ClockOwner::Windows,
        Environment::Crostini => ClockOwner::ChromeOs,
        Environment::Container => ClockOwner::ContainerHost,
    }
}

/// Why nothing came from a server; `None` when something did.
fn failure(name: &str, answer: &Answer) -> Option<ServerFailure> {
    let what = match answer {
        Answer::Silent => Silence::Nothing,
        Answer::NotResolved { name: unknown } if name.split(':').next() == Some(unknown) => {
            return Some(ServerFailure { name: unknown.clone(), what: Silence::NameUnknown });
        }
        Answer::NotResolved { name: proxy } => Silence::ProxyUnknown { proxy: proxy.clone() },
        Answer::Dead { said } => Silence::Refused { said: said.clone() },
        Answer::Answers
        | Answer::Slow
        | Answer::NoRelease
        | Answer::ProxyWantsPassword
        | Answer::LoginPage { .. }
        | Answer::ClockWrong { .. } => return None,
    };
    Some(ServerFailure { name: name.to_owned(), what })
}

/// Whether apt's words are about a certificate ("Certificate verification failed", "The certificate
/// is NOT trusted").
fn is_of_certificate(said: &str) -> bool {
    said.contains("ertificate")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::facts::sources::Source;

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

    fn shown(judged: Result<Vec<Problem>, NetworkProblem>) -> String {
        let problems = judged.unwrap_or_else(|problem| vec![problem.into()]);
        let line = |problem: &Problem| {
            let remedy = problem.remedy().unwrap();
            format!("{:?} {}: {problem} [{remedy}]", problem.severity, problem.id().name())
        };
        problems.iter().map(line).collect::<Vec<_>>().join("\n")
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
    fn what_can_be_fixed_at_once_is_said_instead_of_the_silence() {
        let alone = |answer| {
            let mut servers = dead();
            servers.push(asked("other.example", answer));
            shown(judge(&servers, false, Environment::Wsl))
        };
        let page = Answer::LoginPage { address: "http://hotel.example/login".into() };
        let answers = [
            Answer::ProxyWantsPassword,
            page,
            Answer::ClockWrong { ahead: -300_000 },
            Answer::ClockWrong { ahead: 3_600 },
            Answer::Dead { said: "Certificate verification failed: not trusted".into() },
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
