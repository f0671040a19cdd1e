//! Checks a bundle and copies it to where nobody else can write. Only the copy is used: what lies
//! on a stick may change meanwhile.

use std::path::Path;
use std::time::Duration;

use super::manifest::{FILE, Manifest};
use crate::apt::{self, AptConfig};
use crate::error::{Error, Result};
use crate::host::{Host, Kind};
use crate::problem::{BundleFlaw, BundleProblem, MachineProblem, ProblemKind};
use crate::words::first_line;

/// More than any manifest, in bytes.
const MANIFEST_LIMIT: u64 = 16 << 20;
/// What apt writes besides the copy, in bytes.
const SPARE: u64 = 32 << 20;
const LIMIT: Duration = Duration::from_secs(120);

/// What a bundle says of itself.
///
/// # Errors
/// [`BundleProblem::Damaged`].
pub fn read(host: &Host, folder: &Path) -> Result<Manifest> {
    let path = folder.join(FILE);
    if host.lstat(&path).kind != Kind::File {
        return Err(damaged(folder, BundleFlaw::NoManifest { name: FILE.into() }));
    }
    Manifest::parse(&host.read_at_most(&path, MANIFEST_LIMIT)?.unwrap_or_default(), &path)
}

/// Copies every file of a bundle into an empty folder of ours and holds it against the manifest;
/// then apt can read it there.
///
/// # Errors
/// [`BundleProblem`] that names the first file that is not as the manifest says.
pub fn unpack(host: &Host, folder: &Path, manifest: &Manifest, to: &Path) -> Result<()> {
    let total = manifest.files.iter().fold(SPARE, |total, file| total.saturating_add(file.size));
    if host.free_bytes(to).is_some_and(|free| free < total) {
        let folder = to.parent().unwrap_or(to).to_owned();
        return Err(BundleProblem::NoRoom { folder, needed_bytes: total }.into());
    }
    host.make_open_folders(&["debs", "wheels"].map(|name| to.join(name)))?;
    for file in &manifest.files {
        let from = folder.join(&file.path);
        let copied = host
            .copy_hashed(&from, &to.join(&file.path), file.size)
            .map_err(|error| not_copied(&from, error))?;
        if !file.is(&copied) {
            return Err(damaged(&from, BundleFlaw::Changed));
        }
    }
    index(host, to)
}

fn damaged(place: &Path, flaw: BundleFlaw) -> Error {
    BundleProblem::Damaged { place: place.to_owned(), flaw }.into()
}

/// Why a file of the bundle could not be copied.
fn not_copied(from: &Path, error: Error) -> Error {
    if let Error::Io { source, .. } = &error {
        return damaged(from, BundleFlaw::NotCopied { said: source.to_string() });
    }
    match error.kind() {
        Some(ProblemKind::Machine(MachineProblem::FileTooLarge { .. })) => {
            damaged(from, BundleFlaw::Larger)
        }
        _ => error,
    }
}

/// Lets apt read the copy's own index, and nothing else.
fn index(host: &Host, folder: &Path) -> Result<()> {
    host.make_open_folders(&AptConfig::folders(folder))?;
    // Trusted, because every file was held against the manifest just now.
    host.write_new(
        &AptConfig::sources(folder),
        &format!("deb [trusted=yes] file:{} ./\n", folder.display()),
    )?;
    host.open_to_all(folder);
    let config = AptConfig::of_bundle(folder);
    let finished = host.run(&apt::commands::read_local_index(&config), LIMIT)?;
    if apt::index::is_present(host, &config) {
        return Ok(());
    }
    let said = first_line(&finished.stderr).to_owned();
    Err(damaged(&folder.join("Packages"), BundleFlaw::Index { said }))
}
