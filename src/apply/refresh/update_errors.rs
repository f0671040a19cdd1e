//! The errors of `apt-get update`, by source: pure. Its texts are alike from apt 2.2 to 3.3
//! (`fixtures/apt/update`); they say which source failed, and give the evidence.

use crate::facts::sources::{Source, without_credentials};
use crate::host::Finished;
use crate::problem::SourceFailure;

/// What is found in apt's words, in the order in which it is looked for.
const SIGNS: [(&str, SourceFailure); 19] = [
    ("  407  ", SourceFailure::ProxyWantsPassword),
    ("proxy: HTTP/1.1 407", SourceFailure::ProxyWantsPassword),
    ("Clearsigned file isn't valid", SourceFailure::LoginPage),
    ("is not valid yet", SourceFailure::FromTheFuture),
    ("is expired", SourceFailure::Expired),
    ("GPG error:", SourceFailure::KeyWrong),
    ("NO_PUBKEY", SourceFailure::KeyWrong),
    ("ignature verification", SourceFailure::KeyWrong),
    ("apt-key", SourceFailure::KeyWrong),
    ("gpgv", SourceFailure::KeyWrong),
    ("sqv", SourceFailure::KeyWrong),
    ("does not have a Release file", SourceFailure::WithoutRelease),
    ("Release  404", SourceFailure::WithoutRelease),
    ("404  Not Found", SourceFailure::OutOfDate),
    ("Hash Sum mismatch", SourceFailure::OutOfDate),
    ("unexpected size", SourceFailure::OutOfDate),
    ("resolv", SourceFailure::NoAnswer),
    ("onnect", SourceFailure::NoAnswer),
    ("imed out", SourceFailure::NoAnswer),
];

/// A source that could not be refreshed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Which one; `None` when apt's words fit none.
    pub source: Option<Source>,
    /// Why, as far as the words tell.
    pub why: SourceFailure,
    /// apt's words.
    pub said: String,
}

impl Failure {
    /// Whether another attempt may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self.why, SourceFailure::OutOfDate | SourceFailure::NoAnswer)
    }
}

/// One failure for each source, with its reason that explains most, in the order of the sources.
pub(super) fn failures(finished: &Finished, sources: &[Source]) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    let failed = finished.stderr.lines().filter_map(|line| parse_line(line, sources));
    for failure in failed.chain(errors(&finished.stdout, sources)) {
        match failures
            .iter_mut()
            .find(|known| known.source.is_some() && known.source == failure.source)
        {
            Some(known) if failure.why < known.why => *known = failure,
            Some(_) => {}
            None => failures.push(failure),
        }
    }
    failures.sort_by_key(|failure| {
        sources.iter().position(|source| failure.source.as_ref() == Some(source))
    });
    failures
}

/// What an `E:` or a `W:` says.
fn parse_line(line: &str, sources: &[Source]) -> Option<Failure> {
    let is_error = line.starts_with("E: ");
    let said = line.strip_prefix(if is_error { "E: " } else { "W: " })?;
    let failure = failure(said, sources);
    // A warning of no source, and the sum at the end, repeat what was said already; so do passing
    // remarks, on a key that will be too weak.
    let is_known = if is_error {
        said.starts_with("Some index files failed")
    } else {
        failure.source.is_none() || failure.why == SourceFailure::Other
    };
    (!is_known).then_some(failure)
}

/// `Err:4 ADDRESS SUITE…` and the reason below it: after the first `E:`, apt repeats no more of
/// them at its end. What came in another form after all (`Get:4 …`) is no failure.
fn errors<'a>(stdout: &'a str, sources: &'a [Source]) -> impl Iterator<Item = Failure> + 'a {
    stdout.lines().zip(stdout.lines().skip(1)).enumerate().filter_map(|(at, (line, reason))| {
        let (number, what) = line.strip_prefix("Err:")?.split_once(' ')?;
        let came = ["Get", "Hit"].map(|word| format!("{word}:{number} "));
        if stdout.lines().skip(at + 1).any(|later| came.iter().any(|sign| later.starts_with(sign)))
        {
            return None;
        }
        Some(failure(&format!("{what}  {}", reason.trim()), sources))
            .filter(|failure| failure.source.is_some())
    })
}

fn failure(said: &str, sources: &[Source]) -> Failure {
    let why = SIGNS
        .iter()
        .find(|(sign, _)| said.contains(sign))
        .map_or(SourceFailure::Other, |(_, why)| *why);
    Failure { source: source_in(said, sources).cloned(), why, said: shown(said) }
}

/// The source that apt speaks of: the one with this address, and this suite where several share the
/// address.
fn source_in<'a>(said: &str, sources: &'a [Source]) -> Option<&'a Source> {
    let has_address = |source: &&Source| {
        let address = source.address.trim_end_matches('/');
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(['/', ' ', '\'']);
        !address.is_empty()
            && shown(said)
                .match_indices(address)
                .any(|(at, _)| ends(&shown(said)[at + address.len()..]))
    };
    let has_suite = |source: &&Source| {
        let named = |suite: &String| {
            said.contains(&format!("/dists/{suite}/"))
                || said.contains(&format!(" {suite} "))
                || said.contains(&format!(" {suite}/"))
        };
        source.suites.iter().any(named)
    };
    let enabled = || sources.iter().filter(|source| source.enabled).filter(has_address);
    enabled().find(has_suite).or_else(|| enabled().next())
}

