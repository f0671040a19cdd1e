//! What a machine can do to a judge, made here and taken back: load beside the worker, control
//! groups and mounts that it is started in, interpreters that are slow or short of memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub const CONDITIONS: [&str; 18] = [
    "idle",
    "hogs8",
    "hogs24",
    "hogs64",
    "quota5",
    "quota10",
    "stops",
    "freezer",
    "writes",
    "memory32",
    "nice10",
    "nice19",
    "shares2",
    "idle-class",
    "no-proc",
    "no-schedstat",
    "slow-python",
    "slow-imports",
];

/// A condition, ready to be entered. Dropping it takes it back.
pub struct Condition {
    name: String,
    python: PathBuf,
    folder: tempfile::TempDir,
    groups: Vec<PathBuf>,
}

impl Condition {
    pub fn made(name: &str, python: &Path) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut made =
            Self { name: name.into(), python: python.into(), folder, groups: Vec::new() };
        match name {
            "quota5" => made.quota(5)?,
            "quota10" => made.quota(10)?,
            "shares2" => made.group("cpu", &[("cpu.shares", "2".into())])?,
            "freezer" => made.group("freezer", &[])?,
            "memory32" => {
                made.group("memory", &[("memory.limit_in_bytes", (32 << 20).to_string())])?;
                let enter = format!("echo $$ > '{}/cgroup.procs'", made.groups[0].display());
                made.wrap_python(&enter)?;
            }
            "no-schedstat" => {
                let zeros = made.folder.path().join("zeros");
                fs::write(&zeros, "0 0 0\n").map_err(|error| error.to_string())?;
                let hide = format!("mount --bind '{}' /proc/$$/task/$$/schedstat", zeros.display());
                made.wrap_python(&hide)?;
            }
            "slow-python" => {
                made.slow_python("import time; time.sleep(2)")?;
            }
            "slow-imports" => {
                made.slow_python(
                    "import sys, time\nclass Slow:\n    def find_spec(self, name, path=None, target=None):\n        if name in ('asyncio', 'datetime', 'threading'): time.sleep(0.7)\nsys.meta_path.insert(0, Slow())\n",
                )?;
            }
            _ => {}
        }
        Ok(made)
    }

    /// The interpreter that runs the scripts.
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// Whether the worker stops its scripts now and then.
    pub fn stops(&self) -> bool {
        self.name == "stops"
    }

    /// How many verifications run at once, where the condition leaves no choice.
    pub fn side_by_side(&self) -> Option<usize> {
        let is_narrow = ["memory32", "quota5", "quota10", "nice19", "shares2", "idle-class"]
            .contains(&&*self.name);
        is_narrow.then_some(1)
    }

    /// A line for a shell that enters the condition and becomes the worker.
    pub fn entered(&self) -> String {
        let group =
            || format!("echo $$ > '{}/cgroup.procs'; exec \"$@\"", self.groups[0].display());
        let alone = |what: &str| {
            format!("exec unshare -m --propagation private sh -c '{what}exec \"$@\"' sh \"$@\"")
        };
        match self.name.as_str() {
            "quota5" | "quota10" | "shares2" | "freezer" => group(),
            "nice10" => "exec nice -n 10 \"$@\"".into(),
            "nice19" => "exec nice -n 19 \"$@\"".into(),
            "idle-class" => "exec chrt -i 0 \"$@\"".into(),
            "no-proc" => alone("mount -t tmpfs none /proc; "),
            "no-schedstat" => alone(""),
            _ => "exec \"$@\"".into(),
        }
    }

    /// What goes on beside the worker.
    pub fn load(&self) -> Load {
        let hogs = match self.name.as_str() {
            "hogs8" | "nice10" | "nice19" | "shares2" | "idle-class" => 8,
            "hogs24" | "no-proc" | "no-schedstat" => 24,
            "hogs64" => 64,
            _ => 0,
        };
        let mut load = Load::default();
        for _ in 0..hogs {
            load.spawn("while :; do :; done");
        }
        if self.name == "writes" {
            for number in 0..4 {
                let file = self.folder.path().join(number.to_string());
                let write = "dd if=/dev/zero bs=1M count=128 conv=fsync";
                load.spawn(&format!(
                    "while :; do {write} of='{}' 2>/dev/null; done",
                    file.display()
                ));
            }
        }
        if self.name == "freezer" {
            load.freeze(self.groups[0].join("freezer.state"));
        }
        load
    }

    fn quota(&mut self, percent: u64) -> Result<(), String> {
        let quota = (percent * 1000).to_string();
        self.group(
            "cpu",
            &[("cpu.cfs_period_us", "100000".to_owned()), ("cpu.cfs_quota_us", quota)],
        )
    }

    fn group(&mut self, controller: &str, limits: &[(&str, String)]) -> Result<(), String> {
        let group = Path::new("/sys/fs/cgroup")
            .join(controller)
            .join(format!("labready-soak-{}", std::process::id()));
        let failed = |error| format!("no control group can be made: {}: {error}", group.display());
        fs::create_dir(&group).map_err(failed)?;
        self.groups.push(group.clone());
        for (file, limit) in limits {
            fs::write(group.join(file), limit).map_err(failed)?;
        }
        Ok(())
    }

    /// Puts a shell in front of the interpreter that does something first.
    fn wrap_python(&mut self, first: &str) -> Result<(), String> {
        let wrapper = self.folder.path().join("python3");
        let text = format!("#!/bin/sh\n{first}\nexec '{}' \"$@\"\n", self.python.display());
        fs::write(&wrapper, text).map_err(|error| error.to_string())?;
        run("chmod", &["755", &wrapper.display().to_string()])?;
        self.python = wrapper;
        Ok(())
    }

    /// An environment whose interpreter runs this before every script.
    fn slow_python(&mut self, first: &str) -> Result<(), String> {
        let environment = self.folder.path().join("venv").display().to_string();
        run(
            &self.python.display().to_string(),
            &["-m", "venv", "--without-pip", "--symlinks", &environment],
        )?;
        let libraries = fs::read_dir(format!("{environment}/lib")).map_err(|e| e.to_string())?;
        for library in libraries.flatten() {
            // Some distributions have a `sitecustomize` of their own, which hides any other.
            let folder = library.path().join("site-packages");
            for (name, text) in [("first.py", first), ("first.pth", "import first\n")] {
                fs::write(folder.join(name), text).map_err(|error| error.to_string())?;
            }
        }
        self.python = Path::new(&environment).join("bin/python3");
        Ok(())
    }
}

