//! labready as a process: what it prints, and how it ends.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A run, to its end.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Run {
    /// Its JSON document.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its events.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    /// What a person would see of it, with a folder's name that differs from run to run taken out.
    pub fn seen(&self, folder: &Path) -> String {
        let code = self.code.map_or("a signal".into(), |code| format!("exit code {code}"));
        let text = format!("{code}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr);
        text.replace(&folder.display().to_string(), "FOLDER")
    }
}

/// The command in a fixed environment, without a terminal.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labready"));
    let environment =
        [("PATH", "/usr/bin:/bin"), ("HOME", "/"), ("LC_ALL", "C.UTF-8"), ("COLUMNS", "100")];
    command.args(arguments).env_clear().envs(environment).current_dir("/").stdin(Stdio::null());
    command
}

/// Runs labready.
pub fn labready(arguments: &[&str]) -> Run {
    run(&mut command(arguments))
}

/// Runs a command.
pub fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Writes a program.
pub fn write_program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

/// An interpreter's answer to what labready asks of it.
pub fn answer(version: (u32, u32, u32), ensurepip: bool) -> String {
    let (major, minor, micro) = version;
    format!(
        r#"{{"major": {major}, "minor": {minor}, "micro": {micro}, "level": "final", "serial": 0, "ensurepip": {ensurepip}, "ssl": true}}"#
    )
}

/// A folder with a course of two labs of 100 ms, and a `python3` that is a shell: it answers as
/// Python 3.11.2 does, and runs any other script as a shell script. The first lab is right; the
/// second one prints another word.
pub fn shim_python() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let python = format!(
        "#!/bin/sh\ncase \"$*\" in *version_info*) echo '{}' ;; *) exec /bin/sh \"$@\" ;; esac\n",
        answer((3, 11, 2), true)
    );
    write_program(&folder.path().join("python3"), &python);
    let lab = |name: &str| {
        format!(
            "[[lab]]\nscript = \"{name}.py\"\nteaches = \"x\"\nunit = \"100ms\"\ntimeline = [{{ at = 1, line = \"{{any}}done\" }}]\nends = 1\n"
        )
    };
    let head = "[course]\nname = \"Two labs\"\npython = \">=3.7\"\n[packages]\npython = [\"{python}\"]\n[venv]\nfolder = \"venv\"\n";
    fs::write(folder.path().join("course.toml"), format!("{head}{}{}", lab("right"), lab("wrong")))
        .unwrap();
    fs::write(folder.path().join("right.py"), "sleep 0.1; echo it is done\n").unwrap();
    fs::write(folder.path().join("wrong.py"), "sleep 0.1; echo it is over\n").unwrap();
    folder
}
