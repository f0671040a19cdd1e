//! Every parser of foreign bytes is fed real text that was damaged: none may panic, and what it says of
//! damaged text must still be true.
//!
//! `LABREADY_FUZZ=1000000 cargo test --release --test fuzz` tries so many inputs for each target instead of
//! a few; `LABREADY_FUZZ_SEED` chooses others. An input that fails is printed, and becomes a test of
//! its own where its parser is.

// A test fails by panicking, and a helper of a test does so for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]
// What a long run of them says.
#![allow(clippy::print_stderr)]

mod machine;
mod mutate;
mod platform;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use labready::apply::Journal;
use labready::apt::alternatives::GroupFile;
use labready::apt::output::{self, Announced};
use labready::apt::{dpkg, offers, status_fd};
use labready::bundle::{CourseRef, File, Manifest, Target};
use labready::course::Course;
use labready::facts::{alternatives, mounts, sources, system_python, venv};
use labready::host::{Finished, Stream};
use labready::lab::{Observation, Script, conclude, infer};
use labready::version::from_python;
use serde_json::Value;

use machine::Machine;
use mutate::{Dice, mutated};

/// How many inputs each target gets when nothing else is asked for.
const FEW: usize = 300;

fn setting(name: &str) -> Option<usize> {
    env::var(name).ok()?.parse().ok()
}

