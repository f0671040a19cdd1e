//! Which files of a virtual environment are its own: those that venv makes, those that pip wrote down
//! (`RECORD` of each package), and what Python compiled. Anything else is somebody's work.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::error::Result;
use crate::host::{Host, Kind};

/// What venv, virtualenv and uv put into `bin` themselves.
const PROGRAMS: [&str; 4] = ["python", "activate", "Activate.ps1", "deactivate"];
/// What every environment begins with. pip writes its `RECORD` last, so that a run that was cut off
/// leaves these without one.
const FIRST_PACKAGES: [&str; 6] =
    ["pip", "wheel", "setuptools", "pkg_resources", "_distutils_hack", "_virtualenv.py"];
/// A list of many thousand files, in bytes.
const RECORD_LIMIT: u64 = 32 << 20;

/// A file in it that somebody put there, as a path in the environment.
///
/// # Errors
/// When not everything can be looked at.
pub fn added(host: &Host, environment: &Path) -> Result<Option<String>> {
    let mut recorded = BTreeSet::new();
    let library = environment.join("lib");
    for name in host.list(&library)? {
        recorded.extend(recorded_in(host, &library.join(name).join("site-packages"))?);
    }
    let mut folders = vec![environment.to_owned()];
    while let Some(folder) = folders.pop() {
        for name in host.list(&folder)? {
            let path = folder.join(name);
            let inside = path.strip_prefix(environment).unwrap_or(&path);
            match host.inspect(&path)?.kind {
                Kind::Folder if is_first_package(inside) => {}
                Kind::Folder => folders.push(path),
                _ if is_own(inside) || recorded.contains(&path) => {}
                _ => return Ok(Some(inside.display().to_string())),
            }
        }
    }
    Ok(None)
}

/// The files that pip wrote down.
fn recorded_in(host: &Host, packages: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in host.list(packages)? {
        let about = packages.join(&name);
        if about.extension().is_some_and(|kind| kind == "dist-info") {
            let record = about.join("RECORD");
            let text = host.read_at_most(&record, RECORD_LIMIT)?.unwrap_or_default();
            files.extend(text.lines().map(|line| normal(&packages.join(first_field(line)))));
            files.push(record);
        }
    }
    Ok(files)
}

/// `path,hash,size`; a path with a comma stands in quotes.
fn first_field(line: &str) -> String {
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split("\",").next().unwrap_or_default().replace("\"\"", "\""),
        None => line.split(',').next().unwrap_or_default().to_owned(),
    }
}

/// Programs are recorded as `../../../bin/pip`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, part| {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
        path
    })
}

fn is_first_package(inside: &Path) -> bool {
    in_site_packages(inside).is_some_and(|name| FIRST_PACKAGES.contains(&name))
}

/// What nobody writes down.
fn is_own(inside: &Path) -> bool {
    let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
    let is_compiled = parts.len() > 1
        && parts[parts.len() - 2] == "__pycache__"
        && inside.extension().is_some_and(|kind| kind == "pyc");
    match parts.as_slice() {
        _ if is_compiled => true,
        // What is at the top is judged by its name elsewhere.
        [_] => true,
        // Debian's venv kept pip's own wheels there until Python 3.9.
        ["share", "python-wheels", _] => true,
        ["bin", name] => PROGRAMS.iter().any(|program| name.starts_with(program)),
        _ => in_site_packages(inside).is_some_and(|name| {
            name.starts_with("_virtualenv.") || name.starts_with("distutils-precedence.")
        }),
    }
}

/// The name of what lies directly in `lib/pythonX.Y/site-packages`.
fn in_site_packages(inside: &Path) -> Option<&str> {
    let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
    match parts.as_slice() {
        ["lib", _, "site-packages", name] => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::*;

    /// An environment with a package, and one more file.
    fn with(file: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let packages = "venv/lib/python3.11/site-packages";
        let record =
            "six.py,sha256=x,1\n\"a,b.py\",,\n../../../bin/six,,\nsix-1.dist-info/RECORD,,\n";
        let files = [
            ("venv/pyvenv.cfg", "version = 3.11.2\n"),
            ("venv/bin/activate.fish", ""),
            ("venv/bin/python3.11", ""),
            ("venv/bin/six", ""),
            ("venv/lib/python3.11/site-packages/six.py", ""),
            ("venv/lib/python3.11/site-packages/a,b.py", ""),
            ("venv/lib/python3.11/site-packages/__pycache__/six.cpython-311.pyc", ""),
            ("venv/lib/python3.11/site-packages/six-1.dist-info/RECORD", record),
            // pip was cut off here.
            ("venv/lib/python3.11/site-packages/wheel/half.py", ""),
            (file, ""),
        ];
        for (file, text) in files {
            let place = folder.path().join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        assert!(folder.path().join(packages).exists());
        let host = Host::in_folder(folder.path(), BTreeMap::new());
        added(&host, Path::new("/venv")).unwrap()
    }

    #[test]
    fn what_venv_and_pip_made_is_its_own() {
        assert_eq!(with("venv/lib/python3.11/site-packages/six.py"), None);
        assert_eq!(with("elsewhere/thesis.tex"), None);
    }

    #[test]
    fn work_that_somebody_put_into_it_is_found_however_deep() {
        for file in [
            "bin/mine.py",
            "bin/mylabs/lab.py",
            "share/notes/thesis.tex",
            "lib/thesis/t",
            "lib/python3.11/site-packages/mylab.py",
            "lib/python3.11/site-packages/mylab/__init__.py",
        ] {
            assert_eq!(with(&format!("venv/{file}")).as_deref(), Some(file));
        }
    }
}
