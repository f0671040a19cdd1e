//! An Ubuntu whose own archives have no Python for the course: a signed archive over HTTP, shaped
//! like deadsnakes, has one.

use std::time::Duration;

use crate::machine::{Machine, Running, free_port};
use crate::undo::{CACHES, packages};

const COLD: Duration = Duration::from_secs(420);

fn mirror(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn ubuntu(codename: &str, version: &str) -> String {
    format!(
        "ID=ubuntu\nID_LIKE=debian\nNAME=Ubuntu\nPRETTY_NAME=\"Ubuntu {version}\"\nVERSION_ID={version}\nVERSION_CODENAME={codename}\nUBUNTU_CODENAME={codename}\n"
    )
}

/// Signs what lies in /srv/ppa/pool as the archive of a release.
const SIGN: &str = r#"
cd /srv/ppa
mkdir -p dists/$1/main/binary-amd64
apt-ftparchive packages pool >dists/$1/main/binary-amd64/Packages
o=APT::FTPArchive::Release
apt-ftparchive -o $o::Origin=LP-PPA-deadsnakes -o $o::Label=x -o $o::Suite=$1 -o $o::Codename=$1 -o $o::Architectures=${3:-amd64} \
    -o $o::Components=main release dists/$1 >/tmp/Release
[ -z "$4" ] || sed -i "s/^Date:.*/Date: $(date -u -R -d '-9 days')\nValid-Until: $(date -u -R -d '-2 days')/" /tmp/Release
gpg --batch --quiet --passphrase '' --quick-gen-key "$2" default default never 2>/dev/null || true
gpg --batch --yes --quiet --local-user "$2" --clearsign -o dists/$1/InRelease /tmp/Release
gpg --armor --export "$2" >/srv/key.asc
"#;

fn sign(machine: &Machine, codename: &str) {
    machine.command(["sh", "-ec", SIGN, "sign", codename, "ppa@example.org"]).run().succeeds();
}

/// The same for another architecture, or past its date.
fn sign_otherwise(machine: &Machine, architecture: &str, expired: &str) {
    machine
        .command(["sh", "-ec", SIGN, "sign", "noble", "ppa@example.org", architecture, expired])
        .run()
        .succeeds();
}

/// Serves /srv/ppa until the machine ends.
fn serve(machine: &Machine, python: &str, port: u16) -> Running {
    let number = port.to_string();
    let words =
        [python, "-m", "http.server", "--bind", "127.0.0.1", "--directory", "/srv/ppa", &number];
    let mut server = machine.command(words).limit(COLD).start();
    let connects =
        format!("import socket; socket.create_connection(('127.0.0.1', {port})).close()");
    server.waits_for("the server to listen", |_| {
        machine.command([python, "-c", &connects]).run().code == 0
    });
    server
}

/// A machine with the debs of the real 3.13 in an archive of its own, and an apt that is forbidden
/// to take them from anywhere else.
fn ubuntu_26_04() -> Machine {
    let machine = Machine::fresh("sid");
    machine.apt_install(["python3", "apt-utils", "gnupg"]);
    machine.shell(
        "mkdir -p /srv/ppa/pool /tmp/decoy/DEBIAN; cd /srv/ppa/pool; \
         apt-get download -q python3.13 python3.13-minimal python3.13-venv python3.13-dev \
             libpython3.13 libpython3.13-dev libpython3.13-minimal libpython3.13-stdlib; \
         printf 'Package: decoy\\nVersion: 9\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' >/tmp/decoy/DEBIAN/control; \
         dpkg-deb -b /tmp/decoy /srv/ppa/pool/decoy.deb",
    );
    let own = "Package: python3.13 python3.13-* libpython3.13*\nPin: release o=Debian\nPin-Priority: -1\n";
    machine.write("/etc/apt/preferences.d/own", own);
    sign(&machine, "resolute");
    machine.calls_itself(&ubuntu("resolute", "26.04"));
    machine
}

#[test]
fn an_ubuntu_whose_python_is_too_new_gets_3_13_from_deadsnakes_and_nothing_else_from_there_until_undo()
 {
    let machine = ubuntu_26_04();
    let port = free_port();
    let server = serve(&machine, "/usr/bin/python3", port);
    let mirror = mirror(port);
    let (tree, before) = (machine.tree().without(&CACHES), packages(&machine));
    let setup = ["setup", "--yes", "--ppa-mirror", &mirror, "--ppa-key", "/srv/key.asc"];
    let output = machine.labready(setup).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    output.says("Add the deadsnakes archive for resolute").says("will install Python 3.13");

    assert_eq!(machine.leads_to("/usr/bin/python3"), "python3.14");
    assert_eq!(machine.leads_to("/etc/alternatives/labready-python3"), "/usr/bin/python3.13");
    assert!(!machine.has_package("software-properties-common"));
    for file in [
        "/etc/apt/keyrings/labready-deadsnakes.asc",
        "/etc/apt/sources.list.d/labready-deadsnakes.sources",
    ] {
        assert_eq!(machine.run(["stat", "-c", "%a %U %G", file]), "644 root root\n");
    }
    assert!(machine.run(["apt-cache", "policy", "python3.13"]).contains(&mirror));
    assert!(machine.run(["apt-cache", "policy", "decoy"]).contains("Candidate: (none)"));
    machine.run(["apt-get", "update", "-q", "--error-on=any"]);
    output.does_not_say("did not come from deadsnakes");

    machine.watch_package_programs();
    machine.labready(setup).limit(COLD).run().succeeds();
    assert_eq!(machine.started(), Vec::<String>::new());

    let output = machine.labready(["undo", "--yes"]).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "Everything that setup did is undone.");
    assert_eq!(packages(&machine), before);
    machine.watch_no_more();
    tree.is_the_same_as(&machine.tree().without(&CACHES));
    drop(server);
}