/// apt's words without passwords in addresses, and no longer than a line.
fn shown(said: &str) -> String {
    let words: Vec<String> = said.split(' ').map(without_credentials).collect();
    let mut shown =
        words.join(" ").split("  Stack backtrace:").next().unwrap_or_default().to_owned();
    if let Some((end, _)) = shown.char_indices().nth(400) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn failures_in(stderr: &str, sources: &[Source]) -> Vec<Failure> {
        failures(&Finished { stderr: stderr.into(), ..Finished::default() }, sources)
    }

    fn source(address: &str, suite: &str) -> Source {
        Source {
            address: address.into(),
            suites: vec![suite.into()],
            enabled: true,
            ..Source::default()
        }
    }

    #[test]
    fn what_was_recorded_is_told_apart() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apt/update");
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let shown = names.iter().map(|name| {
            let text = fs::read_to_string(folder.join(name)).unwrap();
            let at = text.find("http://").unwrap();
            let address =
                text[at..].split([' ', '\'']).next().unwrap().split("/dists/").next().unwrap();
            let found = failures_in(
                &text,
                &[source("http://other.example/debian", "x"), source(address, "x")],
            );
            let reasons: Vec<_> = found.iter().map(|one| (one.why, one.source.is_some())).collect();
            format!("{name}: {reasons:?}")
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn an_address_that_begins_alike_is_another_source() {
        let sources = [
            source("http://deb.example/debian", "x"),
            source("http://deb.example/debian-security/", "x-security"),
        ];
        let said = "E: Release file for http://deb.example/debian-security/dists/x-security/InRelease is expired (invalid since 3d).\n";
        assert_eq!(failures_in(said, &sources)[0].source.as_ref(), Some(&sources[1]));
    }

    #[test]
    fn of_two_lines_with_one_address_the_one_with_the_suite_is_meant() {
        let sources = [
            source("http://deb.example/debian", "x"),
            source("http://deb.example/debian", "x-updates"),
        ];
        let said = "E: The repository 'http://deb.example/debian x-updates Release' does not have a Release file.\n";
        assert_eq!(failures_in(said, &sources)[0].source.as_ref(), Some(&sources[1]));
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let sources = [source("https://apt.example/debian", "x")];
        let said = "E: Failed to fetch https://student:secret@apt.example/debian/dists/x/InRelease  401  Unauthorized\n";
        let failure = &failures_in(said, &sources)[0];
        assert_eq!(failure.source.as_ref(), Some(&sources[0]));
        assert!(!failure.said.contains("secret"), "{}", failure.said);
    }

    #[test]
    fn remarks_are_no_failures_and_failures_of_no_source_are() {
        let sources = [source("http://deb.example/debian", "x")];
        let said = "W: http://deb.example/debian/dists/x/InRelease: Key is stored in legacy trusted.gpg keyring\n\
                    E: Problem executing scripts APT::Update::Post-Invoke-Success 'x'\n";
        let found = failures_in(said, &sources);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].why, &found[0].source), (SourceFailure::Other, &None));
    }

    /// Recorded with apt 2.6 (bookworm), beside a source that is past its date.
    #[test]
    fn what_apt_says_only_while_it_fetches_counts_too() {
        let stdout = "Get:4 http://deb.example/torn x/main amd64 Packages [166 B]\n\
                      Err:4 http://deb.example/torn x/main amd64 Packages\n  Hash Sum mismatch\n  Hashes of expected file:\n";
        let stderr = "E: Release file for http://deb.example/old/dists/x/InRelease is expired (invalid since 30d).\n";
        let sources =
            ["torn", "old"].map(|name| source(&format!("http://deb.example/{name}"), "x"));
        let found = failures(
            &Finished { stdout: stdout.into(), stderr: stderr.into(), ..Finished::default() },
            &sources,
        );
        assert_eq!(
            found.iter().map(|failure| failure.why).collect::<Vec<_>>(),
            [SourceFailure::OutOfDate, SourceFailure::Expired]
        );
        assert_eq!(
            found[0].said,
            "http://deb.example/torn x/main amd64 Packages  Hash Sum mismatch"
        );
        let stdout =
            format!("{stdout}Get:4 http://deb.example/torn x/main amd64 Packages [70 B]\n");
        assert_eq!(failures(&Finished { stdout, ..Finished::default() }, &sources), []);
    }

    proptest! {
        #[test]
        fn nothing_that_apt_says_makes_it_panic(text in r"(?s)(E: |W: |Err:1 |http://deb.example/debian|/dists/x/| x |  |é…|'|[ -~]{0,20}|\n){0,30}") {
            let finished = Finished { stdout: text.clone(), stderr: text, ..Finished::default() };
            failures(&finished, &[source("http://deb.example/debian", "x"), source("", "")]);
        }
    }
}
