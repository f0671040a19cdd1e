//! Interruptions: `setup` asked to end by SIGINT, SIGTERM or SIGHUP, by a terminal that is closed or an
//! ssh connection that is lost; in every phase, once and twice; as root, under sudo and under sudo-rs.
//! Afterwards dpkg has nothing half-installed, nothing is left running, and the next setup ends
//! ready.
//!
//! `cargo bench --bench interruptions [-- COUNT]`. Needs what the end-to-end tests need (`tests/run`
//! installs it). Ends with 1 when a machine was not left well.

#[path = "../tests/end_to_end/machine/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests' machine has more than the benches use"
)]
mod machine;

use std::io::{self, Write};
use std::process::exit;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use machine::{Account, Command, Machine, Running, free_port};

const LIMIT: Duration = Duration::from_secs(300);
/// What may take so long after labready's end.
const GRACE: Duration = Duration::from_secs(10);
const READY: &str = "This workstation is ready.";
const LABREADY: &str = "/usr/local/sbin/labready";

const ALL_RIGHTS: [Rights; 3] = [Rights::Root, Rights::Sudo, Rights::SudoRs];
const PHASES: [&str; 6] = ["download", "unpack", "configure", "venv", "pip", "labs"];
const WAYS: [Way; 5] =
    [Way::Signal("INT"), Way::Signal("TERM"), Way::Signal("HUP"), Way::Terminal, Way::Ssh];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rights {
    Root,
    Sudo,
    SudoRs,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// To labready alone.
    Signal(&'static str),
    /// Its window is closed.
    Terminal,
    /// The client is gone.
    Ssh,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    rights: Rights,
    phase: &'static str,
    way: Way,
    twice: bool,
}

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(40);
    let cases = cases(count);
    let well = AtomicUsize::new(0);
    thread::scope(|scope| {
        for rights in ALL_RIGHTS {
            let (cases, well) = (&cases, &well);
            scope.spawn(move || {
                let mut station = None;
                for case in cases.iter().filter(|case| case.rights == rights) {
                    let outcome =
                        interrupt(station.get_or_insert_with(|| Station::new(rights)), *case);
                    let word = outcome
                        .as_ref()
                        .map_or_else(|it| format!("LOST: {it}"), |()| "well".into());
                    say(&format!("{case:?}: {word}"));
                    match outcome {
                        Ok(()) => drop(well.fetch_add(1, Ordering::SeqCst)),
                        Err(_) => station = None,
                    }
                }
            });
        }
    });
    let well = well.into_inner();
    say(&format!("{well} of {} interruptions left everything well", cases.len()));
    exit(i32::from(well < cases.len()));
}

/// So many of all that there are, evenly spread over them.
fn cases(count: usize) -> Vec<Case> {
    let mut all = Vec::new();
    for rights in ALL_RIGHTS {
        for phase in PHASES {
            for way in WAYS {
                all.extend([false, true].map(|twice| Case { rights, phase, way, twice }));
            }
        }
    }
    // A step that has no divisor in common with any of the lists' lengths meets all of each.
    let count = count.min(all.len());
    (0..count).map(|at| all[(at * 77) % all.len()]).collect()
}

/// A machine that is made ready again after every interruption.
struct Station {
    machine: Machine,
    rights: Rights,
    port: u16,
    _sshd: Running,
}

impl Station {
    fn new(rights: Rights) -> Self {
        let suite = if rights == Rights::SudoRs { "trixie" } else { "bookworm" };
        let machine = Machine::ready(suite);
        match rights {
            Rights::Root => machine.apt_install(["openssh-server"]),
            Rights::Sudo => machine.apt_install(["openssh-server", "sudo"]),
            Rights::SudoRs => {
                machine.apt_install(["openssh-server", "sudo-rs"]);
                machine.link("/usr/bin/sudo-rs", "/usr/bin/sudo");
            }
        }
        machine.write("/etc/sudoers", "student ALL=(ALL:ALL) NOPASSWD: ALL\n");
        machine.run(["chmod", "0440", "/etc/sudoers"]);
        let port = free_port();
        let home = account(rights).home();
        machine.shell(&format!(
            "mkdir -p /run/sshd {home}/.ssh; [ -f /root/key ] || ssh-keygen -q -t ed25519 -N '' -f /root/key; \
             cp /root/key.pub {home}/.ssh/authorized_keys; chown -R --reference={home} {home}/.ssh; chmod 700 {home}/.ssh"
        ));
        let sshd = machine.command([
            "sh",
            "-c",
            &format!("exec /usr/sbin/sshd -D -e -p {port} -o UsePAM=no -o ListenAddress=127.0.0.1"),
        ]);
        let sshd = sshd.limit(Duration::from_secs(36000)).start();
        let station = Self { machine, rights, port, _sshd: sshd };
        station.setup().limit(LIMIT).run();
        station
    }

