//! The journal: what is not understood is said and kept, what others could have written is refused, and
//! what labready writes is nobody else's to change.

use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use super::machine::{JOURNAL, Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify";
const STATE: &str = "/home/student/.local/state";

fn ready() -> Machine {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    machine
}

#[test]
fn a_line_of_a_later_version_is_said_and_kept_and_the_rest_is_undone() {
    let machine = ready();
    let later = r#"{"version":7,"record":"intent","id":"x","action":{"kind":"make-coffee"}}"#;
    machine.write(JOURNAL, &format!("{later}\n{}", machine.read(JOURNAL)));
    let output = machine.labready("undo --yes --format json");
    assert_eq!(output.ends_with(1).problems(), ["journal-not-understood"]);
    assert!(!machine.has("/home/student/venv") && !machine.has("/usr/bin/python3.11"));
    assert!(machine.read(JOURNAL).contains(later));
    let output = machine.labready("undo --yes");
    assert_snapshot!(format!("{}{}", output.ends_with(1).said(), output.stdout));
    assert!(machine.read(JOURNAL).contains(later));
}

#[test]
fn a_journal_of_random_bytes_is_kept() {
    let machine = Machine::bookworm().file(JOURNAL, "\u{1}\u{2}garbage");
    let output = machine.labready("undo --yes --format json");
    assert_eq!(output.ends_with(1).problems(), ["journal-not-understood"]);
    assert_eq!(machine.read(JOURNAL), "\u{1}\u{2}garbage");
}

#[test]
fn a_record_begins_on_a_line_of_its_own_after_one_that_was_cut_off() {
    let machine = Machine::bookworm();
    let before = machine.tree();
    let machine = machine.file(JOURNAL, "{\"reco");
    machine.labready(SETUP).ends_with(0);
    let text = machine.read(JOURNAL);
    assert!(text.starts_with("{\"reco\n{\"version\":1,"), "{text}");
    let output = machine.labready("undo --yes");
    assert_eq!(output.ends_with(0).last_line(), "Everything that setup did is undone.");
    assert!(!machine.has(JOURNAL));
    let mut after = machine.tree();
    after.retain(|path, _| !path.starts_with("/home/student/.local"));
    expect_same(&before, &after);
}

#[test]
fn what_labready_writes_is_nobody_elses_to_change_whatever_the_umask() {
    for umask in [0, 0o077] {
        let machine = Machine::bookworm().with_umask(umask);
        machine.labready(SETUP).ends_with(0);
        assert_eq!(machine.mode(JOURNAL), 0o600);
        assert_eq!(machine.mode(&format!("{STATE}/labready")), 0o700);
        assert_eq!(machine.mode(STATE), 0o700);
        let machine = Machine::bookworm().folder("/root").run_by_root().with_umask(umask);
        machine.labready("setup --yes --no-verify --venv /root/venv").ends_with(0);
        assert_eq!(machine.mode("/var/lib/labready"), 0o755);
        assert_eq!(machine.mode("/var/lib/labready/journal.jsonl"), 0o644);
    }
}

/// Every command that writes or reads the journal stops, and nothing is changed.
#[track_caller]
fn expect_refusal(machine: &Machine) {
    let before = machine.tree();
    for line in [SETUP, "undo --yes", "repair --yes"] {
        let output = machine.labready(&format!("{line} --format json"));
        assert_eq!(output.ends_with(1).problems(), ["journal-unsafe"], "{line}");
    }
    expect_same(&before, &machine.tree());
}

#[test]
fn a_journal_that_another_account_can_change_is_refused() {
    let machine = ready();
    machine.allow(JOURNAL, 0o666);
    expect_refusal(&machine);
    assert_snapshot!(machine.labready("undo --yes").error());
    machine.allow(JOURNAL, 0o600);
    machine.allow(&format!("{STATE}/labready"), 0o1777);
    expect_refusal(&machine);
    machine.allow(&format!("{STATE}/labready"), 0o700);
    machine.allow("/home", 0o777);
    expect_refusal(&machine);
    // In a folder like /tmp, nobody can touch what belongs to another.
    machine.allow("/home", 0o1777);
    machine.labready("undo --yes").ends_with(0);
}

#[test]
fn a_journal_of_another_account_or_behind_a_link_is_refused() {
    let machine = ready().owned_by(JOURNAL, 1001);
    expect_refusal(&machine);
    let machine = Machine::bookworm().folder(&format!("{STATE}/labready"));
    symlink("/home/student/.bashrc", machine.inside(JOURNAL)).unwrap();
    expect_refusal(&machine);
}

#[test]
fn a_relative_state_folder_is_ignored_as_the_standard_says() {
    let machine = Machine::bookworm().with_variable("XDG_STATE_HOME", "state");
    machine.labready(SETUP).ends_with(0);
    assert!(machine.has(JOURNAL) && !machine.has("/home/student/state"));
}
