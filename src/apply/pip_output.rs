//! Why pip failed, from what it said: pure.
//!
//! Read are pip's own reports of what it could not fetch, alike from pip 20.3 to 26.2, which it gives in
//! full at its second degree of verbosity; and in them the words of the system, of Python's `ssl` and of
//! HTTP.

use crate::problem::{NetworkProblem, PipFailure, ServerFailure, Silence};

/// What the system says of a disk without room (strerror of ENOSPC and EDQUOT, in the C locale).
const NO_SPACE: [&str; 2] = ["No space left on device", "Disk quota exceeded"];
/// pip will try again; what came of it stands further below.
const NOT_YET: &str = "Retrying (Retry(";

/// Why pip failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing can be fetched, whatever it is.
    Network(NetworkProblem),
    /// The package's own index or server does not give it.
    Index(PipFailure),
    /// A disk has no room left.
    DiskFull {
        /// What was said.
        said: String,
    },
}

/// The line that says that a disk has no room.
pub(super) fn no_space(text: &str) -> Option<String> {
    let line = text.lines().find(|line| NO_SPACE.iter().any(|sign| line.contains(sign)))?;
    Some(line.trim().trim_start_matches("ERROR: ").to_owned())
}

/// Whether there may be a cause that pip keeps to itself: it only says that it has found nothing.
pub(super) fn wants_second_look(text: &str) -> bool {
    text.contains(NOT_YET) || text.contains("No matching distribution found")
}

/// The cause, where what was said shows one.
pub(super) fn classify(text: &str) -> Option<Cause> {
    if let Some(said) = no_space(text) {
        return Some(Cause::DiskFull { said });
    }
    let mut address = None;
    let mut causes: Vec<Cause> = not_secure(text).into_iter().collect();
    for line in text.lines().filter(|line| !line.contains(NOT_YET)) {
        // Newer versions of pip name the server a line above the reason.
        let is_reason = line.trim_start().starts_with("╰─>");
        address = address_in(line).or(address.filter(|_| is_reason || line.starts_with('×')));
        causes.extend(address.as_ref().and_then(|address| of_line(line, address)));
    }
    // One server's certificate explains more than another one's silence.
    causes.into_iter().min_by_key(rank).or_else(|| no_index(text))
}

fn rank(cause: &Cause) -> usize {
    match cause {
        Cause::Network(NetworkProblem::ServerDead { .. } | NetworkProblem::Down { .. }) => 2,
        Cause::Network(_) | Cause::DiskFull { .. } => 0,
        Cause::Index(PipFailure::NotFound { .. }) => 3,
        Cause::Index(_) => 1,
    }
}

fn of_line(line: &str, address: &str) -> Option<Cause> {
    let server = server_of(address);
    let dead = |name: &str, what| {
        let server = ServerFailure { name: name.to_owned(), what };
        Cause::Network(NetworkProblem::ServerDead { server, places: Vec::new() })
    };
    let refused = |said: String| dead(server, Silence::Refused { said });
    if line.contains("407 Proxy") || line.contains("407 Client") {
        return Some(Cause::Network(NetworkProblem::ProxyWantsPassword { places: Vec::new() }));
    }
    if let Some(said) = between(line, "CERTIFICATE_VERIFY_FAILED] ", &[" (_ssl"]) {
        let (server, said) = (server.to_owned(), said.to_owned());
        let (places, only_trusts) = (Vec::new(), None);
        let problem = NetworkProblem::CertificateUntrusted { server, said, places, only_trusts };
        return Some(Cause::Network(problem));
    }
    if let Some(cause) = of_status(line, address) {
        return Some(Cause::Index(cause));
    }
    let said = between(line, "[Errno ", &["'", "\"", ")", " - skipping"])
        .and_then(|said| said.split_once("] "))
        .map(|(_, said)| said);
    match said {
        Some(said) if line.to_lowercase().contains("to proxy") => {
            Some(refused(format!("proxy: {said}")))
        }
        // Nobody is reached, whatever it is called: what apt would say of it, too.
        Some(said @ ("Temporary failure in name resolution" | "Network is unreachable")) => {
            let what = Silence::Refused { said: said.to_owned() };
            let server = ServerFailure { name: without_port(server).to_owned(), what };
            Some(Cause::Network(NetworkProblem::Down { servers: vec![server], in_wsl: false }))
        }
        Some("Name or service not known" | "No address associated with hostname") => {
            Some(dead(without_port(server), Silence::NameUnknown))
        }
        Some(said) if line.contains("onnection") || line.contains("resolve") => {
            Some(refused(said.to_owned()))
        }
        Some(_) => None,
        None if line.contains("timed out. (") || line.contains("didn't respond within") => {
            Some(dead(server, Silence::Nothing))
        }
        None => between(line, "[SSL: ", &[" (_ssl"]).map(|said| refused(format!("[SSL: {said}"))),
    }
}