    fn setup(&self) -> Command<'_> {
        self.machine.labready(["setup", "--yes"]).by(account(self.rights))
    }

    /// Takes away what the phase needs to happen.
    fn make_unready(&self, phase: &str) {
        let home = account(self.rights).home();
        self.machine.shell(&format!("rm -rf {home}/venv {home}/venv.old*"));
        if ["download", "unpack", "configure"].contains(&phase) {
            self.machine.shell(
                "apt-get purge -qq -y --autoremove build-essential $(dpkg-query -W -f '${Package}\n' | grep -E '^(gcc|cpp)-1[0-9](-x86-64-linux-gnu)?$') >/dev/null",
            );
        }
        if phase == "download" {
            self.machine.run(["apt-get", "clean"]);
        }
    }

    fn start(&self, way: Way) -> Running {
        if way != Way::Ssh {
            return self.setup().on_a_terminal().limit(LIMIT).start();
        }
        let user = if self.rights == Rights::Root { "root" } else { "student" };
        let line = format!(
            "exec ssh -tt -q -i /root/key -o StrictHostKeyChecking=no -p {} {user}@127.0.0.1 env PATH=/usr/sbin:/usr/bin {} {LABREADY} setup --yes",
            self.port,
            proxies()
        );
        self.machine.command(["sh", "-c", &line]).on_a_terminal().limit(LIMIT).start()
    }

    /// What runs there, but for what belongs to the machine.
    fn processes(&self) -> Vec<String> {
        let is_ours = |words: &String| !words.contains("sshd") && !words.starts_with("ssh ");
        self.machine.processes().into_iter().filter(is_ours).collect()
    }

    fn is_in(&self, phase: &str) -> bool {
        let processes = self.processes();
        let any = |signs: &[&str]| {
            processes.iter().any(|words| signs.iter().all(|sign| words.contains(sign)))
        };
        match phase {
            "download" => any(&["--download-only"]) && any(&["methods/http"]),
            "unpack" => any(&["dpkg-deb"]),
            "configure" => any(&["dpkg", "--configure"]),
            "venv" => any(&["-m venv"]),
            "pip" => any(&["pip", " install ", "wheel"]),
            _ => any(&["learning_tasks.py"]),
        }
    }

    fn has_labready(&self) -> bool {
        self.machine.is_alive("labready")
    }
}

fn account(rights: Rights) -> Account {
    if rights == Rights::Root { Account::Root } else { Account::Student }
}

fn proxies() -> String {
    let names = ["http_proxy", "https_proxy", "no_proxy"];
    let set = names.iter().filter_map(|name| Some(format!("{name}={}", std::env::var(name).ok()?)));
    set.collect::<Vec<_>>().join(" ")
}

fn interrupt(station: &Station, case: Case) -> Result<(), String> {
    station.make_unready(case.phase);
    let mut running = station.start(case.way);
    let until = Instant::now() + LIMIT;
    while !station.is_in(case.phase) {
        if Instant::now() > until
            || !(station.has_labready() || until.duration_since(Instant::now()) > LIMIT / 2)
        {
            return Err("the phase was not met".into());
        }
        thread::sleep(Duration::from_millis(3));
    }
    match case.way {
        Way::Signal(signal) => station.machine.signal("labready", signal),
        Way::Terminal => drop(running.closes_the_terminal()),
        Way::Ssh => station.machine.signal("ssh", "KILL"),
    }
    if case.twice {
        // A terminal that goes away says so for a second.
        let soon = if case.way == Way::Signal("INT") { 200 } else { 1300 };
        thread::sleep(Duration::from_millis(soon));
        station.machine.signal("labready", "TERM");
    }
    wait_until(LIMIT, || !station.has_labready())
        .map_err(|()| "labready does not end".to_owned())?;
    running.finish();
    let is_left = |words: &String| !case.twice || !is_apt(words);
    wait_until(GRACE, || !station.processes().iter().any(is_left))
        .map_err(|()| format!("left running: {:?}", station.processes()))?;
    wait_until(LIMIT, || station.processes().is_empty())
        .map_err(|()| format!("apt does not end: {:?}", station.processes()))?;
    let audit = station.machine.run(["dpkg", "--audit"]);
    if !audit.is_empty() {
        return Err(audit);
    }
    let next = station.setup().limit(LIMIT).run();
    if next.code == 0 && next.last_line() == READY { Ok(()) } else { Err(next.to_string()) }
}

/// What goes on by itself: apt, dpkg, the scripts of packages, and sudo around them.
fn is_apt(words: &str) -> bool {
    !["labready", "-m venv", "ensurepip", "pip", "learning_tasks.py"]
        .iter()
        .any(|sign| words.contains(sign))
}

fn wait_until(limit: Duration, mut is_so: impl FnMut() -> bool) -> Result<(), ()> {
    let until = Instant::now() + limit;
    while !is_so() {
        if Instant::now() > until {
            return Err(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn say(line: &str) {
    // A closed pipe is nobody's loss.
    let _ = writeln!(io::stdout(), "{line}");
}
