//! Which virtual environment is meant: the one that is there, wherever one is; and none is made a second
//! time unasked.

use std::fs;
use std::os::unix::fs::symlink;

use super::machine::Machine;

const SETUP: &str = "setup --yes --no-verify";
const VENV: &str = "/home/student/venv";

/// A ready machine, and whoever works on it in a folder below the home.
fn ready_in_lab() -> Machine {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    machine.folder("/home/student/lab/first").in_folder("/home/student/lab")
}

/// An environment that nobody but its owner has made.
fn own_venv(machine: &Machine, folder: &str, version: &str) {
    let series = version.rsplit_once('.').unwrap().0;
    for name in ["bin", &format!("lib/python{series}/site-packages/pip-1.0.dist-info")] {
        fs::create_dir_all(machine.inside(folder).join(name)).unwrap();
    }
    machine.write(&format!("{folder}/pyvenv.cfg"), &format!("version = {version}\n"));
    machine.write(&format!("{folder}/bin/activate"), "");
    symlink(machine.inside("/usr/bin/python3.11"), machine.inside(folder).join("bin/python"))
        .unwrap();
}

/// The environment that a command means.
#[track_caller]
fn meant(machine: &Machine) -> String {
    let document = machine.labready("plan --format json").document();
    document["venv"]["path"].as_str().unwrap().to_owned()
}

#[test]
fn what_setup_made_in_the_home_is_found_in_the_folders_below() {
    for folder in ["/home/student/lab", "/home/student/lab/first", "/tmp"] {
        let machine = ready_in_lab().in_folder(folder);
        let doctor = machine.labready("doctor");
        assert!(doctor.ends_with(0).stdout.contains(VENV), "{doctor}");
        for command in ["plan", "verify", SETUP] {
            let output = machine.labready(command);
            assert!(output.stderr.contains(VENV), "{command} says which: {output}");
            assert_eq!(output.steps(), "", "{command}");
        }
        assert!(!machine.has("/home/student/lab/venv") && !machine.has("/tmp/venv"), "{folder}");
    }
}

#[test]
fn another_one_is_made_where_it_is_asked_for_and_then_the_nearest_is_meant() {
    let machine = ready_in_lab();
    machine.labready(&format!("{SETUP} --venv first/venv")).ends_with(0);
    assert!(machine.has("/home/student/lab/first/venv/pyvenv.cfg"));
    let machine = machine.in_folder("/home/student/lab/first");
    assert_eq!(meant(&machine), "/home/student/lab/first/venv");
    assert_eq!(meant(&machine.in_folder("/home/student")), VENV);
}

#[test]
fn one_that_is_gone_is_made_again_in_the_current_folder() {
    let machine = ready_in_lab();
    fs::remove_dir_all(machine.inside(VENV)).unwrap();
    assert_eq!(meant(&machine), "/home/student/lab/venv");
}

#[test]
fn the_activated_one_is_meant_if_it_serves_the_course_and_is_the_students() {
    for (version, owner, expected) in
        [("3.11.2", 1000, "/home/student/mine"), ("3.14.0", 1000, VENV), ("3.11.2", 1001, VENV)]
    {
        let machine = ready_in_lab()
            .with_variable("VIRTUAL_ENV", "/home/student/mine")
            .owned_by("/home/student/mine", owner);
        own_venv(&machine, "/home/student/mine", version);
        assert_eq!(meant(&machine), expected, "{version}, of user {owner}");
    }
    let nonsense = ["mine", "/", "/home/student/a:b", "/home/student/nothing"];
    for folder in nonsense {
        assert_eq!(meant(&ready_in_lab().with_variable("VIRTUAL_ENV", folder)), VENV, "{folder}");
    }
}

#[test]
fn one_in_a_folder_above_is_meant_if_it_serves_the_course() {
    for (version, expected) in
        [("3.11.2", "/home/student/venv"), ("3.14.0", "/home/student/lab/first/venv")]
    {
        let machine = Machine::bookworm().folder("/home/student/lab/first");
        own_venv(&machine, VENV, version);
        let machine = machine.in_folder("/home/student/lab/first");
        assert_eq!(meant(&machine), expected, "{version}");
    }
    // Above the home is nobody's business.
    let machine = Machine::bookworm().folder("/srv/lab").owned_by("/srv/venv", 1000);
    own_venv(&machine, "/srv/venv", "3.11.2");
    assert_eq!(meant(&machine.in_folder("/srv/lab")), "/srv/lab/venv");
}

#[test]
fn an_image_is_built_where_it_is_said() {
    let machine = Machine::bookworm().run_by_root().folder("/srv/one").folder("/srv/two");
    let machine = machine.in_folder("/srv/one");
    machine.labready(SETUP).ends_with(0);
    let machine = machine.in_folder("/srv/two");
    machine.labready("setup --image --no-verify").ends_with(0);
    assert!(machine.has("/srv/two/venv/pyvenv.cfg"));
}