impl Drop for Condition {
    fn drop(&mut self) {
        for group in &self.groups {
            // What was killed may need a moment to leave.
            for _ in 0..50 {
                if fs::remove_dir(group).is_ok() {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        told => Err(format!("{program} {}: {told:?}", arguments.join(" "))),
    }
}

/// What goes on beside the worker, until it is dropped.
#[derive(Default)]
pub struct Load {
    children: Vec<Child>,
    freezer: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Load {
    fn spawn(&mut self, script: &str) {
        // It ends with us, however we end.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "/bin/sh", "-c", script]);
        self.children.push(command.stdin(Stdio::null()).spawn().unwrap());
    }

    /// Freezes the group now and then, for up to a second and a half.
    fn freeze(&mut self, state: PathBuf) {
        let ended = Arc::new(AtomicBool::new(false));
        let its_end = Arc::clone(&ended);
        let freezer = thread::spawn(move || {
            let mut turn = 0_u64;
            while !its_end.load(Ordering::SeqCst) {
                turn += 1;
                thread::sleep(Duration::from_millis(900 + turn * 397 % 2500));
                let _ = fs::write(&state, "FROZEN");
                thread::sleep(Duration::from_millis(300 + turn * 131 % 1200));
                let _ = fs::write(&state, "THAWED");
            }
        });
        self.freezer = Some((ended, freezer));
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some((ended, freezer)) = self.freezer.take() {
            ended.store(true, Ordering::SeqCst);
            freezer.join().unwrap();
        }
    }
}