/// A ready machine that is an Ubuntu by name, asked for a Python that its own archives lack.
fn asked_for_3_12(codename: &str, version: &str) -> Machine {
    let machine = Machine::ready("bookworm");
    machine.calls_itself(&ubuntu(codename, version));
    machine.run(["mkdir", "-p", "/srv/ppa/pool"]);
    machine
}

/// Its own archives are one small folder: what is asked of them is answered at once.
fn has_only_a_small_archive(machine: &Machine) {
    machine.write(
        "/srv/small/Packages",
        "Package: small\nVersion: 1\nArchitecture: all\nFilename: ./small.deb\nSize: 1\n",
    );
    machine.write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/small ./\n");
    machine.shell("rm -rf /var/lib/apt/lists/*; apt-get update -q");
}

/// Setup ends with this code and these words, and leaves apt's settings as they were.
#[track_caller]
fn is_refused(machine: &Machine, port: u16, words: &[&str]) {
    let before = machine.tree().below("/etc/apt");
    let setup = [
        "setup",
        "--yes",
        "--python",
        "3.12",
        "--ppa-mirror",
        &mirror(port),
        "--ppa-key",
        "/srv/key.asc",
    ];
    let output = machine.labready(setup).limit(COLD).run();
    output.exits(5);
    for said in words {
        output.says(said);
    }
    before.is_the_same_as(&machine.tree().below("/etc/apt"));
    machine.run(["apt-get", "check", "-q"]);
}

