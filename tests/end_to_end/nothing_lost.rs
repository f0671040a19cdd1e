//! Somebody's work outlives every command: what labready cannot see, did not make, or replaces.

use crate::machine::Machine;

/// Root's power over other accounts' files is gone, as on a home that NFS serves with
/// `root_squash`.
const SQUASHED: [&str; 4] = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
    "/usr/local/sbin/labready",
];

/// `ada` has a closed home, and in it this folder.
fn ada(machine: &Machine, folder: &str) {
    machine.shell(&format!(
        "useradd --create-home ada; chmod 700 /home/ada; mkdir {folder}; echo thesis > {folder}/thesis.txt; chown -R ada: {folder}"
    ));
}

#[test]
fn a_folder_that_root_cannot_look_into_is_not_taken_for_missing() {
    let machine = Machine::ready("bookworm");
    ada(&machine, "/home/ada/venv");
    let tree = machine.tree().below("/home/ada");
    let [setpriv, bounding, inherited, labready] = SQUASHED;
    let setup = [setpriv, bounding, inherited, labready, "setup", "--yes", "--owner", "ada"];
    machine
        .command(setup)
        .run()
        .exits(1)
        .says("`/home/ada/venv` is a folder with one entry that is not a virtual environment");
    machine.shell("chmod 000 /home/ada/venv");
    machine
        .command(setup)
        .run()
        .exits(1)
        .says("`/home/ada/venv` is not readable for the account that would use it");
    machine.shell("chmod 755 /home/ada/venv");
    tree.is_the_same_as(&machine.tree().below("/home/ada"));
}

#[test]
fn where_only_the_student_can_look_the_environment_is_made_as_usual() {
    let machine = Machine::ready("bookworm");
    ada(&machine, "/home/ada/notes");
    let [setpriv, bounding, inherited, labready] = SQUASHED;
    let setup = [setpriv, bounding, inherited, labready, "setup", "--yes", "--owner", "ada"];
    let output = machine.command(setup).run();
    assert_eq!(output.succeeds().last_line(), "This workstation is ready.");
    assert_eq!(machine.shell("stat -c %U /home/ada/venv/bin/pip").trim(), "ada");
}

#[test]
fn an_environment_that_is_rebuilt_is_kept_beside_the_new_one() {
    let machine = Machine::ready("bookworm");
    machine.labready(["setup", "--yes"]).by_student().run().succeeds();
    machine.shell(
        "cd /home/student/venv; echo mine > lib/notes.txt; ln -sfn /usr/bin/python3.99 bin/python3.11",
    );
    let output = machine.labready(["setup", "--yes", "-v"]).by_student().run();
    output.succeeds().says(
        "note[venv-set-aside]: the old virtual environment is kept as `/home/student/venv.old`",
    );
    assert_eq!(machine.read("/home/student/venv.old/lib/notes.txt"), "mine\n");
}

#[test]
fn an_old_environment_is_put_back_when_a_new_one_cannot_be_made() {
    let machine = Machine::ready("bookworm");
    machine.labready(["setup", "--yes"]).by_student().run().succeeds();
    machine.shell("ln -sfn /usr/bin/python3.99 /home/student/venv/bin/python3.11");
    let tree = machine.tree().below("/home/student").without(&["/home/student/.local"]);
    machine.shell("mv /usr/lib/python3.11/ensurepip /root/");
    let output = machine.labready(["setup", "--yes", "--offline"]).by_student().run();
    assert_ne!(output.code, 0, "{output}");
    tree.is_the_same_as(&machine.tree().below("/home/student").without(&["/home/student/.local"]));
}

#[test]
fn folders_in_var_tmp_that_are_somebodys_are_not_swept() {
    let machine = Machine::ready("bookworm");
    machine.shell(
        "for name in bookworm a1b2c3; do mkdir -m 700 /var/tmp/labready-$name; echo result > /var/tmp/labready-$name/result.txt; touch -d '1 hour ago' /var/tmp/labready-$name; done",
    );
    // Both begin by sweeping.
    machine.labready(["setup", "--yes", "--bundle", "/var/tmp/labready-bookworm"]).run();
    machine.hide_network();
    machine.labready(["bundle", "/root/bundle"]).run();
    assert_eq!(machine.shell("cat /var/tmp/labready-*/result.txt"), "result\nresult\n");
}

#[test]
fn undo_keeps_an_environment_with_work_in_it_however_deep() {
    let machine = Machine::ready("bookworm");
    machine.labready(["setup", "--yes", "--no-verify"]).by_student().run().succeeds();
    let venv = "/home/student/venv";
    for work in ["bin/mine.py", "share/notes/thesis.tex", "lib/python3.11/site-packages/mylab.py"] {
        let work = format!("{venv}/{work}");
        machine.shell(&format!(
            "mkdir -p $(dirname {work}); echo mine >{work}; chown -R student: {venv}"
        ));
        machine.labready(["undo", "--yes"]).by_student().run().says("stays");
        assert_eq!(machine.shell(&format!("cat {work}; rm {work}")), "mine\n");
    }
    // What pip installed and Python compiled is no work.
    machine.command(["venv/bin/python", "-c", "import wheel, json"]).by_student().run().succeeds();
    machine.labready(["undo", "--yes"]).by_student().run().does_not_say("stays");
    assert!(!machine.exists(venv));
}

#[test]
fn what_only_a_group_of_roots_may_see_is_not_seen_with_the_students_eyes() {
    let machine = Machine::ready("bookworm");
    machine.shell(
        "useradd --create-home ada; install -d -g adm -m 0750 /home/ada/venv; touch /home/ada/venv/thesis",
    );
    let plan = ["/usr/local/sbin/labready", "plan", "--owner", "ada"];
    machine
        .command(["setpriv", "--groups=adm", plan[0], plan[1], plan[2], plan[3]])
        .within("/home/ada")
        .run()
        .says("not readable for the account that would use it");
}
