//! Where reports and logs go: files are replaced, pipes and devices are written into, and what cannot be
//! meant is said before anything is done.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::PathBuf;

use insta::assert_snapshot;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::Value;
use tempfile::TempDir;

use super::running::labready;

fn folder_with_pipe() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    mkfifo(&pipe, Mode::from_bits_truncate(0o600)).unwrap();
    (folder, pipe)
}

#[test]
fn a_pipe_that_nobody_reads_is_said_at_once() {
    let (folder, pipe) = folder_with_pipe();
    let pipe = pipe.display();
    let sections = [format!("--log={pipe}"), format!("--report=json={pipe}")]
        .map(|option| labready(&["explain", &option]).seen(folder.path()));
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_pipe_that_is_read_gets_the_report_and_stays() {
    let (_folder, pipe) = folder_with_pipe();
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || {
            let mut text = String::new();
            File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
            text
        })
    };
    let option = format!("json={}", pipe.display());
    // Until the reader is there, the pipe is refused.
    assert!((0..500).any(|_| labready(&["plan", "--report", &option]).code != Some(2)));
    let report: Value = serde_json::from_str(&reader.join().unwrap()).unwrap();
    assert_eq!(report["command"], "plan");
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn a_report_replaces_what_a_link_of_ones_own_leads_to_and_the_link_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("report.json"), folder.path().join("link"));
    fs::write(&file, "old").unwrap();
    symlink(&file, &link).unwrap();
    labready(&["plan", "--report", &format!("json={}", link.display())]);
    assert_eq!(fs::read_link(&link).unwrap(), file);
    let report: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(report["command"], "plan");
}

#[test]
fn a_link_to_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    symlink("nowhere", &link).unwrap();
    let run = labready(&["plan", "--log", link.to_str().unwrap()]);
    assert_snapshot!(run.seen(folder.path()));
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn the_name_of_standard_output_means_standard_output() {
    let run = labready(&["plan", "--plain", "--report", "json=/dev/stdout"]);
    let (_, json) = run.stdout.split_once("\n{").unwrap();
    let report: Value = serde_json::from_str(&format!("{{{json}")).unwrap();
    assert_eq!(report["command"], "plan");
}

#[test]
fn a_dash_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let sections = [["--report", "json=-"], ["--log", "-"]]
        .map(|options| labready(&[&["plan"], options.as_slice()].concat()).seen(folder.path()));
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_password_in_a_mirrors_address_is_refused_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for address in [
        "http://user:hunter2@mirror.example/ubuntu",
        "https://hunter2@mirror.example/ubuntu",
        "user:hunter2@mirror.example",
        "ftp://u:hunter2@mirror.example/a@b",
    ] {
        let report = format!("json={}", path("report"));
        let log = path("log");
        let options = ["--ppa-mirror", address, "--log", &log, "--report", &report];
        let run = labready(&[&["setup", "--yes"], options.as_slice()].concat());
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("/etc/apt/auth.conf.d"), "{run:?}");
        let written = ["log", "report"].map(|name| fs::read_to_string(path(name)).unwrap());
        for text in written.iter().chain([&run.stdout, &run.stderr]) {
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
    let run = labready(&["plan", "--ppa-mirror", "http://mirror.example/a@b", "--offline"]);
    assert_ne!(run.code, Some(2), "{run:?}");
}
