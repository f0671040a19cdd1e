//! Everything that packages need, as apt resolves it, and what the signed index says of each
//! archive.

use std::time::Duration;

use super::commands;
use super::package_source::AptConfig;
use crate::error::Result;
use crate::host::Host;

const LIMIT: Duration = Duration::from_secs(120);

/// What the index says of a package's archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRecord {
    /// The whole stanza, as the index has it.
    pub text: String,
    /// The archive's name: the end of `Filename`.
    pub name: String,
    /// SHA-256, in hex.
    pub sha256: String,
}

/// The packages that installing these would install, each as `NAME:ARCHITECTURE=VERSION`. What
/// cannot be resolved gives none, and apt's errors.
///
/// # Errors
/// When apt cannot be asked.
pub fn gather(
    host: &Host,
    packages: &[String],
    config: &AptConfig,
) -> Result<(Vec<String>, String)> {
    let said = host.run(&commands::simulate_install(config, packages), LIMIT)?;
    Ok((parse_simulation(&said.stdout), said.stderr))
}

/// The records of those packages.
///
/// # Errors
/// When apt cannot be asked.
pub fn records(host: &Host, packages: &[String], config: &AptConfig) -> Result<Vec<PackageRecord>> {
    let said = host.run(&commands::show_records(config, packages), LIMIT)?;
    Ok(parse_records(&said.stdout))
}

/// `Inst python3.11 (3.11.2-6+deb12u6 Debian:12.12/stable [amd64])`
fn parse_simulation(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("Inst "));
    let package = |line: &str| {
        let name = line.split_whitespace().next()?;
        let (_, rest) = line.split_once(" (")?;
        let version = rest.split_whitespace().next()?;
        let (_, architecture) = rest.split_once('[')?;
        let architecture = architecture.split(']').next()?;
        let name = name.split(':').next()?;
        Some(format!("{name}:{architecture}={version}"))
    };
    lines.filter_map(package).collect()
}

/// The stanzas that `apt-cache show` prints. One that names no archive is dpkg's own, or damaged.
fn parse_records(text: &str) -> Vec<PackageRecord> {
    let stanzas = text.split("\n\n").map(str::trim).filter(|stanza| !stanza.is_empty());
    let record = |stanza: &str| {
        let field = |name: &str| {
            stanza
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(|value| value.trim().to_owned())
        };
        let path = field("Filename:")?;
        let name = path.rsplit('/').next()?.to_owned();
        Some(PackageRecord {
            text: stanza.to_owned(),
            name,
            sha256: field("SHA256:")?.to_lowercase(),
        })
    };
    stanzas.filter_map(record).collect()
}

impl PackageRecord {
    /// The stanza with the archive in another place.
    pub fn placed_at(&self, path: &str) -> String {
        let lines = self.text.lines().map(|line| match line.strip_prefix("Filename:") {
            Some(_) => format!("Filename: {path}\n"),
            None => format!("{line}\n"),
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_names_each_package_with_its_version_and_architecture() {
        let text = "Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.12/stable [amd64])\nInst libc6 [2.36-1] (2:2.36-9 Debian:12.12/stable, X:1/y [amd64]) []\nConf libc6 (2.36-9 Debian:12.12/stable [amd64])\nInst x:i386 (1 y [i386])\n";
        let packages = ["gcc-12-base:amd64=12.2.0-14+deb12u1", "libc6:amd64=2:2.36-9", "x:i386=1"];
        assert_eq!(parse_simulation(text), packages);
        let arm = "Inst libc6 (2.39-0ubuntu8.6 Ubuntu:24.04/noble-updates [arm64])\nInst tzdata (2025b-0ubuntu0.24.04.1 Ubuntu:24.04/noble-updates [all])\n";
        let packages = ["libc6:arm64=2.39-0ubuntu8.6", "tzdata:all=2025b-0ubuntu0.24.04.1"];
        assert_eq!(parse_simulation(arm), packages);
    }

    #[test]
    fn a_record_knows_its_archive_and_can_be_placed_elsewhere() {
        let text = "Package: a\nFilename: pool/main/a/a_1_all.deb\nSHA256: AB12\nDescription: x\n Filename: no\n\nPackage: b\nStatus: install ok installed\n\n";
        let records = parse_records(text);
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].name.as_str(), records[0].sha256.as_str()), ("a_1_all.deb", "ab12"));
        let placed =
            "Package: a\nFilename: debs/a_1_all.deb\nSHA256: AB12\nDescription: x\n Filename: no\n";
        assert_eq!(records[0].placed_at("debs/a_1_all.deb"), placed);
    }
}
