//! Everything between pip and its packages: a proxy with a certificate of its own, servers that refuse,
//! pages that are no index, a disk that is full. The servers are real, and so is their TLS.

use crate::machine::{Command, Machine, Output, Running, free_port};

/// An index below /simple over TLS; over HTTP the way many networks answer, by the first folder of what is
/// asked for. A whole address, and CONNECT, are asked of a proxy.
const SERVER: &str = r#"
import http.server, ssl, sys, threading
class Handler(http.server.SimpleHTTPRequestHandler):
    def answer(self, code, page=b""):
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
    def do_CONNECT(self):
        self.answer(407)
    def do_GET(self):
        first = self.path.split("/")[1]
        if self.path.startswith("http://"):
            self.answer(407)
        elif first.isdigit():
            self.answer(int(first))
        elif first == "hotel":
            self.answer(200, b"<html><title>Welcome to our hotel</title></html>")
        else:
            super().do_GET()
def serve(port, certificate=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever).start()
serve(int(sys.argv[1]), "/srv/both.pem")
serve(int(sys.argv[2]))
open("/run/serving", "w").close()
"#;

/// A certificate that nobody knows, and an index with the package of the course.
const PREPARE: &str = r#"
cd /srv
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=room -addext subjectAltName=DNS:localhost -keyout key.pem -out room.crt 2>/dev/null
cat key.pem room.crt >both.pem
mkdir -p packages simple
/root/venv/bin/python -m pip download -q -d packages wheel
for file in packages/*.whl; do
    name=$(basename "$file")
    mkdir -p "simple/${name%%-*}"
    mv "$file" "simple/${name%%-*}"
done
"#;

/// Servers for TLS and for HTTP, and their machine.
struct Room {
    machine: Machine,
    tls: u16,
    http: u16,
    _server: Running,
}

impl Room {
    fn of(suite: &str) -> Self {
        let machine = Machine::ready(suite);
        machine.apt_install(["openssl", "ca-certificates"]);
        machine.run(["sh", "-ec", PREPARE]);
        machine.write("/opt/server.py", SERVER);
        let (tls, http) = (free_port(), free_port());
        let ports = [tls, http].map(|port| port.to_string());
        let words = ["/root/venv/bin/python", "/opt/server.py", &ports[0], &ports[1]];
        let mut server = machine.command(words).within("/srv").start();
        server.waits_for("the servers", |_| machine.exists("/run/serving"));
        Self { machine, tls, http, _server: server }
    }

    /// Setup by the student, whose pip takes packages from there and nowhere else.
    fn setup(&self, index: &str) -> Command<'_> {
        self.machine
            .labready(["setup", "--yes", "--no-verify", "--format", "json"])
            .by_student()
            .env("PIP_CONFIG_FILE", "/dev/null")
            .env("PIP_RETRIES", "0")
            .env("PIP_INDEX_URL", index)
    }
}

/// The error that ended a run: its name, title, detail and advice.
#[track_caller]
fn error(output: &Output) -> String {
    let problem = output.exits(5).report()["error"]["problem"].clone();
    let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    format!("{}: {}: {} [{}]", text("id"), text("title"), text("detail"), text("advice"))
}

#[track_caller]
fn expect(error: &str, words: &[&str]) {
    for said in words {
        assert!(error.contains(said), "no {said} in {error}");
    }
}

#[test]
fn a_certificate_that_the_machine_does_not_trust_is_named_with_the_fix_that_helps() {
    for suite in ["bookworm", "trixie"] {
        let room = Room::of(suite);
        let index = format!("https://localhost:{}/simple", room.tls);
        let said = error(&room.setup(&index).run());
        let server = format!("the certificate of `localhost:{}`", room.tls);
        expect(&said, &["certificate-untrusted: ", &server, "self-signed certificate"]);
        expect(&said, &["/usr/local/share/ca-certificates/", "update-ca-certificates"]);

        let trusts = room.setup(&index).env("PIP_CERT", "/etc/carried-ca.crt").run();
        expect(
            &error(&trusts),
            &["pip does not trust", "`/etc/carried-ca.crt`", "pip config list"],
        );

        let certificates = "/usr/local/share/ca-certificates/room.crt";
        room.machine.shell(&format!("cp /srv/room.crt {certificates}; update-ca-certificates"));
        room.setup(&index).run().succeeds();
        assert!(room.machine.exists("/home/student/venv/bin/wheel"), "{suite}");

        room.machine.shell(&format!("rm {certificates}; update-ca-certificates --fresh"));
        let address = format!("https://localhost:{}/debian", room.tls);
        room.machine.shell(&format!(
            "rm -rf /etc/apt/apt.conf.d/90carried /var/lib/apt/lists/* /etc/apt/sources.list.d/*; \
             echo 'deb {address} {suite} main' >/etc/apt/sources.list; dpkg --purge build-essential"
        ));
        let of_apt = room.machine.labready(["setup", "--yes", "--format", "json"]).run();
        expect(&error(&of_apt), &["certificate-untrusted: ", &server, "/etc/apt/sources.list:1"]);
    }
}

#[test]
fn what_keeps_pip_from_its_packages_is_told_apart() {
    let room = Room::of("bookworm");
    let http = |folder: &str| format!("http://127.0.0.1:{}/{folder}/simple", room.http);
    let of = |index: &str| error(&room.setup(index).run());

    let said = of(&http("403"));
    expect(
        &said,
        &["pip-not-installed: ", "/403/simple/wheel/` answers `403 Forbidden`", "index-url"],
    );
    expect(
        &of(&http("none")),
        &["pip-not-installed: ", "answers `404 File not found`", "check pip's"],
    );
    expect(&of(&http("hotel")), &["pip-not-installed: ", "lists no packages", "in a browser"]);
    expect(
        &of("https://index.invalid/simple"),
        &["server-dead: no server is called `index.invalid`"],
    );
    let closed = format!("http://127.0.0.1:{}/simple", free_port());
    expect(&of(&closed), &["server-dead: ", "cannot be reached: Connection refused"]);

    let proxy = format!("http://student:secret@127.0.0.1:{}", room.http);
    let output = room.setup("https://index.example/simple").env("https_proxy", &proxy).run();
    expect(&error(&output), &["proxy-wants-password: ", "`https_proxy`"]);
    output.does_not_say("secret");

    room.machine.small_disk("/home/student", 90 << 20);
    room.machine.run(["chown", "student:student", "/home/student"]);
    room.setup(&http("none")).run();
    room.machine.fill_disk("/home/student", 0);
    let own = format!("http://127.0.0.1:{}/simple", room.http);
    expect(&of(&own), &["disk-full: ", "/home/student", "No space left on device"]);
}
