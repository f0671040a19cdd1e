//! A throw-away Debian machine: a cached root filesystem below, an empty layer above, its own
//! processes, mounts and name.
//!
//! `recipe` makes a root filesystem, `layers` keeps it between runs, `holder` keeps a machine
//! alive, `carried` gives it this network's settings, `command` and `terminal` run programs on it,
//! `tree` and `watch` tell what they did, `schema` is what their reports have to be, `ports` are for
//! servers beside them.

mod carried;
mod command;
mod holder;
mod layers;
mod ports;
pub mod prerequisites;
mod recipe;
mod running;
mod schema;
mod terminal;
mod tree;
mod watch;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Mutex;
use std::time::Duration;

pub use command::{Account, Command};
pub use ports::free_port;
pub use running::{Output, Running};
pub use tree::Tree;

use holder::{Holder, Upper};
use layers::Layer;

/// The binary under test.
const LABREADY: &str = env!("CARGO_BIN_EXE_labready");

/// What a machine may write before its disk is full. Pages of a machine live in memory, and only
/// those that are written.
const DISK: u64 = 4 << 30;

/// A cold setup downloads some 100 MB and unpacks 100 packages.
const SETUP_LIMIT: Duration = Duration::from_secs(420);

/// A machine. It ends, with everything on it, when it is dropped or when the test process dies.
pub struct Machine {
    holder: Holder,
    network: Cell<bool>,
    // Held, so that no other test run removes them from below us.
    _layers: Vec<Layer>,
}

impl Machine {
    /// A machine as `mmdebstrap --variant=apt` makes it: apt, no package index, no Python; and an
    /// account `student`.
    pub fn fresh(suite: &str) -> Self {
        Self::fresh_with_disk(suite, DISK)
    }

    /// The same, with so many bytes left on its disk.
    pub fn fresh_with_disk(suite: &str, bytes: u64) -> Self {
        let base = recipe::base(suite);
        Self::on(suite, vec![base], Upper::InMemory(bytes))
    }

    /// A machine on which root ran `labready setup --yes` in `/root`, once for all tests and for
    /// this very binary.
    pub fn ready(suite: &str) -> Self {
        static FAILED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
        let known =
            FAILED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(suite).cloned();
        if let Some(reason) = known {
            panic!("no ready {suite}, as in an earlier test: {reason}");
        }
        let base = recipe::base(suite);
        let key = layers::digest(&[Path::new(LABREADY), &base.stamp()]);
        let built =
            layers::acquire("ready", suite, &key, |folder| Self::build_ready(suite, folder));
        match built {
            Ok(ready) => Self::on(suite, vec![ready, base], Upper::InMemory(DISK)),
            Err(reason) => {
                FAILED
                    .lock()
                    .unwrap_or_else(|poisoned| poisoned.into_inner())
                    .insert(suite.into(), reason.clone());
                panic!("{reason}");
            }
        }
    }

    fn build_ready(suite: &str, folder: &Path) -> Result<(), String> {
        let machine =
            Self::on(suite, vec![recipe::base(suite)], Upper::Folder(folder.to_path_buf()));
        let output = machine.labready(["setup", "--yes"]).limit(SETUP_LIMIT).run();
        if output.code == 0 {
            // However long ago this layer was made, its index is two days old.
            machine.shell("touch -c -d '3 days ago' /etc/apt/sources.list* /etc/apt/sources.list.d/*; touch -d '2 days ago' /var/lib/apt/lists/partial");
            Ok(())
        } else {
            Err(format!("`labready setup --yes` does not make {suite} ready: {output}"))
        }
    }

    /// `layers` from the top to the bottom.
    fn on(suite: &str, layers: Vec<Layer>, upper: Upper) -> Self {
        let name = format!("{suite}-test");
        let carried = carried::carry(&name);
        let mut binds = carried.binds.clone();
        binds.push((PathBuf::from(LABREADY), PathBuf::from("/usr/local/sbin/labready")));
        let rootfs: Vec<PathBuf> = layers.iter().map(Layer::rootfs).collect();
        let holder = Holder::start(&rootfs, &upper, &name, carried.folder.path(), &binds);
        Self { holder, network: Cell::new(true), _layers: layers }
    }

