//! labready as a process whose machine is a folder. This test binary starts itself: the program of the
//! package has no option for it, and needs none.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, process};

use labready::cli::Cli;
use labready::commands;
use labready::host::Host;
use nix::sys::stat::{Mode, umask};
use serde::{Deserialize, Serialize};

/// The variable that says what to be.
const VARIABLE: &str = "LABREADY_IN_FOLDER";

/// The time on the machine: releases come and go.
const TODAY: &str = "2026-05-01T12:00:00Z";

/// What the process is to be.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    pub root: PathBuf,
    pub environment: BTreeMap<String, String>,
    pub uid: u32,
    pub umask: u32,
    pub owners: BTreeMap<PathBuf, u32>,
    /// Where labready lies on the machine.
    pub program: PathBuf,
    /// The current folder.
    pub folder: PathBuf,
    pub arguments: Vec<String>,
}

impl Start {
    /// The process, not started yet: without a terminal.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        let name = format!("{}::labready_in_a_folder", module_path!().split_once("::").unwrap().1);
        command
            .args(["--ignored", "--exact", "--nocapture", "--quiet", &name])
            .env_clear()
            .env(VARIABLE, serde_json::to_string(self).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn host(&self) -> Host {
        let host = Host::in_folder(&self.root, self.environment.clone()).heeding_signals();
        let host = host.with_clock(TODAY.parse().unwrap());
        let host = host.run_by(self.uid).with_program(&self.program, self.arguments.clone());
        let owners = self.owners.iter();
        owners.fold(host, |host, (path, uid)| host.with_owner(path, *uid)).from_folder(&self.folder)
    }
}

/// What was printed, without what the test binary says before it.
pub fn printed(stdout: Vec<u8>) -> String {
    let text = String::from_utf8(stdout).unwrap();
    text.split_once("running 1 test\n").map(|(_, rest)| rest.to_owned()).unwrap_or(text)
}

/// Not a test of its own: the process that the others start.
#[test]
#[ignore = "started by the other tests"]
fn labready_in_a_folder() {
    let Ok(start) = env::var(VARIABLE) else { return };
    let start: Start = serde_json::from_str(&start).unwrap();
    umask(Mode::from_bits_truncate(start.umask));
    let words = std::iter::once("labready").chain(start.arguments.iter().map(String::as_str));
    let cli = Cli::read(words.map(OsString::from));
    let cli = cli.unwrap_or_else(|refusal| process::exit(refusal.show().into()));
    process::exit(commands::run(&start.host(), &cli).into());
}
