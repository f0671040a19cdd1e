//! Everything between the machine and the package servers: dead ones, a proxy, a login page, the
//! clock, keys, and a release past its date.

use crate::machine::{Machine, Output, Running, Tree, free_port};

/// Answers as many networks do, by the first folder of what is asked for; a whole address is asked
/// of a proxy.
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
    let mut server = machine
        .command(["/usr/bin/python3.11", "/opt/server.py", &port.to_string()])
        .within("/srv")
        .start();
    let connects =
        format!("import socket; socket.create_connection(('127.0.0.1', {port})).close()");
    server.waits_for("the server to listen", |_| {
        machine.command(["/usr/bin/python3.11", "-c", &connects]).run().code == 0
    });
    server
}

/// Three servers that cannot be reached, each in its own way, a line each.
fn three_dead(machine: &Machine) -> Running {
    let (hole, closed) = (free_port(), free_port());
    machine.write("/opt/black_hole.py", BLACK_HOLE);
    let mut running =
        machine.command(["/usr/bin/python3.11", "/opt/black_hole.py", &hole.to_string()]).start();
    running.waits_for("the black hole", |_| machine.exists("/run/black-hole"));
    let lines = [
        format!("http://127.0.0.1:{hole}/x"),
        format!("http://127.0.0.1:{closed}/x"),
        "http://apt.invalid/x".to_owned(),
    ];
    machine.write(DEAD, &lines.map(|address| format!("deb {address} bookworm main\n")).concat());
    running
}

fn setup(machine: &Machine) -> Output {
    machine.labready(["setup", "--yes", "--no-verify"]).run()
}

/// Everything but the journal, which tells what was tried, and what apt keeps to be faster.
fn state_of(machine: &Machine) -> Tree {
    let caches = ["/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin"];
    machine.tree().without(&["/var/lib/labready", caches[0], caches[1]])
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
    assert!(
        !machine.started().iter().any(|line| line.contains("update")),
        "{:?} {output}",
        machine.started()
    );
    state.is_the_same_as(&state_of(machine));
    output
}

#[test]
fn three_dead_servers_beside_a_good_one_are_warnings_with_file_and_line() {
    let machine = in_need();
    let _hole = three_dead(&machine);
    let output = setup(&machine);
    output
        .succeeds()
        .says("does not answer")
        .says("cannot be reached")
        .says("no server is called `apt.invalid`");
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
        &[
            "no package server can be reached",
            "no server is called `apt.invalid`",
            "Connection refused",
        ],
    );
}

#[test]
fn a_machine_without_any_network_is_told_so() {
    let machine = in_need();
    machine.hide_network();
    let output =
        stops_before_apt(&machine, &["no package server can be reached", "check the network"]);
    assert_eq!(output.stderr.matches("error[").count(), 1, "{output}");
}

#[test]
fn a_proxy_that_wants_a_password_is_named_and_a_given_one_is_not_shown() {
    let machine = in_need();
    let port = free_port();
    let _server = serve(&machine, port);
    machine.write(
        "/etc/apt/apt.conf.d/proxy",
        &format!("Acquire::http::Proxy \"http://student:secret@127.0.0.1:{port}\";\n"),
    );
    let output = stops_before_apt(
        &machine,
        &["the proxy requires a valid name and password", "/etc/apt/sources.list:1", "http_proxy"],
    );
    output.does_not_say("secret").does_not_say("c3R1ZGVudDpzZWNyZXQ=");
}

/// The machine's only source.
fn only(machine: &Machine, port: u16, folder: &str) {
    machine.write(
        "/etc/apt/sources.list",
        &format!("# The room's\ndeb http://127.0.0.1:{port}/{folder} bookworm main\n"),
    );
}

#[test]
fn a_login_page_and_a_clock_that_is_behind_are_told_apart_from_a_dead_network() {
    let machine = in_need();
    let port = free_port();
    let _server = serve(&machine, port);
    only(&machine, port, "hotel");
    stops_before_apt(
        &machine,
        &["requires you to log in", "/etc/apt/sources.list:2", "log in", "in a browser"],
    );

    only(&machine, port, "future");
    let output = machine.labready(["setup", "--yes", "--no-verify"]).run();
    output
        .exits(5)
        .says("the system clock is")
        .says("years behind")
        .says("timedatectl set-ntp true");
}

/// Makes signed archives below /srv: one whose date is past, one that another key signed, one whose
/// index is another than the signed one, one in order, and one of the day after tomorrow.
const ARCHIVES: &str = r#"
for name in ours theirs; do
    gpg --batch --quiet --passphrase '' --quick-gen-key "$name@example.org" default default never
    gpg --armor --export "$name@example.org" >"/etc/apt/keyrings/$name.asc"
done
install -m 0600 /etc/apt/keyrings/ours.asc /etc/apt/keyrings/closed.asc
archive() {
    mkdir -p "/srv/$1/dists/x/main/binary-amd64"
    cd "/srv/$1/dists/x"
    printf 'Package: x\nVersion: 1\nArchitecture: all\n' >main/binary-amd64/Packages
    cat >/tmp/Release <<END
Origin: $1
Suite: x
Codename: x
Architectures: amd64
Components: main
Date: $(date -u -R -d "$3")
Valid-Until: $(date -u -R -d "$4")
SHA256:
 $(sha256sum main/binary-amd64/Packages | cut -d ' ' -f 1) $(stat -c %s main/binary-amd64/Packages) main/binary-amd64/Packages
END
    gpg --batch --yes --quiet --local-user "$2@example.org" --clearsign -o InRelease /tmp/Release
}
archive old ours '-30 days' '-3 days'
archive foreign theirs '-1 hour' '+3 days'
archive torn ours '-1 hour' '+3 days'
sed -i 's/Version: 1/Version: 2/' main/binary-amd64/Packages
archive good ours '-1 hour' '+3 days'
archive early ours '+2 days' '+9 days'
"#;

