//! The journal: two environments share a machine, a forged journal is refused, and a damaged one is kept.

use std::time::Duration;

use crate::machine::Machine;

const COLD: Duration = Duration::from_secs(420);

#[test]
fn an_undo_in_one_folder_leaves_another_environment_what_it_needs() {
    let machine = Machine::ready("bookworm");
    let setup = ["setup", "--yes", "--no-verify", "--venv", "/srv/b/venv"];
    machine.labready(setup).limit(COLD).run().succeeds();
    let output = machine.labready(["undo", "--yes"]).limit(COLD).run();
    output.succeeds().says("`/srv/b/venv` stays, with what it needs");
    assert!(!machine.exists("/root/venv"));
    machine.run(["/srv/b/venv/bin/python", "-c", "import pip, wheel"]);
    machine.run(["python3", "-c", "import asyncio"]);
    let output = machine.labready(["undo", "--yes", "--venv", "/srv/b/venv"]).limit(COLD).run();
    assert_eq!(output.succeeds().last_line(), "Everything that setup did is undone.");
    assert!(!machine.has_package("python3.11") && !machine.has_package("build-essential"));
    assert!(!machine.exists("/srv/b/venv") && !machine.exists("/var/lib/labready"));
}

#[test]
fn root_does_not_believe_a_journal_that_a_student_wrote() {
    let machine = Machine::ready("bookworm");
    machine.apt_install(["strace"]);
    machine.run(["chmod", "777", "/var/lib/labready"]);
    let venv = "/home/student/victim";
    machine.run(["python3", "-m", "venv", venv]);
    let record = r#"{"record":"packages","packages":["passwd","strace"]}"#;
    let made = r#"{"record":"intent","id":"make-venv","action":{"kind":"make-venv","folder":"/home/student/victim","interpreter":"/usr/bin/python3.11","version":"3.11.2","replace":false},"account":null}"#;
    let forge = r#"rm -f /var/lib/labready/journal.jsonl; printf '%s\n' "$0" "$1" > /var/lib/labready/journal.jsonl"#;
    machine.command(["sh", "-ec", forge, record, made]).by_student().run().succeeds();
    machine.labready(["undo", "--yes"]).run().exits(1).says("journal-unsafe");
    machine.labready(["setup", "--yes", "--no-verify"]).run().exits(1).says("journal-unsafe");
    // Even once the folder is root's alone again, the file is not.
    machine.run(["chmod", "755", "/var/lib/labready"]);
    machine
        .labready(["undo", "--yes"])
        .run()
        .exits(1)
        .says("another account (uid 1000) can change it");
    // And even root's own journal names nothing that the system needs, or that somebody asked for.
    machine.run(["chown", "root:root", "/var/lib/labready/journal.jsonl"]);
    assert!(machine.exists(venv));
    machine.run(["rm", "-r", venv]);
    let output = machine.labready(["undo", "--yes"]).limit(COLD).run();
    output.succeeds().says("the system needs `passwd`").says("`strace` marked as manually");
    assert!(machine.has_package("passwd") && machine.has_package("strace"));
}

#[test]
fn what_labready_makes_is_roots_alone_whatever_the_umask_and_a_torn_line_loses_nothing() {
    let machine = Machine::ready("bookworm");
    machine.run(["rm", "-r", "/var/lib/labready"]);
    let setup = "umask 000; labready setup --yes --no-verify --venv /srv/c/venv";
    machine.shell(setup);
    let modes = machine.shell("stat -c %a /var/lib/labready /var/lib/labready/journal.jsonl");
    assert_eq!(modes, "755\n644\n");
    assert_eq!(machine.shell("stat -c %a /srv/c /srv/c/venv"), "755\n755\n");
    machine.shell("printf '{\"reco' >> /var/lib/labready/journal.jsonl");
    machine.shell("labready setup --yes --no-verify --venv /srv/d/venv");
    machine.shell("echo garbage >> /var/lib/labready/journal.jsonl");
    let undo = |folder: &str| machine.labready(["undo", "--yes", "--venv", folder]).run();
    undo("/srv/c/venv").exits(1).says("journal-not-understood");
    undo("/srv/d/venv").exits(1).says("the rest is not");
    assert!(!machine.exists("/srv/c/venv") && !machine.exists("/srv/d/venv"));
    assert!(machine.read("/var/lib/labready/journal.jsonl").contains("garbage"));
}
