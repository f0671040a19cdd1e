//! labready, run on a machine in a folder to its end.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use nix::pty::openpty;

use super::machine::Machine;
use super::output::Output;
use super::process::printed;

impl Machine {
    /// Runs labready as the student in the home folder, without a terminal: `labready("setup --yes")`.
    pub fn labready(&self, line: &str) -> Output {
        let output = self.start(line).command().output().unwrap();
        self.output(output.status.code(), printed(output.stdout), output.stderr)
    }

    /// The same, where something happens once it has said this on stderr.
    pub fn labready_once_it_says(&self, line: &str, said: &str, then: impl FnOnce()) -> Output {
        let mut child = self.start(line).command().spawn().unwrap();
        let (mut stderr, mut shown) = (child.stderr.take().unwrap(), Vec::new());
        let (mut block, mut then) = ([0; 4096], Some(then));
        while let Ok(count @ 1..) = stderr.read(&mut block) {
            shown.extend_from_slice(&block[..count]);
            if String::from_utf8_lossy(&shown).contains(said)
                && let Some(then) = then.take()
            {
                then();
            }
        }
        let output = child.wait_with_output().unwrap();
        self.output(output.status.code(), printed(output.stdout), shown)
    }

    /// The same on a terminal, where this is typed.
    pub fn labready_answered(&self, line: &str, answer: &str) -> Output {
        let terminal = openpty(None, None).unwrap();
        let end = || Stdio::from(terminal.slave.try_clone().unwrap());
        let mut command = self.start(line).command();
        let child = command.stdin(end()).stderr(end()).spawn().unwrap();
        drop((command, terminal.slave));
        let mut master = File::from(terminal.master);
        master.write_all(answer.as_bytes()).unwrap();
        let mut shown = Vec::new();
        // A terminal that nobody writes to any more ends with an error.
        let mut block = [0; 4096];
        while let Ok(count @ 1..) = master.read(&mut block) {
            shown.extend_from_slice(&block[..count]);
        }
        let output = child.wait_with_output().unwrap();
        self.output(output.status.code(), printed(output.stdout), shown)
    }

    fn output(&self, code: Option<i32>, stdout: String, stderr: Vec<u8>) -> Output {
        let root = self.inside("/").display().to_string();
        let root = root.trim_end_matches('/');
        let text = |text: String| text.replace(root, "").replace("\r\n", "\n");
        let stderr = String::from_utf8(stderr).unwrap();
        Output { code, stdout: text(stdout), stderr: text(stderr) }
    }
}