/// `403 Client Error: Forbidden for url`, `too many 503 error responses`.
fn of_status(line: &str, address: &str) -> Option<PipFailure> {
    let reported = [" Client Error: ", " Server Error: "].iter().find_map(|sign| {
        let (before, after) = line.split_once(sign)?;
        let reason = after.split(" for url").next().unwrap_or_default();
        Some((before.rsplit([' ', ':']).next()?.parse::<u16>().ok()?, reason))
    });
    let repeated = between(line, "too many ", &[" error responses"])
        .and_then(|status| Some((status.parse::<u16>().ok()?, "")));
    let (status, reason) = reported.or(repeated)?;
    let (address, answer) = (address.to_owned(), format!("{status} {reason}").trim().to_owned());
    Some(match status {
        404 | 410 => PipFailure::NotFound { address, answer },
        _ => PipFailure::Refused { address, answer },
    })
}

/// An index without TLS that is not named as one to be trusted.
fn not_secure(text: &str) -> Option<Cause> {
    let server =
        between(text, "The repository located at ", &[" is not a trusted or secure host"])?;
    let server = server.split_whitespace().next()?.to_owned();
    Some(Cause::Index(PipFailure::NotSecure { server }))
}

/// A page came, and there is no link on it.
fn no_index(text: &str) -> Option<Cause> {
    let is_link = |line: &str| {
        let line = line.trim_start();
        line.starts_with("Found link ")
            || line
                .strip_prefix("Skipping link: ")
                .is_some_and(|why| !why.starts_with("not a file"))
    };
    let is_page = |line: &str| line.contains(" HTTP/1.1\" 200 ");
    let address = text.lines().find_map(|line| line.strip_prefix("Getting page "))?;
    let is_empty = text.lines().any(is_page) && !text.lines().any(is_link);
    let address = without_user(address);
    is_empty.then_some(Cause::Index(PipFailure::NotAnIndex { address }))
}

/// The first address in a line, or the server that its words are about.
fn address_in(line: &str) -> Option<String> {
    let starts = ["https://", "http://"].iter().filter_map(|scheme| line.find(scheme));
    if let Some(start) = starts.min() {
        let end = |c: char| c.is_whitespace() || "'\"<>),".contains(c);
        let address = line[start..].split(end).next().unwrap_or_default();
        return Some(without_user(address.trim_end_matches(':')));
    }
    let host = between(line, "ConnectionPool(host='", &["'"])?;
    let port = between(line, "port=", &[")", ","])?;
    let scheme = if line.contains("HTTPSConnectionPool(") { "https" } else { "http" };
    Some(format!("{scheme}://{host}:{port}/"))
}

/// An address without the name and the password in it.
fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (server, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let server = server.rsplit('@').next().unwrap_or(server);
    format!("{scheme}://{server}{path}")
}

fn server_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let server = rest.split('/').next().unwrap_or(rest);
    server.strip_suffix(":443").or_else(|| server.strip_suffix(":80")).unwrap_or(server)
}

fn without_port(server: &str) -> &str {
    server.rsplit_once(':').map_or(server, |(name, _)| name)
}

/// What stands behind the first such start, up to the nearest of the ends, or the end of the line.
fn between<'a>(line: &'a str, start: &str, ends: &[&str]) -> Option<&'a str> {
    let (_, rest) = line.split_once(start)?;
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(rest[..end].trim())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// What pip said, by version and by what was the matter.
    fn recorded() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pip");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut recorded = Vec::new();
        for file in files {
            let version = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&file).unwrap();
            let cases = text.split("=== ").skip(1).map(|case| case.split_once('\n').unwrap());
            recorded
                .extend(cases.map(|(name, said)| (format!("{name} ({version})"), said.to_owned())));
        }
        recorded.sort();
        recorded
    }

    #[test]
    fn what_every_version_of_pip_says_is_told_apart() {
        let shown = recorded().into_iter().map(|(name, said)| match classify(&said) {
            Some(cause) => format!("{name}: {cause:?}"),
            None => format!("{name}: -"),
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn an_index_without_tls_is_named() {
        let said = "WARNING: The repository located at index.example is not a trusted or secure host and is being ignored. If this repository is available via HTTPS we recommend you use HTTPS instead, otherwise you may silence this warning and allow it anyway with '--trusted-host index.example'.\nERROR: Could not find a version that satisfies the requirement wheel (from versions: none)";
        let server = "index.example".into();
        assert_eq!(classify(said), Some(Cause::Index(PipFailure::NotSecure { server })));
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let said = "Could not fetch URL https://me:s@cret@index.example:8443/simple/x/: 403 Client Error: Forbidden for url: https://me:s@cret@index.example:8443/simple/x/ - skipping";
        let cause = format!("{:?}", classify(said).unwrap());
        assert!(cause.contains("https://index.example:8443/simple/x/"), "{cause}");
        assert!(!cause.contains("cret"), "{cause}");
    }

    proptest! {
        #[test]
        fn nothing_that_is_said_makes_it_panic(
            said in r"(?s)((Could not fetch URL |https://|HTTPSConnectionPool\(host='|port=|\[Errno |\] |\[SSL: |CERTIFICATE_VERIFY_FAILED\] | Client Error: |too many | error responses|Getting page |Skipping link: | HTTP/1.1. 200 |407 Proxy|[@:/'é ]|[0-9]{1,4}|\n|[ -~]{0,9}){0,30})",
        ) {
            classify(&said);
        }
    }
}
