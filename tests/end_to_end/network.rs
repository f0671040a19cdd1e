//! Everything between the machine and the package servers: dead ones, a proxy, a login page, the clock, keys, and a release past its date.

use crate::machine::{Machine, Output, Running, Tree, free_port};

/// Answers as many networks do, by the first folder of what is asked for; a whole address is asked of a proxy.
const SERVER: &str = r#"
import http.server, sys
SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: x\nDate: Sun, 22 Nov 2099 12:00:00 UTC\n"
class Handler(http.server.SimpleHTTPRequestHandler):
    def answer(self, code, page, date=None):
        self.send_response_only(code)
        self.send_header("Date", date or self.date_time_string())
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
    def do_GET(self):
        if self.path.startswith("http://"):
            self.answer(407, b"no")
        elif self.path.startswith("/hotel/"):
            self.answer(200, b"<html><title>Welcome to our hotel</title></html>")
        elif self.path.startswith("/future/"):
            self.answer(200, SIGNED, "Sun, 22 Nov 2099 18:00:00 GMT")
        else:
            super().do_GET()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"#;

/// Takes no connection, and refuses none: its queue is full.
const BLACK_HOLE: &str = r#"
import socket, sys, time
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(0)
waiting = [socket.socket() for _ in range(4)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", int(sys.argv[1])))
open("/run/black-hole", "w").close()
time.sleep(600)
"#;

const DEAD: &str = "/etc/apt/sources.list.d/dead.list";

/// A ready machine that lacks one package, and the index to find it in.
fn in_need() -> Machine {
    let machine = Machine::ready("bookworm");
    machine.shell("dpkg --purge build-essential && rm -rf /var/lib/apt/lists/*");
    machine
}

/// Serves /srv until the machine ends.
fn serve(machine: &Machine, port: u16) -> Running {
    machine.write("/opt/server.py", SERVER);
    let mut server = machine.command(["/usr/bin/python3.11", "/opt/server.py", &port.to_string()]).within("/srv").start();
    let connects = format!("import socket; socket.create_connection(('127.0.0.1', {port})).close()");
    server.waits_for("the server to listen", |_| machine.command(["/usr/bin/python3.11", "-c", &connects]).run().code == 0);
    server
}

/// Three servers that cannot be reached, each in its own way, a line each.
fn three_dead(machine: &Machine) -> Running {
    let (hole, closed) = (free_port(), free_port());
    machine.write("/opt/black_hole.py", BLACK_HOLE);
    let mut running = machine.command(["/usr/bin/python3.11", "/opt/black_hole.py", &hole.to_string()]).start();
    running.waits_for("the black hole", |_| machine.exists("/run/black-hole"));
    let lines = [format!("http://127.0.0.1:{hole}/x"), format!("http://127.0.0.1:{closed}/x"), "http://apt.invalid/x".to_owned()];
    machine.write(DEAD, &lines.map(|address| format!("deb {address} bookworm main\n")).concat());
    running
}

fn setup(machine: &Machine) -> Output {
    machine.labready(["setup", "--yes", "--no-verify"]).run()
}

/// Everything but the journal, which tells what was tried.
fn state_of(machine: &Machine) -> Tree {
    machine.tree().without(&["/var/lib/labready"])
}

/// Setup stops before apt is started, with these words, and the machine is as it was.
#[track_caller]
fn stops_before_apt(machine: &Machine, words: &[&str]) -> Output {
    machine.watch(["/usr/bin/apt-get"]);
    let state = state_of(machine);
    let output = setup(machine);
    output.exits(5);
    for said in words {
        output.says(said);
    }
    assert!(!machine.started().iter().any(|line| line.contains("update")), "{:?}", machine.started());
    state.is_the_same_as(&state_of(machine));
    output
}

#[test]
fn three_dead_servers_beside_a_good_one_are_warnings_with_file_and_line() {
    let machine = in_need();
    let _hole = three_dead(&machine);
    let output = setup(&machine);
    output.succeeds().says("does not answer").says("cannot be reached").says("the name `apt.invalid` leads to no server");
    for line in 1..=3 {
        output.says(&format!("{DEAD}:{line}"));
    }
    assert!(machine.has_package("build-essential"));
}

#[test]
fn three_dead_servers_alone_stop_setup_before_apt_is_started() {
    let machine = in_need();
    let _hole = three_dead(&machine);
    machine.run(["rm", "/etc/apt/sources.list"]);
    stops_before_apt(
        &machine,
        &["no package server can be reached", "the name `apt.invalid` leads to no server", "Connection refused"],
    );
}