/// Feeds a target, and says how many inputs it took and which one was the slowest.
#[track_caller]
fn fuzz(target: &str, seeds: Vec<Vec<u8>>, mut feed: impl FnMut(&[u8])) {
    let wanted = setting("LABREADY_FUZZ").unwrap_or(FEW);
    let mut dice = Dice(setting("LABREADY_FUZZ_SEED").unwrap_or(1) as u64);
    let (mut slowest, mut longest) = (Duration::ZERO, 0);
    seeds.iter().for_each(|seed| feed(seed));
    for _ in 0..wanted {
        let input = mutated(&seeds, &mut dice);
        let started = Instant::now();
        let fed = catch_unwind(AssertUnwindSafe(|| feed(&input)));
        if let Err(panic) = fed {
            let shown = input.escape_ascii();
            eprintln!("{target}: this input fails: b\"{shown}\"");
            resume_unwind(panic);
        }
        if started.elapsed() > slowest {
            (slowest, longest) = (started.elapsed(), input.len());
        }
    }
    eprintln!("{target}: {wanted} inputs, the slowest ({longest} bytes) took {slowest:?}");
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a folder.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn dpkg_status() {
    // The first stanzas: the whole file is as large as a hundred inputs.
    let seeds =
        files("fixtures/dpkg").into_iter().map(|seed| seed[..seed.len().min(8 << 10)].to_vec());
    fuzz("dpkg status", seeds.collect(), |bytes| {
        let status = dpkg::parse(&lossy(bytes), |name| name != "unwanted");
        assert!(!status.has("unwanted"));
    });
}

#[test]
fn apt_status_fd() {
    let seeds = texts(&[
        "dlstatus:1:0.0000:Retrieving file 1 of 93\npmstatus:dpkg-exec:0.0000:Running dpkg\npmstatus:mount:0.2681:Unpacking mount (amd64)\n",
        "pmerror:lr-bad:60.0000:installed lr-bad package post-installation script subprocess returned error exit status 3\npmconffile:/etc/x:50:'cur' 'new' 1 1\nmedia-change:a:b:c\n",
    ]);
    fuzz("apt's status-fd", seeds, |bytes| {
        for line in lossy(bytes).lines() {
            status_fd::is_status_line(line);
            status_fd::parse(line);
        }
    });
}

#[test]
fn apt_output() {
    let mut seeds = files("fixtures/apt/update");
    seeds.extend(files("fixtures/apt"));
    fuzz("apt's output", seeds, |bytes| {
        let text = lossy(bytes);
        offers::parse_sizes(&text);
        offers::parse_archives(&text);
        let finished =
            Finished { code: Some(100), signal: None, stdout: text.clone(), stderr: text.clone() };
        output::evidence(&finished);
        output::lost_the_lock(&finished);
        output::says_disk_full(&finished);
        output::is_index_out_of_date(&finished);
        output::unmet_dependency(&finished);
        let mut announced = Announced::default();
        for line in text.lines() {
            announced.read(Stream::Stdout, line);
        }
    });
}

#[test]
fn apt_sources() {
    let seeds = texts(&[
        "deb [arch=amd64 signed-by=/etc/apt/keyrings/x.asc] https://user:secret@ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu noble main\n# deb-src http://deb.example/debian bookworm main\ndeb cdrom:[Debian GNU/Linux 12 _Bookworm_]/ bookworm main\n",
        "# comment\nTypes: deb deb-src\nURIs: https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu\nSuites: noble\nComponents: main\nEnabled: no\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n x\n\nTypes: deb\nURIs: file:/srv\nSuites: ./\n",
        "Package: python3.12* libpython3.12*\nPin: release o=LP-PPA-deadsnakes\nPin-Priority: 500\n\nPackage: *\nPin: release o=LP-PPA-deadsnakes\nPin-Priority: -1\n",
    ]);
    let machine = Machine::new();
    let places = [
        "/etc/apt/sources.list",
        "/etc/apt/sources.list.d/x.list",
        "/etc/apt/sources.list.d/x.sources",
        "/etc/apt/preferences.d/labready",
    ];
    fuzz("apt's sources", seeds, |bytes| {
        places.iter().for_each(|place| machine.write(place, bytes));
        let mirror = "https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu";
        let found = sources::gather(&machine.host(), mirror);
        for source in &found.deadsnakes {
            source.key_files().for_each(drop);
            source.server();
            source.suites.iter().for_each(|suite| drop(source.release(suite)));
            assert!(!source.to_string().contains("secret@"), "{source}");
        }
        sources::Pin::parse(&lossy(bytes));
    });
}

const GROUPS: [&str; 3] = [
    "manual\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n/usr/bin/python3.13\n313\n\n",
    "auto\n/usr/bin/python3\npydoc3\n/usr/bin/pydoc3\n\n/usr/bin/python3.12\n-2\n/usr/bin/pydoc3.12\n\n",
    "auto\n/bin/python3\n\n\n",
];

#[test]
fn alternatives_group() {
    let machine = Machine::new()
        .link("/usr/local/bin/python3", "/etc/alternatives/labready-python3")
        .link("/etc/alternatives/labready-python3", "/usr/bin/python3.11")
        .file("/usr/bin/python3.11", "");
    fuzz("alternatives group", texts(&GROUPS), |bytes| {
        if let Ok(group) = GroupFile::parse(&lossy(bytes)) {
            let paths: BTreeSet<_> = group.alternatives.iter().map(|one| &one.path).collect();
            assert_eq!(paths.len(), group.alternatives.len(), "each once");
            assert!(paths.iter().all(|path| path.is_absolute()));
        }
        machine.write("/var/lib/dpkg/alternatives/labready-python3", bytes);
        let group = alternatives::gather(&machine.host());
        assert_eq!(group.is_lost(), group.alternatives.is_empty() && !group.damage.is_empty());
        group.best();
    });
}

#[test]
fn debian_defaults() {
    let seeds = texts(&[
        "[DEFAULT]\n# the default python3 version\ndefault-version = python3.11\n\n# all supported python3 versions\nsupported-versions = python3.11\n",
        "default-version=python3.999\n",
    ]);
    let machine =
        Machine::new().link("/usr/bin/python3", "python3.11").file("/usr/bin/python3.11", "");
    fuzz("debian_defaults", seeds, |bytes| {
        machine.write("/usr/share/python3/debian_defaults", bytes);
        machine.write("/var/lib/dpkg/alternatives/python3", bytes);
        let system = system_python::gather(&machine.host());
        let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        assert!(system.default.as_deref().is_none_or(is_name), "{system:?}");
        system.problem();
    });
}

#[test]
fn pyvenv_cfg() {
    let mut seeds = Vec::new();
    for tool in ["3.9", "3.11", "3.13", "uv", "virtualenv"] {
        seeds.extend(files(&format!("fixtures/venvs/{tool}")));
    }
    let machine = Machine::new()
        .link("/home/student/venv/bin/python", "/usr/bin/python3.11")
        .file("/usr/bin/python3.11", "")
        .file("/home/student/venv/lib/python3.11/site-packages/pip-23.0.1.dist-info/METADATA", "");
    fuzz("pyvenv.cfg", seeds, |bytes| {
        machine.write("/home/student/venv/pyvenv.cfg", bytes);
        machine.write("/home/student/venv/bin/activate", bytes);
        venv::gather(&machine.host(), Path::new("/home/student/venv"));
    });
}

#[test]
fn mountinfo() {
    let seeds = texts(&[
        "22 28 0:20 / /sys rw,nosuid - sysfs sysfs rw\n28 1 254:1 / / ro,relatime - ext4 /dev/vda1 rw\n40 28 0:33 / /srv/a\\040b rw - tmpfs tmpfs rw\n",
        "41 28 0:34 / /srv/x\\012y/\\134z rw shared:1 - 9p C:\\134 rw\n",
    ]);
    let machine = Machine::new().file("/srv/x", "");
    fuzz("mountinfo", seeds, |bytes| {
        machine.write("/proc/self/mountinfo", bytes);
        let host = machine.host();
        mounts::read_only(&host);
        let below = mounts::mounted_below(&host, Path::new("/srv")).unwrap();
        assert!(below.iter().all(|path| path.is_relative()), "{below:?}");
    });
}

#[test]
fn course_toml() {
    let mut seeds: Vec<Vec<u8>> = ["diners", "pool", "waits"]
        .iter()
        .map(|name| fs::read(fixture(&format!("fixtures/courses/{name}/course.toml"))).unwrap())
        .collect();
    seeds.push(Course::embedded_text().as_bytes().to_vec());
    let mut machine = Machine::new();
    for lab in Course::embedded().unwrap().labs {
        machine = machine.file(&format!("/course/{}", lab.script), &lab.source);
    }
    fuzz("course.toml", seeds, |bytes| {
        machine.write("/course/course.toml", bytes);
        let (host, path) = (machine.host(), Path::new("/course"));
        let (loaded, problems) = (Course::load(&host, path), Course::problems(&host, path));
        assert_eq!(loaded.is_ok(), problems.is_empty(), "{problems:?}");
        let labs = loaded.into_iter().flat_map(|course| course.labs);
        labs.for_each(|lab| assert!(lab.timeline.contradiction().is_none()));
    });
}

#[test]
fn manifest() {
    let file = |path: &str| File { path: path.into(), sha256: "00".repeat(32), size: 1 };
    let manifest = Manifest {
        schema: "labready.bundle".into(),
        format_version: "1.0".into(),
        labready: "0.1.0".into(),
        target: Target { release: "debian bookworm".into(), architecture: "amd64".into() },
        course: CourseRef { name: "x".into(), digest: "00".into() },
        python: from_python("3.11.2").unwrap(),
        files: vec![file("Packages"), file("debs/x_1_amd64.deb"), file("wheels/x.whl")],
    };
    let seed = serde_json::to_string_pretty(&manifest).unwrap();
    Manifest::parse(&seed, Path::new("/media/bundle")).unwrap();
    fuzz("manifest", vec![seed.into_bytes()], |bytes| {
        let manifest = Manifest::parse(&lossy(bytes), Path::new("/media/bundle"));
        let files = manifest.into_iter().flat_map(|manifest| manifest.files);
        files.for_each(|file| assert!(!file.path.starts_with('/') && !file.path.contains("..")));
    });
}

#[test]
fn journal() {
    let seeds = texts(&[
        "{\"version\":1,\"record\":\"intent\",\"id\":\"install-python\",\"action\":{\"kind\":\"install-packages\",\"packages\":[\"python3.11\"]},\"account\":null}\n{\"version\":1,\"record\":\"packages\",\"packages\":[\"python3.11\"]}\n{\"version\":1,\"record\":\"outcome\",\"id\":\"install-python\",\"status\":\"done\"}\n",
        "{\"record\":\"intent\",\"id\":\"x\",\"action\":{\"kind\":\"register-alternative\",\"path\":\"/usr/bin/python3.11\",\"priority\":311},\"account\":null}\n{\"reco",
    ]);
    let machine = Machine::new().file(
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nstudent:x:1000:1000::/home/student:/bin/sh\n",
    );
    let host = machine.host().run_by(1000).with_owner(Path::new("/"), 1000);
    let account = host.account().unwrap();
    let journal = Journal::open(&host, &account).unwrap();
    let path = journal.path().display().to_string();
    fuzz("journal", seeds, |bytes| {
        machine.write(&path, bytes);
        let _ = journal.read(&host);
    });
}

/// The runs of the recorded labs.
fn recorded() -> Vec<Observation> {
    let recordings = files("fixtures/observations").into_iter().flat_map(|text| {
        let recording: Value = serde_json::from_slice(&text).unwrap();
        recording["observations"].as_array().unwrap().clone()
    });
    recordings.map(|observation| serde_json::from_value(observation).unwrap()).collect()
}

#[test]
fn marks_of_a_timeline() {
    let observations = recorded();
    let mut labs = Course::embedded().unwrap().labs;
    // Free text in every kind of place.
    for (lab, line) in
        labs.clone().iter().zip(["{any}", "{any}: {stamp}", "Swiss{any}", "a {any} b {any}"])
    {
        let mut lab = lab.clone();
        lab.timeline.marks[0].line = line.into();
        labs.push(lab);
    }
    let mut seeds: Vec<Vec<u8>> =
        observations.iter().map(|run| run.output.text.clone().into_bytes()).collect();
    seeds.push("\u{1b}[31mSwiss: 2026-01-01 00:00:01.250000+02:00\r\n".into());
    let mut at = 0;
    fuzz("marks", seeds, |bytes| {
        at += 1;
        let mut observation = observations[at % observations.len()].clone();
        observation.output.text = lossy(bytes);
        observation.output.total_bytes = observation.output.text.len() as u64;
        observation.errors = lossy(&bytes[bytes.len() / 2..]);
        let lab = &labs[at % labs.len()];
        let script = Script { shown: lab.script.clone(), ..Script::default() };
        conclude(lab, &script, std::slice::from_ref(&observation), 1);
        let _ = infer(&script, &[observation.clone(), observation], None);
    });
}
