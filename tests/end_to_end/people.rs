//! Who asks, from where, and how: rights, terminals, folders and paths as students have them.

use serde_json::Value;

use crate::machine::{Account, Machine};

/// What a plan would do, without what differs from run to run.
fn steps(machine: &Machine, account: Account) -> Value {
    let plan = machine
        .labready(["plan", "--format", "json", "--venv", "/srv/class/venv"])
        .by(account)
        .within("/")
        .run();
    plan.report()["steps"].clone()
}

#[test]
fn a_user_without_rights_gets_the_same_plan_as_root() {
    let machine = Machine::fresh("bookworm");
    let before_refresh = steps(&machine, Account::Root);
    assert!(before_refresh.as_array().is_some_and(|steps| !steps.is_empty()));
    assert_eq!(before_refresh, steps(&machine, Account::Student));

    machine.run(["apt-get", "update", "-q"]);
    let tree = machine.tree();
    let full = steps(&machine, Account::Student);
    tree.is_the_same_as(&machine.tree());
    assert!(full.to_string().contains("python3.11-venv"), "{full:#}");
    assert_eq!(steps(&machine, Account::Root), full);
}

#[test]
fn a_user_without_rights_is_told_the_commands_for_whoever_has_them() {
    let machine = Machine::fresh("bookworm");
    machine.run(["apt-get", "update", "-q"]);
    let tree = machine.tree();
    let output = machine.labready(["setup", "--yes"]).by_student().run();
    output
        .exits(4)
        .says("4 steps need root")
        .says("ask the administrator of this machine to run:")
        .says("labready setup --owner student --venv /home/student/venv");
    tree.is_the_same_as(&machine.tree());
}

#[test]
fn on_a_ready_machine_a_student_needs_no_rights() {
    let machine = Machine::ready("bookworm");
    machine.watch_package_programs();
    let output = machine.labready(["setup", "--yes"]).by_student().run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    assert_eq!(machine.started(), Vec::<String>::new());
    let owners = machine.shell("find /home/student ! -user student -print");
    assert_eq!(owners, "", "not the student's own");
    machine.command(["venv/bin/python", "-c", "import wheel"]).by_student().run().succeeds();
}

#[test]
fn on_a_terminal_it_asks_once_and_no_changes_nothing() {
    let machine = Machine::ready("bookworm");
    let tree = machine.tree();
    let mut running = machine.labready(["setup"]).by_student().on_a_terminal().start();
    running.sees("Create the virtual environment").sees("[y/N]").types("n\n");
    let output = running.finish();
    assert_eq!(output.exits(1).stdout.matches("[y/N]").count(), 1, "{output}");
    output.does_not_say("This workstation is ready.");
    tree.is_the_same_as(&machine.tree());
}

#[test]
fn on_a_terminal_it_asks_once_and_yes_goes_on() {
    let machine = Machine::ready("bookworm");
    let mut running = machine.labready(["setup"]).by_student().on_a_terminal().start();
    running.sees("[y/N]").types("y\n");
    let output = running.finish();
    assert_eq!(output.succeeds().stdout.matches("[y/N]").count(), 1, "{output}");
    assert_eq!(output.last_line(), "This workstation is ready.");
}

#[test]
fn on_a_terminal_a_ready_machine_is_not_asked_about() {
    let machine = Machine::ready("bookworm");
    let output = machine.labready(["setup"]).on_a_terminal().run();
    output.succeeds().does_not_say("[y/N]");
    assert_eq!(output.last_line(), "This workstation is ready.");
}

#[test]
fn off_a_terminal_nothing_is_done_without_yes() {
    let machine = Machine::fresh("bookworm");
    let tree = machine.tree();
    machine.labready(["setup"]).run().exits(2).says("--yes");
    machine.labready(["setup"]).stdin("y\n").run().exits(2).says("--yes");
    tree.is_the_same_as(&machine.tree());
}

#[test]
fn a_folder_with_spaces_and_letters_beyond_ascii_is_a_folder_like_any_other() {
    let machine = Machine::ready("bookworm");
    let folder = "/home/student/Übung eins – día 2 'o'";
    machine.command(["mkdir", folder]).by_student().run().succeeds();
    let output = machine.labready(["setup", "--yes"]).by_student().within(folder).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    let python = machine
        .command(["venv/bin/python", "-c", "import sys, wheel; print(sys.prefix)"])
        .by_student()
        .within(folder)
        .run();
    assert_eq!(python.succeeds().stdout.trim_end(), format!("{folder}/venv"));
    machine
        .command(["sh", "-c", ". venv/bin/activate; pip --version"])
        .by_student()
        .within(folder)
        .run()
        .succeeds();
    let again = machine.labready(["plan", "--format", "json"]).by_student().within(folder).run();
    assert_eq!(again.succeeds().report()["steps"], serde_json::json!([]));
}

#[test]
fn certificates_that_are_not_there_are_not_asked_for() {
    let machine = Machine::ready("bookworm");
    let setup = machine.labready(["setup", "--yes", "--no-verify"]).by_student();
    let output =
        setup.env("PIP_CERT", "/nowhere/ca.crt").env("SSL_CERT_FILE", "/nowhere/ca.crt").run();
    output.succeeds();
    machine.command(["venv/bin/python", "-c", "import wheel"]).by_student().run().succeeds();
}

#[test]
fn pyenv_that_is_first_in_path_is_shown_and_not_chosen() {
    let machine = Machine::ready("bookworm");
    let home = "/home/student/.pyenv";
    // Which version it is, pyenv says by the folder's name.
    machine.shell(&format!("mkdir -p {home}/versions/3.12.4/bin; cp /usr/bin/python3.11 {home}/versions/3.12.4/bin/python3.12"));
    let shim = "#!/bin/sh\necho \"$0 $*\" >>/tmp/shim-was-asked\nexit 127\n";
    for name in ["python", "python3", "python3.11", "pip", "pip3"] {
        machine.write_program(&format!("{home}/shims/{name}"), shim);
    }
    machine.run(["chown", "-R", "student:student", "/home/student"]);
    let path = format!("{home}/shims:{home}/bin:/usr/local/bin:/usr/bin:/bin");
    let with_pyenv = |arguments: [&str; 2]| {
        machine.labready(arguments).by_student().env("PATH", &path).env("PYENV_ROOT", home).run()
    };

    let plan = with_pyenv(["plan", "--verbose"]);
    plan.says("pyenv");
    let output = with_pyenv(["setup", "--yes"]);
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    let real = machine.run(["readlink", "-f", "/home/student/venv/bin/python"]);
    assert_eq!(real.trim_end(), "/usr/bin/python3.11");
    let made_by = machine.read("/home/student/venv/pyvenv.cfg");
    assert!(made_by.contains("home = /usr/bin\n"), "{made_by}");
}
