//! The alternatives group, damaged: the real update-alternatives refuses it, and labready makes it
//! anew.

use crate::machine::Machine;

const GROUP: &str = "/var/lib/dpkg/alternatives/labready-python3";
const LINK: &str = "/usr/local/bin/python3";
const CHOICE: &str = "/etc/alternatives/labready-python3";
const WHOLE: &str = "manual\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n\n";

/// What a full disk or a crash leaves.
const DAMAGED: [&str; 5] = [
    "",
    "garbage\n",
    "weird\n/usr/local/bin/python3\n\n\n",
    // Below something that is no folder: fuzzing found that update-alternatives gives up over it.
    "manual\n/usr/local/bin/python3\n\n/etc/passwd/python3\n309\n\n",
    "manual\n/usr/local/bin/pyt",
];

#[track_caller]
fn update_alternatives_refuses(machine: &Machine) {
    machine.command(["update-alternatives", "--query", "labready-python3"]).run().exits(2);
}

#[test]
fn a_group_that_update_alternatives_refuses_is_told_by_doctor_and_made_anew() {
    let machine = Machine::ready("bookworm");
    assert_eq!(machine.read(GROUP), WHOLE);
    for damaged in DAMAGED {
        for command in ["repair --yes", "setup --yes --no-verify"] {
            machine.write(GROUP, damaged);
            update_alternatives_refuses(&machine);
            let doctor = machine.labready(["doctor"]).run();
            doctor.exits(1).says("error[selection-damaged]").says("fix: labready repair");
            machine.shell(&format!("labready {command}"));
            assert_eq!(machine.read(GROUP), WHOLE, "{command} after {damaged:?}");
            machine.run(["update-alternatives", "--query", "labready-python3"]);
            assert_eq!(machine.leads_to(LINK), CHOICE);
            assert_eq!(machine.leads_to(CHOICE), "/usr/bin/python3.11");
        }
    }
    assert_eq!(machine.read("/var/backups/labready-python3"), DAMAGED[4], "it is kept");
}

#[test]
fn undo_takes_a_damaged_group_away_and_says_so_only_then() {
    let machine = Machine::ready("bookworm");
    machine.write(GROUP, "garbage\n");
    update_alternatives_refuses(&machine);
    let undo = machine.labready(["undo", "--yes"]).run();
    assert_eq!(undo.succeeds().last_line(), "Everything that setup did is undone.");
    for gone in [GROUP, CHOICE, LINK] {
        assert!(!machine.exists(gone), "{gone} is left");
    }
    assert_eq!(machine.read("/var/backups/labready-python3"), "garbage\n", "it is kept");
}