const THIRD: &str = "/etc/apt/sources.list.d/third.list";

#[test]
fn every_source_that_fails_is_a_warning_with_file_line_and_reason_and_setup_goes_on() {
    let machine = in_need();
    machine.apt_install(["gnupg"]);
    machine.run(["sh", "-ec", ARCHIVES]);
    let port = free_port();
    let _server = serve(&machine, port);
    let lines = [
        ("old", "ours"),
        ("foreign", "ours"),
        ("torn", "ours"),
        ("good", "closed"),
        ("none", "ours"),
        ("early", "ours"),
    ];
    let line = |(archive, key): (&str, &str)| {
        format!(
            "deb [signed-by=/etc/apt/keyrings/{key}.asc] http://127.0.0.1:{port}/{archive} x main\n"
        )
    };
    machine.write(THIRD, &lines.map(line).concat());
    machine.shell("rm -rf /var/lib/apt/lists/*");

    let output = machine.labready(["setup", "--yes", "--no-verify", "--format", "json"]).run();
    output.succeeds();
    assert!(machine.has_package("build-essential"));
    let report = output.report();
    let found = report["problems"].as_array().unwrap().iter().map(|problem| {
        let text = |key: &str| problem[key].as_str().unwrap().replace(&port.to_string(), "PORT");
        let fix = problem["fix"]["command"].as_str().unwrap_or("-");
        format!(
            "{} {}: {}\n  {}\n  fix: {fix}\n",
            text("severity"),
            text("id"),
            text("title"),
            text("detail")
        )
    });
    insta::with_settings!({filters => vec![(r"[0-9A-F]{16,40}", "KEY"), (r"\d+d \d+h \d+min \d+s", "TIME")]}, {
        insta::assert_snapshot!(found.collect::<String>());
    });
}

/// Makes an archive of one package in /srv/flat, of this version.
const FLAT: &str = r#"
rm -rf /srv/flat /tmp/decoy
mkdir -p /srv/flat /tmp/decoy/DEBIAN
printf 'Package: build-essential\nVersion: %s\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' "$1" >/tmp/decoy/DEBIAN/control
cd /srv/flat
dpkg-deb -b /tmp/decoy "build-essential_$1_all.deb"
dpkg-scanpackages -m . >Packages
touch -d "-$((100 - $1)) hours" Packages
"#;

#[test]
fn a_package_that_the_server_has_no_more_is_looked_for_in_a_fresh_index_and_missed_only_then() {
    let machine = in_need();
    let port = free_port();
    let _server = serve(&machine, port);
    machine.write(
        "/etc/apt/sources.list",
        &format!("deb [trusted=yes] http://127.0.0.1:{port}/flat ./\n"),
    );
    let publish = |version: &str| drop(machine.run(["sh", "-ec", FLAT, "flat", version]));
    publish("98");
    machine.run(["apt-get", "update", "-q"]);
    publish("99");
    setup(&machine).succeeds();
    assert!(machine.has_package("build-essential"));

    machine.shell("dpkg --purge build-essential; rm /srv/flat/*.deb; apt-get clean");
    let output = setup(&machine);
    output.exits(5).says("even after an update").says("404").says("try again in an hour");
    machine.run(["apt-get", "check", "-q"]);
}

#[test]
fn an_old_release_whose_archive_has_moved_is_told_where_to() {
    let machine = in_need();
    let port = free_port();
    let _server = serve(&machine, port);
    machine.shell("echo 127.0.0.1 archive.ubuntu.com >>/etc/hosts");
    for (version, codename) in [("23.04", "lunar"), ("25.10", "questing")] {
        machine.calls_itself(&format!("ID=ubuntu\nNAME=Ubuntu\nPRETTY_NAME=\"Ubuntu {version}\"\nVERSION_ID={version}\nVERSION_CODENAME={codename}\n"));
        machine.write(
            "/etc/apt/sources.list",
            &format!("deb http://archive.ubuntu.com:{port}/ubuntu {codename} main\n"),
        );
        let output = setup(&machine);
        output
            .exits(5)
            .says(&format!("{codename} is past its end of life, and its archive has moved"))
            .says("/etc/apt/sources.list:1");
        output.says(&format!(
            "sed -i 's|http://archive.ubuntu.com:{port}/ubuntu|http://old-releases.ubuntu.com/ubuntu|' /etc/apt/sources.list"
        ));
    }
}

#[test]
fn a_network_that_goes_away_between_apt_and_pip_is_one_cause_in_one_sentence() {
    let machine = Machine::ready("bookworm");
    machine.shell("rm -rf /root/venv/lib/python3.11/site-packages/wheel*");
    machine.hide_network();
    let output = setup(&machine);
    output
        .exits(5)
        .says("error[network-down]")
        .does_not_say("from versions")
        .does_not_say("pip config");
    machine.show_network();
}