    /// A command on this machine, not yet started: as root in `/root`, without a terminal, stdin at
    /// its end.
    pub fn command<const N: usize>(&self, words: [&str; N]) -> Command<'_> {
        Command::new(self, &words)
    }

    /// `labready` with these arguments.
    pub fn labready<const N: usize>(&self, arguments: [&str; N]) -> Command<'_> {
        Command::new(self, &[&["/usr/local/sbin/labready"], arguments.as_slice()].concat())
    }

    /// Runs a command as root to its end; the test fails unless it succeeds. Returns its stdout.
    pub fn run<const N: usize>(&self, words: [&str; N]) -> String {
        self.command(words).run().succeeds().stdout.clone()
    }

    /// Runs a line of shell as root; the test fails unless it succeeds. Returns its stdout.
    pub fn shell(&self, line: &str) -> String {
        self.run(["sh", "-ec", line])
    }

    /// From now on, no command on this machine has a network: not even loopback is up.
    pub fn hide_network(&self) {
        self.network.set(false);
    }

    /// The network is back.
    pub fn show_network(&self) {
        self.network.set(true);
    }

    /// Writes a file as root, and the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        self.command(["sh", "-ec", r#"mkdir -p "$(dirname "$0")"; cat >"$0""#, path])
            .stdin(text)
            .run()
            .succeeds();
    }

    /// Writes a program that everybody may run.
    pub fn write_program(&self, path: &str, text: &str) {
        self.write(path, text);
        self.run(["chmod", "0755", path]);
    }

    /// What a file says.
    pub fn read(&self, path: &str) -> String {
        self.run(["cat", "--", path])
    }

    /// Makes a symbolic link, and the folders above it.
    pub fn link(&self, target: &str, path: &str) {
        self.command([
            "sh",
            "-ec",
            r#"mkdir -p "$(dirname "$1")"; ln -sfn -- "$0" "$1""#,
            target,
            path,
        ])
        .run()
        .succeeds();
    }

    /// Where a symbolic link leads, one step.
    pub fn leads_to(&self, path: &str) -> String {
        self.run(["readlink", "--", path]).trim_end().to_owned()
    }

    /// Whether there is anything at this path, a dangling link included.
    pub fn exists(&self, path: &str) -> bool {
        self.command(["sh", "-c", r#"[ -e "$0" ] || [ -L "$0" ]"#, path]).run().code == 0
    }

    /// Whether dpkg has this package, installed and configured.
    pub fn has_package(&self, package: &str) -> bool {
        let output = self.command(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", package]).run();
        output.stdout.starts_with("ii")
    }

    /// Installs packages as a student would who knows apt.
    pub fn apt_install<const N: usize>(&self, packages: [&str; N]) {
        self.run(["apt-get", "update", "-q"]);
        let install =
            ["apt-get", "install", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"];
        Command::new(self, &[install.as_slice(), packages.as_slice()].concat())
            .env("DEBIAN_FRONTEND", "noninteractive")
            .limit(SETUP_LIMIT)
            .run()
            .succeeds();
    }

    /// Lays an own, small filesystem over a folder.
    pub fn small_disk(&self, path: &str, bytes: u64) {
        self.run(["mkdir", "-p", path]);
        self.run([
            "mount",
            "-t",
            "tmpfs",
            "-o",
            &format!("mode=0755,size={bytes}"),
            "small-disk",
            path,
        ]);
    }

    /// Fills the disk that holds this folder until only so many bytes are free, even while others
    /// write to it.
    pub fn fill_disk(&self, folder: &str, leave: u64) {
        let filler = format!("{}/filler", folder.trim_end_matches('/'));
        for attempt in 1.. {
            let free = self.run(["stat", "-f", "-c", "%a %S", folder]);
            let (blocks, size) = free.trim().split_once(' ').expect("two numbers");
            let size = blocks.parse::<u64>().unwrap() * size.parse::<u64>().unwrap();
            let size = size.saturating_sub(leave).max(1).to_string();
            let output = self.command(["fallocate", "--length", &size, &filler]).run();
            match output.code {
                0 => return,
                _ if attempt < 20 => {}
                _ => panic!("{output}"),
            }
        }
    }

    /// Carries a file or a folder to another machine, as on a stick: everything is root's there.
    pub fn carry(&self, path: &str, other: &Self) {
        let outside = |machine: &Self| format!("/proc/{}/root{path}", machine.holder.pid());
        let output = process::Command::new("cp")
            .args(["-rT", "--", &outside(self), &outside(other)])
            .output()
            .expect("cp starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes it another distribution, by name only.
    pub fn calls_itself(&self, os_release: &str) {
        self.run(["rm", "-f", "/etc/os-release", "/usr/lib/os-release"]);
        self.write("/etc/os-release", os_release);
    }

    /// Everything on its disk.
    pub fn tree(&self) -> Tree {
        tree::list(self)
    }
}
