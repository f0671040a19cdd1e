//! The alternatives group, damaged: the real update-alternatives refuses it, and labready makes it
//! anew.

use crate::machine::Machine;

const GROUP: &str = "/var/lib/dpkg/alternatives/labready-python3";
const LINK: &str = "/usr/local/bin/python3";
const CHOICE: &str = "/etc/alternatives/labready-python3";
const WHOLE: &str = "manual\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n\n";

/// What a full disk or a crash leaves.
const DAMAGED: [&str; 4] =
    ["", "garbage\n", "weird\n/usr/local/bin/python3\n\n\n", "manual\n/usr/local/bin/pyt"];

#[track_caller]
fn update_alternatives_refuses(machine: &Machine) {
    machine.command(["update-alternatives", "--query", "labready-python3"]).run().exits(2);
}

#[test]
fn a_group_that_update_alternatives_refuses_is_told_by_doctor_and_made_anew() {
    let machine = Machine::ready("bookworm");
    assert_eq!(machine.read(GROUP), WHOLE);
    for damaged in DAMAGED {
        for command in ["repair", "setup"] {
            machine.write(GROUP, damaged);
            update_alternatives_refuses(&machine);
            let doctor = machine.labready(["doctor"]).run();
            doctor.exits(1).says("error[selection-damaged]").says("fix: labready repair");
            machine.labready([command, "--yes"]).run().succeeds();
            assert_eq!(machine.read(GROUP), WHOLE, "{command} after {damaged:?}");
            machine.run(["update-alternatives", "--query", "labready-python3"]);
            assert_eq!(machine.leads_to(LINK), CHOICE);
            assert_eq!(machine.leads_to(CHOICE), "/usr/bin/python3.11");
        }
    }
    assert_eq!(machine.read("/var/backups/labready-python3"), DAMAGED[3], "it is kept");
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
