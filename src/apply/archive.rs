//! The deadsnakes archive: asked for first, written whole, checked, and taken back when apt cannot
//! use it or it has nothing that fits.

use std::path::Path;
use std::time::Duration;

use super::apt_step::AptStep;
use super::failure::{failed, stopped};
use super::{reach, refresh};
use crate::apt::{AptConfig, commands, offers, output::evidence};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::facts::machine;
use crate::facts::network::{self, Answer, Server};
use crate::facts::sources::{self, KEYRING, PREFERENCES, Pin, SOURCES};
use crate::plan::source_text;
use crate::problem::{Id, ProblemRecord};
use crate::version::{self, PythonVersion, Requirement};

/// A server that has not answered by then is not there.
const ASKING_LIMIT: Duration = Duration::from_secs(10);
/// apt reads its own lists for it.
const LIMIT: Duration = Duration::from_secs(60);
/// More than any file that is written here, in bytes.
const FILE_LIMIT: u64 = 1 << 20;
/// What else there is, when the archive has nothing.
const OTHERWISE: &str = "`--python PATH` takes an interpreter that is installed otherwise";

/// The archive, and what it is added for.
pub(super) struct Adding<'a> {
    pub apt: &'a AptStep<'a>,
    pub archive: &'a Archive,
    /// The release.
    pub codename: &'a str,
    /// dpkg's name for the architecture.
    pub architecture: &'a str,
    /// The Pythons that are wanted of it; any, when a journal of old does not say.
    pub wanted: Option<&'a Requirement>,
}

impl Adding<'_> {
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
        let added = written.and_then(|()| self.check()).and_then(|()| self.admit(origin));
        if added.is_err() {
            // Nothing half-done is left behind: an unusable source would fail every later `apt-get
            // update`. The source goes first.
            for ((path, _), text) in files.iter().zip(&before).rev() {
                let _ = self.apt.restore(path, text.as_deref());
            }
        }
        added
    }

    /// Asks for its InRelease, as apt would and through the same proxy; tells its Origin.
    fn ask(&self) -> Result<String> {
        let address = format!("{}/dists/{}/InRelease", self.archive.address, self.codename);
        let (answer, release) = network::ask(self.apt.host, &address, ASKING_LIMIT)?;
        if answer == Answer::NoRelease {
            let title = format!("deadsnakes serves nothing for {}", self.codename);
            let finding = ProblemRecord::error(
                Id::ArchiveNotServed,
                title,
                format!("`{address}` answers 404"),
            );
            return Err(self
                .stopped(finding, &format!("it serves Ubuntu's LTS releases only; {OTHERWISE}")));
        }
        let name = self.archive.address.split('/').nth(2).unwrap_or_default().to_owned();
        let server = Server { name, address: address.clone(), sources: Vec::new() };
        if let Some(finding) =
            reach::finding(&server, &answer, machine::gather(self.apt.host).environment)
        {
            return Err(reach::stop(
                self.apt.step,
                ProblemRecord { detail: with_address(&finding.detail, &address), ..finding },
            ));
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
            let title = "the archive's server answers with something that is no package archive";
            return Err(reach::stop(
                self.apt.step,
                ProblemRecord::error(Id::SourceFailed, title, format!("`{address}`")),
            ));
        };
        let architectures = field("Architectures").unwrap_or(self.architecture);
        if !architectures.split_whitespace().any(|one| one == self.architecture) {
            return Err(self.nothing_here(format!("`{address}` names {architectures}")));
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
        if let Some(finding) =
            refresh::findings(self.apt.host, &refreshed, &ours).into_iter().next()
        {
            return Err(match finding.id {
                Id::KeyWrong => self
                    .stopped(finding, "is the key the right one for this archive (`--ppa-key`)?"),
                _ => reach::stop(self.apt.step, finding),
            });
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
            return Err(self.without_python());
        }
        let reason = format!("apt does not accept the archive: {}", evidence(&refreshed));
        Err(failed(
            self.apt.step,
            reason,
            "is its key the right one (`--ppa-key`), and this machine's clock right?",
        ))
    }

    /// Lets the newest Python that fits come from it, and nothing else.
    fn admit(&self, origin: String) -> Result<()> {
        let pythons = offers::served_by(self.apt.host, &self.archive.address)?
            .into_iter()
            .filter(|(name, _)| !name.contains('-'));
        let mut pythons: Vec<(PythonVersion, String)> = pythons
            .filter_map(|(name, version)| Some((version::from_debian(&version)?, name)))
            .collect();
        pythons.sort();
        if pythons.is_empty() {
            return Err(self.without_python());
        }
        let fits =
            |version: &PythonVersion| self.wanted.is_none_or(|wanted| wanted.matches(version));
        let Some((_, series)) = pythons.iter().rev().find(|(version, _)| fits(version)) else {
            let wanted = self.wanted.map(|wanted| format!(" in `{wanted}`")).unwrap_or_default();
            let title = format!("deadsnakes has no Python{wanted} for {}", self.codename);
            let has: Vec<String> = pythons.iter().map(|(version, _)| version.to_string()).collect();
            let finding = ProblemRecord::error(
                Id::ArchiveNotServed,
                title,
                format!("it has {}", has.join(", ")),
            );
            return Err(self.stopped(finding, OTHERWISE));
        };
        self.apt.write_file(PREFERENCES, &Pin { origin, series: Some(series.clone()) }.text())?;
        let offers = offers::gather(self.apt.host, &[], &AptConfig::default())?.offers;
        let offered = offers.get(series).map(|offer| offer.version.as_str()).unwrap_or_default();
        if version::from_debian(offered).is_some_and(|version| fits(&version)) {
            return Ok(());
        }
        let title = format!("apt's settings keep it from taking {series} from deadsnakes");
        let detail = format!("it would take {}", if offered.is_empty() { "none" } else { offered });
        let finding = ProblemRecord::error(Id::PackageFromElsewhere, title, detail);
        Err(self.stopped(
            finding,
            &format!("`apt-cache policy {series}` shows which of /etc/apt/preferences.d does"),
        ))
    }

    /// A new release is served weeks before every architecture's packages are built.
    fn without_python(&self) -> Error {
        self.nothing_here(format!("its index for {} names no Python", self.codename))
    }

    fn nothing_here(&self, detail: String) -> Error {
        let title = format!("deadsnakes has nothing for the architecture {}", self.architecture);
        self.stopped(ProblemRecord::error(Id::ArchitectureNotServed, title, detail), OTHERWISE)
    }

    fn stopped(&self, finding: ProblemRecord, hint: &str) -> Error {
        stopped(self.apt.step, finding, hint)
    }

    /// The archives whose package index apt has, one a line; an error when apt cannot read its
    /// sources at all.
    fn indexed_sites(&self) -> Result<String> {
        // Lists only what is there.
        let listed = self.apt.host.run(&commands::indexed_sites(), LIMIT)?;
        if listed.is_success() {
            return Ok(listed.stdout);
        }
        Err(failed(
            self.apt.step,
            format!("apt cannot read its sources: {}", evidence(&listed)),
            "mend the source that it names",
        ))
    }
}

fn with_address(detail: &str, address: &str) -> String {
    if detail.is_empty() { format!("`{address}`") } else { format!("`{address}`: {detail}") }
}

/// An Origin becomes part of a preferences file: anything but a plain name is refused.
fn is_plain(origin: &str) -> bool {
    !origin.is_empty()
        && origin.len() <= 64
        && origin.chars().all(|c| c.is_ascii_alphanumeric() || " ._-".contains(c))
}
