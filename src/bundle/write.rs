//! Makes a bundle of what apt and pip have fetched: whole or not at all, every package held against the signed index.

use std::collections::BTreeMap;
use std::path::Path;

use super::manifest::{FILE, File, Manifest};
use crate::error::{Error, Result};
use crate::facts::closure::Record;
use crate::host::{Digest, Host, Kind};

/// More than any package or wheel, in bytes.
const FILE_LIMIT: u64 = 4 << 30;
/// A file's name until it is known which it is.
const INCOMING: &str = "debs/.incoming";

/// Whether a bundle can be made there: nothing is there yet, or an empty folder.
///
/// # Errors
/// [`Error::Bundle`].
pub fn expect_free(host: &Host, folder: &Path) -> Result<()> {
    let problem = match host.look(folder).kind {
        Kind::Missing => return Ok(()),
        Kind::Folder if host.list(folder).is_empty() => return Ok(()),
        Kind::Folder => "is not empty",
        _ => "is no folder",
    };
    Err(Error::Bundle {
        message: format!("`{}` {problem}", folder.display()),
        hint: "name a folder that is not there yet: a bundle is made as a whole".into(),
    })
}

/// Puts the archives of `work/debs` and the wheels of `work/wheels` into the folder. The manifest's files come from here.
///
/// # Errors
/// [`Error::Bundle`] when an archive is not what the index says; nothing is left of the folder then.
pub fn write(host: &Host, work: &Path, records: &[Record], folder: &Path, manifest: Manifest) -> Result<Manifest> {
    expect_free(host, folder)?;
    // Beside it, where nobody else can write, and moved there once it is whole.
    let made = host.private_folder(folder.parent().unwrap_or(Path::new("/")))?;
    let made_in = made.path();
    host.make_open_folders(&["debs", "wheels"].map(|name| made_in.join(name)))?;
    let mut files = debs(host, work, records, made_in)?;
    files.extend(wheels(host, work, made_in)?);
    let manifest = Manifest { files, ..manifest };
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| Error::Bug { message: error.to_string() })?;
    host.write_whole(&made_in.join(FILE), &(text + "\n"))?;
    host.open_to_all(made_in);
    host.rename(made_in, folder)?;
    Ok(manifest)
}

/// The archives, each under the name that the index gives it, and an index of them.
fn debs(host: &Host, work: &Path, records: &[Record], to: &Path) -> Result<Vec<File>> {
    let fetched = work.join("debs");
    let by_digest: BTreeMap<&str, &Record> = records.iter().map(|record| (record.sha256.as_str(), record)).collect();
    let mut files = BTreeMap::new();
    for name in host.list(&fetched) {
        let copied = host.copy_hashed(&fetched.join(&name), &to.join(INCOMING), FILE_LIMIT)?;
        let record = by_digest.get(copied.sha256.as_str()).ok_or_else(|| {
            unsigned(&format!("`{}` was fetched, and the signed index has none with its SHA-256", name.to_string_lossy()))
        })?;
        let path = format!("debs/{}", record.name);
        host.rename(&to.join(INCOMING), &to.join(&path))?;
        files.insert(record.sha256.clone(), (File::new(path.clone(), copied), record.placed_at(&path)));
    }
    if let Some(record) = records.iter().find(|record| !files.contains_key(&record.sha256)) {
        return Err(unsigned(&format!("`{}` is in the index, and was not fetched", record.name)));
    }
    let index: Vec<String> = files.values().map(|(_, stanza)| stanza.clone()).collect();
    let index = index.join("\n");
    host.write_whole(&to.join("Packages"), &index)?;
    let mut digest = Digest::default();
    digest.update(&index);
    let index = File { path: "Packages".into(), sha256: digest.hex(), size: index.len() as u64 };
    Ok(std::iter::once(index).chain(files.into_values().map(|(file, _)| file)).collect())
}

fn wheels(host: &Host, work: &Path, to: &Path) -> Result<Vec<File>> {
    let fetched = work.join("wheels");
    let names = host.list(&fetched).into_iter().map(|name| name.to_string_lossy().into_owned());
    let copy = |name: String| {
        let path = format!("wheels/{name}");
        Ok(File::new(path.clone(), host.copy_hashed(&fetched.join(&name), &to.join(&path), FILE_LIMIT)?))
    };
    names.map(copy).collect()
}

fn unsigned(message: &str) -> Error {
    Error::Bundle { message: message.to_owned(), hint: "run it again: the archive may have changed meanwhile".into() }
}
