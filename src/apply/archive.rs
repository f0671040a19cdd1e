//! The deadsnakes archive: asked for first, written whole, checked, and taken back when apt cannot
//! use it or it has nothing that fits.

use std::path::Path;
use std::time::Duration;

use super::apt_step::AptStep;
use super::{reachability, refresh};
use crate::apt::{AptConfig, commands, offers, output::evidence};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::facts::machine;
use crate::facts::network::{self, Answer, Server};
use crate::facts::sources::{self, KEYRING, PREFERENCES, Pin, SOURCES};
use crate::plan::source_text;
use crate::problem::{AptProblem, ArchiveProblem, NetworkProblem, SourceFailure};
use crate::version::{self, PythonVersion, Requirement};

/// A server that has not answered by then is not there.
const ASKING_LIMIT: Duration = Duration::from_secs(10);
/// apt reads its own lists for it.
const LIMIT: Duration = Duration::from_secs(60);
/// More than any file that is written here, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// The archive, and what it is added for.
pub(super) struct AddArchive<'a> {
    pub apt: &'a AptStep<'a>,
    pub archive: &'a Archive,
    /// The release.
    pub codename: &'a str,
    /// dpkg's name for the architecture.
    pub architecture: &'a str,
    /// The Pythons that are wanted of it; any, when a journal of old does not say.
    pub wanted: Option<&'a Requirement>,
}

impl AddArchive<'_> {
    /// Adds it, or leaves everything as it was.
    pub fn add(&self) -> Result<()> {
        let origin = self.ask()?;
        let files = [
            (KEYRING, self.archive.key.clone()),
            (PREFERENCES, Pin { origin: origin.clone(), series: None }.text()),
            (SOURCES, source_text(self.archive, self.codename, self.architecture)),
        ];
        let read =
            |path: &str| self.apt.host.read_at_most(Path::new(path), FILE_LIMIT).ok().flatten();
        let before = files.each_ref().map(|(path, _)| read(path));
        let written = files.iter().try_for_each(|(path, text)| self.apt.write_file(path, text));
        let added = written.and_then(|()| self.check()).and_then(|()| self.pin_python(origin));
        if added.is_err() {
            // Nothing half-done is left behind: an unusable source would fail every later `apt-get
            // update`. The source goes first.
            for ((path, _), text) in files.iter().zip(&before).rev() {
                let _ = self.apt.restore(path, text.as_deref());
            }
        }
        added
    }

    /// Asks for its InRelease, as apt would and through the same proxy; returns its Origin.
    fn ask(&self) -> Result<String> {
        let address = format!("{}/dists/{}/InRelease", self.archive.address, self.codename);
        let (answer, release) = network::ask(self.apt.host, &address, ASKING_LIMIT)?;
        if answer == Answer::NoRelease {
            let codename = self.codename.to_owned();
            return Err(ArchiveProblem::NotServed { codename, address }.into());
        }
        let name = self.archive.address.split('/').nth(2).unwrap_or_default().to_owned();
        let server = Server { name, address: address.clone(), sources: Vec::new() };
        let environment = machine::gather(self.apt.host).environment;
        if let Some(problem) = reachability::problem(&server, &answer, environment) {
            return Err(problem.into());
        }
        let field = |name: &str| {
            release
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(str::trim)
        };
        let origin = field("Origin").filter(|origin| is_plain(origin));
        let (true, Some(origin)) =
            (release.starts_with("-----BEGIN PGP SIGNED MESSAGE-----"), origin)
        else {
            return Err(ArchiveProblem::NotAnArchive { address }.into());
        };
        let served = field("Architectures").unwrap_or(self.architecture).split_whitespace();
        let served: Vec<String> = served.map(str::to_owned).collect();
        if !served.iter().any(|one| one == self.architecture) {
            return Err(self.architecture_not_served(served));
        }
        Ok(origin.to_owned())
    }

    /// apt must be able to read its configuration, and must accept the archive's signature.
    fn check(&self) -> Result<()> {
        self.indexed_sites()?;
        let refreshed = self.apt.run(&self.apt.step.command)?;
        let all = sources::gather(self.apt.host, "").all;
        let ours: Vec<_> =
            all.into_iter().filter(|source| source.file == Path::new(SOURCES)).collect();
        match refresh::problems(self.apt.host, &refreshed, &ours).into_iter().next() {
            Some(NetworkProblem::Source { why: SourceFailure::KeyWrong, said, .. }) => {
                return Err(ArchiveProblem::NotAccepted { said }.into());
            }
            Some(problem) => return Err(problem.into()),
            None => {}
        }
        if self
            .indexed_sites()?
            .lines()
            .any(|site| site.trim_end_matches('/') == self.archive.address)
        {
            return Ok(());
        }
        if refreshed.is_success() {
            // apt does not keep an index that holds nothing.
            return Err(self.architecture_not_served(Vec::new()));
        }
        Err(ArchiveProblem::NotAccepted { said: evidence(&refreshed) }.into())
    }

    /// Lets the newest Python that fits come from it, and nothing else.
    fn pin_python(&self, origin: String) -> Result<()> {
        let pythons = offers::served_by(self.apt.host, &self.archive.address)?
            .into_iter()
            .filter(|(name, _)| !name.contains('-'));
        let mut pythons: Vec<(PythonVersion, String)> = pythons
            .filter_map(|(name, version)| Some((version::from_debian(&version)?, name)))
            .collect();
        pythons.sort();
        if pythons.is_empty() {
            return Err(self.architecture_not_served(Vec::new()));
        }
        let fits =
            |version: &PythonVersion| self.wanted.is_none_or(|wanted| wanted.matches(version));
        let Some((_, series)) = pythons.iter().rev().find(|(version, _)| fits(version)) else {
            return Err(ArchiveProblem::WithoutPython {
                codename: self.codename.to_owned(),
                wanted: self.wanted.cloned(),
                has: pythons.into_iter().map(|(version, _)| version).collect(),
            }
            .into());
        };
        self.apt.write_file(PREFERENCES, &Pin { origin, series: Some(series.clone()) }.text())?;
        let offers = offers::gather(self.apt.host, &[], &AptConfig::default())?.offers;
        let candidate = offers.get(series).map(|offer| offer.version.clone());
        if candidate.as_deref().and_then(version::from_debian).is_some_and(|it| fits(&it)) {
            return Ok(());
        }
        Err(ArchiveProblem::Overridden { package: series.clone(), candidate }.into())
    }

    /// `served` is what it names instead. A new release is served weeks before the packages of
    /// every architecture are built: then it is empty.
    fn architecture_not_served(&self, served: Vec<String>) -> Error {
        let (architecture, codename) = (self.architecture.to_owned(), self.codename.to_owned());
        ArchiveProblem::ArchitectureNotServed { architecture, codename, served }.into()
    }

    /// The archives whose package index apt has, one a line; an error when apt cannot read its
    /// sources at all.
    fn indexed_sites(&self) -> Result<String> {
        // Lists only what is there.
        let listed = self.apt.host.run(&commands::indexed_sites(), LIMIT)?;
        if listed.is_success() {
            return Ok(listed.stdout);
        }
        Err(AptProblem::SourcesUnreadable { said: evidence(&listed) }.into())
    }
}

/// An Origin becomes part of a preferences file: anything but a plain name is refused.
fn is_plain(origin: &str) -> bool {
    !origin.is_empty()
        && origin.len() <= 64
        && origin.chars().all(|c| c.is_ascii_alphanumeric() || " ._-".contains(c))
}