#[test]
fn a_release_that_deadsnakes_does_not_serve_yet_is_named_and_nothing_is_written() {
    let machine = asked_for_3_12("resolute", "26.04");
    let port = free_port();
    machine.write("/srv/key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
    let _server = serve(&machine, "/usr/bin/python3.11", port);
    is_refused(&machine, port, &["deadsnakes does not serve resolute", "404", "weeks after"]);
}

#[test]
fn a_server_that_is_dead_or_wants_a_login_is_told_apart_and_nothing_is_written() {
    let machine = asked_for_3_12("noble", "24.04");
    let port = free_port();
    machine.write("/srv/key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
    has_only_a_small_archive(&machine);
    is_refused(&machine, port, &["cannot be reached", "Connection refused", "check the network"]);

    machine.write(
        "/srv/ppa/dists/noble/InRelease",
        "<html><title>Welcome to our hotel</title></html>\n",
    );
    let _server = serve(&machine, "/usr/bin/python3.11", port);
    is_refused(&machine, port, &["requires you to log in first", "in a browser"]);
    machine.write("/srv/ppa/dists/noble/InRelease", "moved\n");
    is_refused(&machine, port, &["is not a package archive"]);
}

#[test]
fn an_archive_that_apt_cannot_use_or_that_has_nothing_here_is_taken_back() {
    let machine = asked_for_3_12("noble", "24.04");
    let port = free_port();
    machine.apt_install(["apt-utils", "gnupg"]);
    has_only_a_small_archive(&machine);
    sign(&machine, "noble");
    let _server = serve(&machine, "/usr/bin/python3.11", port);
    is_refused(
        &machine,
        port,
        &["deadsnakes has no Python for noble on amd64", "its index lists none"],
    );

    machine.run(["chmod", "0700", "/etc/apt/keyrings"]);
    is_refused(&machine, port, &["/etc/apt/keyrings", "only root may open the folder"]);
    machine.run(["chmod", "0755", "/etc/apt/keyrings"]);

    sign_otherwise(&machine, "amd64", "expired");
    is_refused(&machine, port, &["has expired"]);
    sign_otherwise(&machine, "arm64", "");
    is_refused(&machine, port, &["deadsnakes has no Python for noble on amd64", "it serves arm64"]);

    machine
        .command(["sh", "-ec", SIGN, "sign", "other", "somebody-else@example.org"])
        .run()
        .succeeds();
    sign_otherwise(&machine, "amd64", "");
    machine.run(["sh", "-ec", "gpg --armor --export somebody-else@example.org >/srv/key.asc"]);
    is_refused(&machine, port, &["apt does not accept the deadsnakes archive", "--ppa-key"]);
}

#[test]
fn a_source_of_deadsnakes_that_is_right_is_reused_and_any_other_does_not_stand_in_the_way() {
    let machine = asked_for_3_12("noble", "24.04");
    let port = free_port();
    machine.write("/srv/key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
    let plan = |source: &str| {
        machine.write("/etc/apt/sources.list.d/ppa.list", source);
        machine.shell("rm -rf /var/lib/apt/lists/*; mkdir -p /var/lib/apt/lists; : >/var/lib/apt/lists/x_Packages");
        let setup = [
            "setup",
            "--yes",
            "--python",
            "3.12",
            "--ppa-mirror",
            &mirror(port),
            "--ppa-key",
            "/srv/key.asc",
        ];
        machine.labready(setup).limit(COLD).run()
    };
    let right = format!("deb [trusted=yes] {} noble main\n", mirror(port));
    let output = plan(&right);
    output
        .exits(1)
        .says("the deadsnakes source in /etc/apt/sources.list.d/ppa.list:1")
        .does_not_say("Add the deadsnakes");

    for other in [
        format!("# {right}"),
        right.replace("noble", "jammy"),
        "deb [trusted=yes] http://ppa.launchpad.net/deadsnakes/ppa/ubuntu noble main\n".to_owned(),
    ] {
        plan(&other)
            .exits(5)
            .says("Add the deadsnakes archive for noble")
            .says("cannot be reached");
    }
}

/// An archive in a folder, with packages that hold nothing and call themselves a Python.
const HOLLOW: &str = r#"
mkdir -p /srv/hollow
cd /srv/hollow
for package in python3.12 python3.12-venv python3.12-dev; do
    mkdir -p "/tmp/$package/DEBIAN"
    printf 'Package: %s\nVersion: 3.12.9-1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' "$package" \
        >"/tmp/$package/DEBIAN/control"
    dpkg-deb -b "/tmp/$package" .
done
dpkg-scanpackages -m . >Packages
echo 'deb [trusted=yes] file:/srv/hollow ./' >/etc/apt/sources.list.d/hollow.list
apt-get update -q
"#;

#[test]
fn a_python_that_should_have_come_from_deadsnakes_and_came_from_elsewhere_is_told() {
    let machine = asked_for_3_12("noble", "24.04");
    machine.run(["sh", "-ec", HOLLOW]);
    let source = "Types: deb\nURIs: http://127.0.0.1:9/ppa/\nSuites: noble\nComponents: main\n";
    machine.write("/etc/apt/sources.list.d/labready-deadsnakes.sources", source);
    let pin = "# only: python3.12\nPackage: python3.12\nPin: release o=LP-PPA-deadsnakes\nPin-Priority: 500\n";
    machine.write("/etc/apt/preferences.d/labready-deadsnakes", pin);
    let output = machine.labready(["setup", "--yes", "--python", "3.12"]).run();
    output
        .says("`python3.12` 3.12.9-1 did not come from deadsnakes")
        .says("`http://127.0.0.1:9/ppa` does not have that version");
}

#[test]
fn the_key_in_the_binary_is_deadsnakes() {
    let machine = Machine::ready("bookworm");
    machine.apt_install(["gnupg"]);
    machine.write("/srv/key.asc", include_str!("../../src/deadsnakes.asc"));
    let shown = machine.run(["gpg", "--show-keys", "--with-colons", "/srv/key.asc"]);
    assert!(shown.contains("fpr:::::::::F23C5A6CF475977595C89F51BA6932366A755776:"), "{shown}");
}
