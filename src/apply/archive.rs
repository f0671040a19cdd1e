//! The deadsnakes archive: asked for first, written whole, checked, and taken back when apt cannot use it.

use std::path::Path;
use std::time::Duration;

use super::apt::{Apt, evidence};
use super::{failed, last_words};
use crate::error::{Error, Result};
use crate::facts::sources::{KEYRING, PREFERENCES, Pin, SOURCES};
use crate::host::{Command, Finished, Stream};
use crate::plan::{Archive, source_text};

/// A server that has not answered by then is not there.
const LIMIT: Duration = Duration::from_secs(60);
/// More than any InRelease, in bytes.
const RELEASE_LIMIT: u64 = 16 << 20;

impl Apt<'_> {
    /// Adds it for a codename.
    pub fn add_archive(&self, archive: &Archive, codename: &str, architecture: &str) -> Result<()> {
        let origin = self.ask_archive(archive, codename, architecture)?;
        let added = self
            .put(KEYRING, &archive.key)
            .and_then(|()| self.put(PREFERENCES, &Pin { origin, series: None }.text()))
            .and_then(|()| self.put(SOURCES, &source_text(archive, codename, architecture)))
            .and_then(|()| self.check_archive(archive));
        if let Err(error) = added {
            // Nothing half-done is left behind: an unusable source would fail every later `apt-get update`.
            let _ = self.change("/bin/rm", &["-f", "--", SOURCES, PREFERENCES, KEYRING]);
            return Err(error);
        }
        Ok(())
    }

    /// Writes what may come from it.
    pub fn pin_archive(&self, pin: &Pin) -> Result<()> {
        self.put(PREFERENCES, &pin.text())
    }

    /// Asks for its InRelease, as apt would and through the same proxy; tells its Origin.
    fn ask_archive(&self, archive: &Archive, codename: &str, architecture: &str) -> Result<String> {
        let folder = self.host.temporary_folder()?;
        let file = folder.path().join("InRelease");
        let address = format!("{}/dists/{codename}/InRelease", archive.address);
        let options = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15", "-o", "Acquire::https::Timeout=15"];
        let words = [address.clone(), file.display().to_string()];
        let helper =
            Command::new("/usr/lib/apt/apt-helper").args(options).args(["download-file"]).args(words).envs(self.host.proxies());
        let asked = self.host.run(&helper, LIMIT)?;
        if !asked.is_success() {
            return Err(self.no_archive(&asked, &address, codename));
        }
        let release = self.host.read_at_most(&file, RELEASE_LIMIT)?.unwrap_or_default();
        let field = |name: &str| release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        let origin = field("Origin").filter(|origin| is_plain(origin));
        let (true, Some(origin)) = (release.starts_with("-----BEGIN PGP SIGNED MESSAGE-----"), origin) else {
            let reason = format!("`{address}` answered with something that is no package archive");
            return Err(failed(self.step, reason, "open a page in a browser: does this network want a login first?"));
        };
        if field("Architectures").is_some_and(|all| !all.split_whitespace().any(|one| one == architecture)) {
            let reason = format!("deadsnakes has nothing for the architecture {architecture}");
            return Err(failed(self.step, reason, "name an interpreter that is installed otherwise with `--python PATH`"));
        }
        Ok(origin.to_owned())
    }

    fn no_archive(&self, asked: &Finished, address: &str, codename: &str) -> Error {
        let said = evidence(asked);
        if said.contains("404") {
            let reason = format!("deadsnakes serves nothing for {codename} ({said})");
            return failed(
                self.step,
                reason,
                "it serves Ubuntu's LTS releases only; `--python PATH` takes an interpreter that is installed otherwise",
            );
        }
        failed(self.step, format!("`{address}` could not be fetched: {said}"), "check the network, and the proxy if there is one")
    }

    /// apt must be able to read its configuration, and must accept the archive's signature.
    fn check_archive(&self, archive: &Archive) -> Result<()> {
        self.indexed_sites()?;
        let refreshed = self.run(&self.step.command)?;
        if self.indexed_sites()?.lines().any(|site| site.trim_end_matches('/') == archive.address) {
            return Ok(());
        }
        let reason = format!("apt does not accept the archive: {}", evidence(&refreshed));
        Err(failed(self.step, reason, "is its key the right one (`--ppa-key`), and this machine's clock right?"))
    }

    /// The archives whose package index apt has, one a line; an error when apt cannot read its sources at all.
    fn indexed_sites(&self) -> Result<String> {
        // Lists only what is there.
        let list = Command::new("/usr/bin/apt-get").args(["indextargets", "--format", "$(SITE)", "Created-By: Packages"]);
        let listed = self.host.run(&list, LIMIT)?;
        if listed.is_success() {
            return Ok(listed.stdout);
        }
        Err(failed(self.step, format!("apt cannot read its sources: {}", evidence(&listed)), "mend the source that it names"))
    }

    /// Writes a file whole, readable by everybody; as a student by way of commands under sudo.
    fn put(&self, path: &str, text: &str) -> Result<()> {
        let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
        self.change("/bin/mkdir", &["-p", "-m", "0755", "--", &folder.display().to_string()])?;
        if self.step.command.elevation.is_none() {
            return self.host.write_whole_as(Path::new(path), text, 0o644);
        }
        let staging = self.host.temporary_folder()?;
        let staged = staging.path().join("file");
        self.host.write_new(&staged, text)?;
        let beside = format!("{path}.labready-new");
        self.change(
            "/usr/bin/install",
            &["-m", "0644", "-o", "root", "-g", "root", "-T", "--", &staged.display().to_string(), &beside],
        )?;
        self.change("/bin/mv", &["-f", "-T", "--", &beside, path])
    }

    fn change(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let command = Command::new(program).args(arguments.iter().copied()).elevated(self.step.command.elevation.clone());
        let finished = self.host.stream(&command, LIMIT, None, &mut |_: Stream, _: &str| ())?;
        if finished.is_success() {
            return Ok(());
        }
        Err(failed(self.step, last_words(&finished.stderr), "look whether /etc/apt can be written"))
    }
}

/// An Origin becomes part of a preferences file: anything but a plain name is refused.
fn is_plain(origin: &str) -> bool {
    !origin.is_empty() && origin.len() <= 64 && origin.chars().all(|c| c.is_ascii_alphanumeric() || " ._-".contains(c))
}
