//! One machine for each problem that can be made without a network: its name is what is asserted, for its
//! texts stand in the catalogue.

use std::fs::{self, File};

use nix::fcntl::{Flock, FlockArg};

use super::machine::{Machine, expect_same};

const SETUP: &str = "setup --yes --no-verify --format json";

/// The names of the problems that a command meets.
#[track_caller]
fn problems(machine: &Machine, line: &str) -> Vec<String> {
    machine.labready(&format!("{line} --format json")).problems()
}

/// Those that setup meets.
#[track_caller]
fn of_setup(machine: &Machine) -> Vec<String> {
    machine.labready(SETUP).problems()
}

/// A machine that is ready.
fn ready() -> Machine {
    let machine = Machine::bookworm();
    machine.labready(SETUP).ends_with(0);
    machine
}

#[test]
fn what_was_typed_wrongly_is_one_kind_of_problem() {
    assert_eq!(problems(&Machine::bookworm(), "plan --python three"), ["usage"]);
}

#[test]
fn a_question_that_nobody_can_answer() {
    assert_eq!(problems(&Machine::bookworm(), "setup"), ["nobody-to-ask"]);
}

#[test]
fn another_run_in_the_same_folder() {
    let machine = Machine::bookworm();
    let folder = File::open(machine.inside("/home/student")).unwrap();
    let _lock = Flock::lock(folder, FlockArg::LockExclusiveNonblock).unwrap();
    assert_eq!(problems(&machine, "setup --yes --lock-timeout 0"), ["another-run"]);
}

#[test]
fn a_system_without_apt() {
    let machine = Machine::bookworm();
    machine.remove("/usr/bin/apt-get");
    let machine = machine.file("/etc/os-release", "ID=fedora\nNAME=Fedora\n");
    assert_eq!(of_setup(&machine), ["system-unsupported"]);
}

#[test]
fn a_system_with_apt_is_set_up_whatever_it_calls_itself() {
    let systems = [
        "ID=pureos\nNAME=PureOS\nPRETTY_NAME=PureOS\n\nVERSION_ID=10.0\nVERSION_CODENAME=byzantium\n",
        "NAME=\"UnionTech OS Server 20\"\nVERSION_ID=\"20\"\nID=UOS\nVERSION_CODENAME=fou\n",
        "NAME=\"Q4OS\"\nID=q4os\nVERSION=\"Andromeda\"\n",
        "\u{feff}export ID=\"strange\"\nexport NAME=Strange\n",
    ];
    for os_release in systems {
        let machine = Machine::bookworm()
            .file("/etc/debian_version", "12.5\n")
            .file("/etc/os-release", os_release);
        machine.labready("setup --yes --no-verify").ends_with(0);
    }
}

#[test]
fn no_python_to_verify_with() {
    assert_eq!(problems(&Machine::bookworm(), "verify"), ["python-not-installed"]);
}

#[test]
fn packages_that_are_not_on_this_machine() {
    let machine = Machine::bookworm();
    machine.remove("/srv/packages/build-essential");
    assert_eq!(problems(&machine, "setup --yes --offline"), ["package-not-here"]);
}

#[test]
fn no_index_and_none_that_could_be_fetched() {
    let machine = Machine::bookworm().file("/srv/update-failure", "");
    machine.remove("/var/lib/apt/lists/srv_Packages");
    assert_eq!(of_setup(&machine), ["index-missing"]);
}

#[test]
fn a_source_that_fails_and_is_the_only_one() {
    let said = "E: The repository 'file:/srv bookworm Release' does not have a Release file.\n";
    let machine = Machine::bookworm().file("/srv/update-failure", said);
    machine.remove("/var/lib/apt/lists/srv_Packages");
    assert_eq!(of_setup(&machine), ["server-without-release"]);
    // Without it, apt has no source at all.
    let output = machine.labready("setup --yes");
    assert!(output.stderr.contains("leave the source in") && !output.stderr.contains("sed -i"));
}

