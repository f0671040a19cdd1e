//! Checks a bundle and copies it to where nobody else can write. Only the copy is used: what lies
//! on a stick may change meanwhile.

use std::path::Path;
use std::time::Duration;

use super::manifest::{FILE, Manifest, damaged};
use crate::apt::{self, AptConfig};
use crate::error::{Error, Result};
use crate::host::{Host, Kind};

/// More than any manifest, in bytes.
const MANIFEST_LIMIT: u64 = 16 << 20;
/// What apt writes besides the copy, in bytes.
const SPARE: u64 = 32 << 20;
const LIMIT: Duration = Duration::from_secs(120);

/// What a bundle says of itself.
///
/// # Errors
/// [`Error::Bundle`].
pub fn read(host: &Host, folder: &Path) -> Result<Manifest> {
    let (path, shown) = (folder.join(FILE), folder.display().to_string());
    if host.lstat(&path).kind != Kind::File {
        return Err(Error::Bundle {
            message: format!("`{shown}` is no bundle: it has no {FILE}"),
            hint: "name the folder that `labready bundle DIR` made".into(),
        });
    }
    Manifest::parse(&host.read_at_most(&path, MANIFEST_LIMIT)?.unwrap_or_default(), &shown)
}

/// Copies every file of a bundle into an empty folder of ours and holds it against the manifest;
/// then apt can read it there.
///
/// # Errors
/// [`Error::Bundle`] that names the first file that is not as the manifest says.
pub fn unpack(host: &Host, folder: &Path, manifest: &Manifest, to: &Path) -> Result<()> {
    let total = manifest.files.iter().fold(SPARE, |total, file| total.saturating_add(file.size));
    if host.free_bytes(to).is_some_and(|free| free < total) {
        return Err(Error::Bundle {
            message: format!(
                "the bundle needs {} MB in {}, and there is less",
                total >> 20,
                to.parent().unwrap_or(to).display()
            ),
            hint: "free some space: `df -h` shows where".into(),
        });
    }
    host.make_open_folders(&["debs", "wheels"].map(|name| to.join(name)))?;
    for file in &manifest.files {
        let from = folder.join(&file.path);
        let broken = |why: &str| damaged(format!("`{}` of the bundle {why}", from.display()));
        let copied = match host.copy_hashed(&from, &to.join(&file.path), file.size) {
            Ok(copied) => copied,
            Err(Error::File { source, .. }) => {
                return Err(broken(&format!("cannot be copied: {source}")));
            }
            Err(Error::TooLarge { .. }) => return Err(broken("is larger than when it was made")),
            Err(error) => return Err(error),
        };
        if !file.is(&copied) {
            return Err(broken("is not as it was made: its SHA-256 is another"));
        }
    }
    index(host, to)
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
    Err(damaged(format!(
        "apt cannot read the bundle's index: {}",
        finished.stderr.lines().next().unwrap_or("it said nothing")
    )))
}
