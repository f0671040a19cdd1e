//! Which programs were started on a machine, and which are alive.

use std::fs;

use super::Machine;

/// A program's stand-in: notes what was asked, and lets the real one do it.
const STAND_IN: &str = r#"#!/bin/sh
printf '%s\n' "NAME $*" >>/dev/watched/log
exec /dev/watched/NAME "$@"
"#;

impl Machine {
    /// From now on, every start of these programs (by full path) is noted. Nothing on the disk
    /// changes.
    pub fn watch<const N: usize>(&self, programs: [&str; N]) {
        self.shell("mkdir -p /dev/watched && : >>/dev/watched/log && chmod 0666 /dev/watched/log");
        for program in programs {
            let name = program.rsplit('/').next().expect("a program's name");
            self.run(["cp", "--preserve=mode", program, &format!("/dev/watched/{name}")]);
            let stand_in = format!("/dev/watched/stand-in-for-{name}");
            self.write_program(&stand_in, &STAND_IN.replace("NAME", name));
            self.run(["mount", "--bind", &stand_in, program]);
        }
    }

    /// apt, dpkg and update-alternatives, whatever they are started for.
    pub fn watch_package_programs(&self) {
        self.watch([
            "/usr/bin/apt-get",
            "/usr/bin/apt-cache",
            "/usr/bin/apt",
            "/usr/bin/dpkg",
            "/usr/bin/update-alternatives",
        ]);
    }

    /// The watched programs are themselves again.
    pub fn watch_no_more(&self) {
        self.shell("grep -o ' /usr/bin/[a-z-]* ' /proc/mounts | xargs umount");
    }

    /// What was started of the watched programs, a line each: `apt-get update -q`.
    pub fn started(&self) -> Vec<String> {
        self.read("/dev/watched/log").lines().map(str::to_owned).collect()
    }

    /// The command lines that are alive now, the machine's process 1 left out; a dead one that
    /// nobody waited for is `<defunct>`.
    pub fn processes(&self) -> Vec<String> {
        self.numbered().into_iter().map(|(_, words)| words).collect()
    }

    /// Whether a program of this name is alive.
    pub fn is_alive(&self, name: &str) -> bool {
        self.processes().iter().any(|words| is_program(words, name))
    }

    /// Sends a signal (`INT`, `TERM`, `KILL` …) to the programs of this name, and to nothing else.
    pub fn signal(&self, name: &str, signal: &str) {
        for (number, words) in self.numbered() {
            if is_program(&words, name) {
                // It may have ended since.
                self.shell(&format!("kill -{signal} {number} || true"));
            }
        }
    }

    /// Ends everything that runs on it, at once: nothing can put its things in order.
    pub fn kill_everything(&self) {
        // They may all have ended since.
        self.shell("kill -KILL -1 || true");
    }

    fn numbered(&self) -> Vec<(u32, String)> {
        let folder = format!("/proc/{}/root/proc", self.holder.pid());
        let entries = fs::read_dir(&folder).expect("the machine's /proc").flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let alive = numbers.filter(|number| *number != 1).filter_map(|number| {
            // It may have ended since.
            let words = fs::read(format!("{folder}/{number}/cmdline")).ok()?;
            let words = String::from_utf8_lossy(&words).trim_end_matches('\0').replace('\0', " ");
            Some((number, if words.is_empty() { "<defunct>".into() } else { words }))
        });
        alive.collect()
    }
}

/// `python3.11 lab.py` and `/bin/sh /usr/bin/apt-get update` are programs `python3.11` and
/// `apt-get` alike.
fn is_program(words: &str, name: &str) -> bool {
    words.split(' ').take(2).any(|word| word.rsplit('/').next() == Some(name))
}
