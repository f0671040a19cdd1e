//! Systems that labready must not change, or must not be misled by.

use crate::machine::{Machine, Output};

const FEDORA: &str = r#"NAME="Fedora Linux"
VERSION="41 (Server Edition)"
ID=fedora
VERSION_ID=41
PRETTY_NAME="Fedora Linux 41 (Server Edition)"
"#;

/// Neither a crash nor a bug: an answer.
#[track_caller]
fn expect_an_answer(output: &Output) {
    assert!((0..=5).contains(&output.code), "{output}");
    output.does_not_say("panicked").does_not_say("internal error");
}

#[test]
fn a_fedora_is_told_what_to_do_by_hand_and_left_as_it_is() {
    let machine = Machine::fresh("bookworm");
    machine.calls_itself(FEDORA);
    machine.run(["rm", "/etc/debian_version"]);
    machine.watch_package_programs();
    let tree = machine.tree();
    for arguments in [["setup", "--yes"], ["plan", "--verbose"]] {
        machine
            .labready(arguments)
            .run()
            .exits(1)
            .says("Fedora Linux 41")
            .says("cannot set up")
            .says("install a Python in the course's range");
    }
    assert_eq!(machine.started(), Vec::<String>::new());
    tree.is_the_same_as(&machine.tree());
}

#[test]
fn a_hostile_os_release_is_text_and_nothing_more() {
    let machine = Machine::fresh("bookworm");
    let honest = machine.read("/usr/lib/os-release");
    let megabyte = format!("ID=debian\nVERSION_CODENAME={}\n", "x".repeat(1 << 20));
    let hostile = [
        "ID=debian\nVERSION_CODENAME=\"jammy main; touch /tmp/x\"\n".to_owned(),
        "ID=ubuntu\nVERSION_CODENAME=$(touch /tmp/x)\nUBUNTU_CODENAME=`touch /tmp/x`\n".to_owned(),
        "ID=\"debian'; touch /tmp/x\"\nPRETTY_NAME=\"\u{1b}[2J$(touch /tmp/x)\"\n".to_owned(),
        honest.replace('\n', "\r\n"),
        megabyte,
        "\n\n".to_owned(),
    ];
    for os_release in hostile {
        machine.calls_itself(&os_release);
        let tree = machine.tree();
        let output = machine.labready(["plan", "--verbose"]).run();
        expect_an_answer(&output);
        output.does_not_say("\u{1b}[2J");
        expect_an_answer(&machine.labready(["plan", "--format", "json"]).run());
        tree.is_the_same_as(&machine.tree());
    }
}

#[test]
fn without_an_os_release_the_older_files_tell_and_without_any_nothing_is_done() {
    let machine = Machine::fresh("bookworm");
    machine.run(["rm", "-f", "/etc/os-release", "/usr/lib/os-release"]);
    machine.labready(["plan", "--verbose"]).run().does_not_say("cannot set up");
    machine.run(["rm", "-f", "/etc/debian_version", "/etc/lsb-release"]);
    let tree = machine.tree();
    machine.labready(["setup", "--yes"]).run().exits(1).says("cannot set up");
    tree.is_the_same_as(&machine.tree());
}

#[test]
fn without_an_index_and_without_a_network_it_says_so_and_ends() {
    let machine = Machine::fresh("bookworm");
    machine.hide_network();
    let before = machine.tree().without(&["/var"]);
    let output = machine.labready(["setup", "--yes"]).run();
    output.exits(5).says("network").says("labready setup");
    before.is_the_same_as(&machine.tree().without(&["/var"]));
    assert_eq!(machine.run(["dpkg", "--audit"]), "");
}

#[test]
fn nothing_in_range_is_an_answer_that_lists_what_was_found() {
    let machine = Machine::ready("bookworm");
    machine.hide_network();
    let setup = || machine.labready(["setup", "--yes", "--python", "==3.8.*"]).run();
    let tree = machine.tree().without(&[
        "/var/lib/apt",
        "/var/lib/labready",
        "/var/cache/apt",
        "/var/log",
    ]);
    // Debian 12 has gone by 3.8: nothing is asked of the network.
    let plan = machine.labready(["plan", "--python", "==3.8.*"]).run();
    for output in [plan, setup()] {
        output
            .exits(1)
            .says("there is no Python in `>=3.7, <3.14, ==3.8.*`")
            .says("/usr/bin/python3.11 (3.11.2), installed by apt")
            .says("uv python install 3.8");
    }
    tree.is_the_same_as(&machine.tree().without(&[
        "/var/lib/apt",
        "/var/lib/labready",
        "/var/cache/apt",
        "/var/log",
    ]));
}

#[test]
fn a_python_that_cannot_be_one_is_refused_by_name() {
    let machine = Machine::ready("bookworm");
    machine.write_program(
        "/opt/python2",
        "#!/bin/sh\n[ \"$1\" = --version ] && echo Python 2.7.18 >&2\nexit 2\n",
    );
    let tree = machine.tree();
    for nonsense in ["banana", "3.x.y", "/usr/bin", "/bin/ls", "/opt/python2", "/nowhere/python3"] {
        let output = machine.labready(["setup", "--yes", "--python", nonsense]).run();
        assert!([1, 2].contains(&output.code), "{output}");
        output.says(nonsense);
    }
    tree.is_the_same_as(&machine.tree());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let machine = Machine::ready("bookworm");
    for line in [
        "labready plan --format json | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}",
        "labready course show | true; echo ${PIPESTATUS[0]}",
        "labready verify --format ndjson | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}",
    ] {
        let output = machine.command(["bash", "-c", line]).run();
        output.succeeds().does_not_say("panicked").does_not_say("Broken pipe");
        assert_eq!(output.stdout, "0\n", "{output}");
    }
    // Closed from the start, or full: there was a reader, and it did not get its report.
    for line in ["labready plan --format json >/dev/full", "labready plan >&-"] {
        let output = machine.command(["bash", "-c", line]).run();
        expect_an_answer(&output);
    }
    machine
        .command(["bash", "-c", "labready plan --format json >/dev/full"])
        .run()
        .exits(3)
        .says("could not write `/dev/stdout`");
}

#[test]
fn verify_keeps_to_the_range_that_was_asked_for() {
    let machine = Machine::ready("bookworm");
    machine
        .labready(["verify", "--python", "3.13"])
        .run()
        .exits(1)
        .says("no Python in `>=3.7, <3.14, 3.13` is installed");
}
