//! Makes a bundle of what apt and pip have fetched: whole or not at all, every package held against
//! the signed index.

use std::collections::BTreeMap;
use std::path::Path;

use super::manifest::{FILE, File, Manifest, is_inside};
use crate::apt::dependencies::PackageRecord;
use crate::error::{Error, Result};
use crate::host::{Digest, Host, Kind};
use crate::problem::{BundleObstacle, BundleProblem};

/// More than any package or wheel, in bytes.
const FILE_LIMIT: u64 = 4 << 30;
/// Whoever sets up a machine may read a bundle, whatever the umask was.
const FOR_ALL: u32 = 0o644;
/// A file's name until it is known which it is.
const INCOMING: &str = "debs/.incoming";

/// Whether a bundle can be made there: nothing is there yet, or an empty folder.
///
/// # Errors
/// [`BundleProblem::NotMade`].
pub fn expect_free(host: &Host, folder: &Path) -> Result<()> {
    let refused = |obstacle| Err(BundleProblem::NotMade(obstacle).into());
    let place = folder.to_owned();
    match host.lstat(folder).kind {
        Kind::Missing => {}
        Kind::Folder if host.list(folder)?.is_empty() => {}
        Kind::Folder => return refused(BundleObstacle::FolderNotEmpty { folder: place }),
        _ => return refused(BundleObstacle::NotAFolder { folder: place }),
    }
    match host.first_writable_by_others(folder.parent().unwrap_or(Path::new("/")))? {
        // Whoever can write there could put a link in the way of what root writes.
        Some(folder) => refused(BundleObstacle::WritableByOthers { folder }),
        None => Ok(()),
    }
}

/// What was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Fetched<'a> {
    /// Archives are in its `debs`, wheels in its `wheels`.
    pub work: &'a Path,
    /// What the signed index says of the archives.
    pub records: &'a [PackageRecord],
    /// How many archives were asked for.
    pub archives: usize,
}

/// Puts the archives and the wheels into the folder. The manifest's files come from here.
///
/// # Errors
/// [`BundleProblem::NotMade`] when an archive is not what the index says; nothing is left of the folder
/// then.
pub fn write(
    host: &Host,
    fetched: &Fetched<'_>,
    folder: &Path,
    manifest: Manifest,
) -> Result<Manifest> {
    expect_free(host, folder)?;
    // Beside it, where nobody else can write, and moved there once it is whole.
    let made = host.private_folder(folder.parent().unwrap_or(Path::new("/")))?;
    let made_in = made.path();
    host.make_open_folders(&["debs", "wheels"].map(|name| made_in.join(name)))?;
    let mut files = debs(host, fetched, made_in)?;
    files.extend(wheels(host, fetched.work, made_in)?);
    let manifest = Manifest { files, ..manifest };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| Error::Bug { message: error.to_string() })?;
    host.write_whole_as(&made_in.join(FILE), &(text + "\n"), FOR_ALL)?;
    host.open_to_all(made_in);
    host.rename(made_in, folder)?;
    Ok(manifest)
}

/// The archives, each under the name that the index gives it, and an index of them.
fn debs(host: &Host, fetched: &Fetched<'_>, to: &Path) -> Result<Vec<File>> {
    let folder = fetched.work.join("debs");
    let by_digest: BTreeMap<&str, &PackageRecord> =
        fetched.records.iter().map(|record| (record.sha256.as_str(), record)).collect();
    let mut files = BTreeMap::new();
    for name in host.list(&folder)? {
        let copied = host.copy_hashed(&folder.join(&name), &to.join(INCOMING), FILE_LIMIT)?;
        let record = by_digest.get(copied.sha256.as_str()).ok_or_else(|| {
            let name = name.to_string_lossy().into_owned();
            BundleProblem::NotMade(BundleObstacle::NotSigned { name })
        })?;
        let path = place("debs", &record.name)?;
        host.rename(&to.join(INCOMING), &to.join(&path))?;
        files.insert(path.clone(), (File::new(path.clone(), copied), record.placed_at(&path)));
    }
    if files.len() != fetched.archives {
        let (wanted, fetched) = (fetched.archives, files.len());
        return Err(BundleProblem::NotMade(BundleObstacle::Incomplete { wanted, fetched }).into());
    }
    let index: Vec<String> = files.values().map(|(_, stanza)| stanza.clone()).collect();
    let index = index.join("\n");
    host.write_whole_as(&to.join("Packages"), &index, FOR_ALL)?;
    let mut digest = Digest::default();
    digest.update(&index);
    let index = File { path: "Packages".into(), sha256: digest.hex(), size: index.len() as u64 };
    Ok(std::iter::once(index).chain(files.into_values().map(|(file, _)| file)).collect())
}

fn wheels(host: &Host, work: &Path, to: &Path) -> Result<Vec<File>> {
    let fetched = work.join("wheels");
    let names = host.list(&fetched)?.into_iter().map(|name| name.to_string_lossy().into_owned());
    let copy = |name: String| {
        let path = place("wheels", &name)?;
        Ok(File::new(
            path.clone(),
            host.copy_hashed(&fetched.join(&name), &to.join(&path), FILE_LIMIT)?,
        ))
    };
    names.map(copy).collect()
}

/// A file's path in the bundle, if its name can be one there.
fn place(folder: &str, name: &str) -> Result<String> {
    let path = format!("{folder}/{name}");
    if is_inside(&path) {
        Ok(path)
    } else {
        Err(BundleProblem::NotMade(BundleObstacle::BadName { name: name.to_owned() }).into())
    }
}