/// Ubuntu's or Debian's Linux in Windows, as the kernel shows it.
fn in_wsl(machine: Machine) -> Machine {
    machine
        .file(
            "/proc/sys/kernel/osrelease",
            include_str!("../../fixtures/environments/wsl-2/osrelease"),
        )
        .file("/proc/self/mounts", include_str!("../../fixtures/environments/wsl-2/mounts"))
        .with_variable("PATH", include_str!("../../fixtures/environments/wsl-2/path").trim())
}

#[test]
fn a_virtual_environment_on_a_windows_drive() {
    let machine =
        in_wsl(Machine::bookworm()).folder("/mnt/c/Users/student/course").owned_by("/mnt/c", 1000);
    for line in ["plan", "doctor", "setup --yes --no-verify"] {
        let line = format!("{line} --venv /mnt/c/Users/student/course/venv");
        let found = problems(&machine, &line);
        assert!(found.contains(&"venv-on-shared-drive".into()), "{line}: {found:?}");
    }
    let at_home = in_wsl(Machine::bookworm());
    assert_eq!(of_setup(&at_home), Vec::<String>::new());
}

#[test]
fn a_system_that_names_two_releases() {
    let machine = Machine::bookworm();
    let mixed = machine.read("/etc/os-release").replace("\"12\"", "\"13\"");
    let machine = machine.file("/etc/os-release", &mixed);
    assert!(problems(&machine, "doctor").contains(&"release-contradictory".into()));
}

#[test]
fn an_index_that_names_what_the_server_has_no_more() {
    let said = "E: Failed to fetch http://deb.example/x.deb  404  Not Found [IP: 1.2.3.4 80]\n\
                E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n";
    let machine = Machine::bookworm().file("/srv/fetch-failure", said);
    assert_eq!(of_setup(&machine), ["index-out-of-date"]);
}

#[test]
fn a_disk_that_apt_finds_full() {
    let said = "E: You don't have enough free space in /var/cache/apt/archives/.\n";
    let machine = Machine::bookworm().file("/srv/fetch-failure", said);
    assert_eq!(of_setup(&machine), ["disk-full"]);
}

#[test]
fn a_configuration_file_that_is_kept() {
    let script = "echo \"Configuration file '/etc/python.conf'\"; touch etc/python.conf.dpkg-dist";
    let machine = Machine::bookworm().when_configured("python3.11", script);
    assert_eq!(of_setup(&machine), ["config-file-kept"]);
}

#[test]
fn a_file_that_came_after_the_plan() {
    let script = "echo mine > usr/local/bin/python3";
    let machine = Machine::bookworm().when_configured("python3.11-venv", script);
    assert_eq!(of_setup(&machine), ["changed-since-plan"]);
    assert_eq!(machine.read("/usr/local/bin/python3"), "mine\n");
}

#[test]
fn a_journal_that_cannot_be_written() {
    let machine = Machine::bookworm().file("/home/student/.local", "a file in the folder's place");
    let before = machine.tree();
    assert_eq!(of_setup(&machine), ["file-refused"]);
    expect_same(&before, &machine.tree());
}

#[test]
fn a_package_index_of_more_than_any_machine_has() {
    let machine = Machine::bookworm();
    let status = File::create(machine.inside("/var/lib/dpkg/status")).unwrap();
    status.set_len((256 << 20) + 1).unwrap();
    assert_eq!(of_setup(&machine), ["file-too-large"]);
}

#[test]
fn an_environment_that_cannot_be_made() {
    let machine = Machine::bookworm().when_configured("python3.11-venv", "true");
    let python = machine.read("/srv/files/python3.11/usr/bin/python3.11");
    let broken = python.replace("\"-m venv \"*)", "\"-m venv \"*)\necho no >&2; exit 1");
    let machine = machine.program("/srv/files/python3.11/usr/bin/python3.11", &broken);
    assert_eq!(of_setup(&machine), ["venv-not-made"]);
    assert!(!machine.inside("/home/student/venv").exists());
}

#[test]
fn a_package_that_pip_does_not_install() {
    let machine = Machine::bookworm();
    let python = machine.read("/srv/files/python3.11/usr/bin/python3.11");
    let broken =
        python.replace("*\" install \"*)", "*\" install \"*)\necho 'ERROR: no' >&2; exit 1");
    let machine = machine.program("/srv/files/python3.11/usr/bin/python3.11", &broken);
    assert_eq!(of_setup(&machine), ["pip-not-installed"]);
}

#[test]
fn a_package_that_apt_does_not_remove() {
    let machine = ready().file("/srv/purge-failure", "a script says no");
    assert_eq!(problems(&machine, "undo --yes"), ["package-not-removed"]);
}

#[test]
fn an_environment_that_cannot_be_removed() {
    let machine = ready().program("/bin/rm", "#!/bin/sh\necho no >&2; exit 1\n");
    assert_eq!(problems(&machine, "undo --yes"), ["venv-not-removed"]);
}

#[test]
fn files_that_undo_leaves() {
    let machine = ready().file("/home/student/venv/notes.txt", "mine");
    assert_eq!(problems(&machine, "undo --yes"), ["left-behind"]);
    assert_eq!(machine.read("/home/student/venv/notes.txt"), "mine");
}

#[test]
fn a_step_that_does_nothing_is_not_done_for_ever() {
    let machine = ready();
    machine.remove_python("python3.11");
    let program = "#!/bin/sh\nexit 0\n";
    let machine = machine.program("/usr/bin/update-alternatives", program);
    assert_eq!(problems(&machine, "repair --yes"), ["selection-failed"]);
}

#[test]
fn a_step_that_is_needed_again_right_after_it_was_done() {
    // Whenever Python is asked for its version, the link is taken away again.
    let machine = Machine::bookworm();
    let python = machine.read("/srv/files/python3.11/usr/bin/python3.11");
    let hostile = python.replace("*version_info*)", "*version_info*)\nrm -f usr/local/bin/python3");
    let machine = machine.program("/srv/files/python3.11/usr/bin/python3.11", &hostile);
    assert_eq!(of_setup(&machine), ["step-without-effect"]);
}

#[test]
fn a_package_that_somebody_holds() {
    let held = "Package: libssl3\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 1\n\n";
    let machine =
        Machine::bookworm().file("/var/lib/dpkg/status", held).file("/srv/held", "libssl3");
    assert_eq!(of_setup(&machine), ["package-held"]);
}

#[test]
fn a_package_that_goes_with_those_that_undo_removes() {
    let other =
        "Package: editor\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n";
    let machine = Machine::bookworm().file("/var/lib/dpkg/status", other);
    machine.labready(SETUP).ends_with(0);
    let machine = machine.file("/srv/purged-too", "editor");
    assert_eq!(problems(&machine, "undo --yes"), ["packages-lost"]);
}

#[test]
fn a_cache_that_apt_does_not_empty() {
    let machine =
        Machine::bookworm().folder("/root").file("/var/cache/apt/archives/x.deb", "").run_by_root();
    assert_eq!(
        problems(&machine, "setup --yes --no-verify --image --clean --venv /root/venv"),
        ["apt-cache-left"]
    );
}

#[test]
fn a_course_where_one_is_to_be_drafted() {
    let machine = Machine::bookworm()
        .file("/home/student/lab.py", "")
        .file("/home/student/new/course.toml", "");
    let output = machine.labready("course new lab.py --output new");
    assert!(output.ends_with(1).stderr.contains("error[file-in-the-way]"), "{output}");
}

#[test]
fn a_report_that_cannot_be_written() {
    let machine = Machine::bookworm();
    let output = machine.labready("plan --log /nowhere/log");
    assert!(output.ends_with(2).stderr.contains("`/nowhere/log`"), "{output}");
}

#[test]
fn a_bundle_that_is_none() {
    let machine = Machine::bookworm().folder("/home/student/bundle").folder("/var/tmp");
    let line = "setup --yes --bundle /home/student/bundle";
    assert_eq!(problems(&machine, line), ["bundle-damaged"]);
    assert!(fs::read_dir(machine.inside("/var/tmp")).unwrap().next().is_none());
}

#[test]
fn a_folder_that_no_bundle_can_be_made_in() {
    let machine = Machine::bookworm().file("/home/student/bundle/mine", "");
    assert_eq!(problems(&machine, "bundle /home/student/bundle"), ["bundle-not-made"]);
}
