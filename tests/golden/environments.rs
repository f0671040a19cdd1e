//! Windows Subsystem for Linux, a Chromebook's Linux, and containers: what the kernel says there
//! (`fixtures/environments`) → what labready takes the machine for, and what it looks at.

use std::fs;
use std::path::Path;

use labready::facts::disk;
use labready::facts::machine::Environment;
use labready::plan::{Action, Decision};
use labready::problem::DriveOwner;

use super::folders::Machine;
use super::machines::{changed, fixture, forget, refreshed, rename};

fn recorded(environment: &str, file: &str) -> String {
    fs::read_to_string(fixture("environments").join(environment).join(file)).unwrap()
}

/// Debian 12 in this environment.
fn machine(environment: &str) -> Machine {
    let machine = Machine::bookworm().without("/proc/sys/kernel/osrelease");
    machine
        .file("/proc/sys/kernel/osrelease", recorded(environment, "osrelease"))
        .file("/proc/self/mounts", recorded(environment, "mounts"))
}

fn environment(machine: &Machine) -> Environment {
    machine.facts().machine.environment
}

#[test]
fn both_kinds_of_wsl_are_known_by_their_kernels() {
    for wsl in ["wsl-1", "wsl-2"] {
        assert!(recorded(wsl, "version").contains(recorded(wsl, "osrelease").trim()));
        assert_eq!(environment(&machine(wsl)), Environment::Wsl);
    }
    // With systemd, and with a kernel that somebody has built.
    let systemd = machine("wsl-2").file("/run/systemd/container", "wsl\n");
    assert_eq!(environment(&systemd), Environment::Wsl);
    let own_kernel = Machine::bookworm().folder("/run/WSL");
    assert_eq!(environment(&own_kernel), Environment::Wsl);
}

#[test]
fn a_container_on_windows_has_the_kernel_of_wsl_and_is_a_container() {
    let container = machine("wsl-2").file("/.dockerenv", "");
    assert_eq!(environment(&container), Environment::Container);
    // A distribution of WSL that was made from a container.
    assert_eq!(environment(&container.folder("/run/WSL")), Environment::Wsl);
}

#[test]
fn a_chromebooks_linux_is_known_with_its_container_and_without() {
    let container = machine("crostini")
        .file("/dev/.cros_milestone", "120")
        .file("/run/systemd/container", "lxc\n");
    assert_eq!(environment(&container), Environment::Crostini);
    let virtual_machine = machine("crostini").folder("/opt/google/cros-containers/bin");
    assert_eq!(environment(&virtual_machine), Environment::Crostini);
    let lxc = Machine::bookworm().file("/run/systemd/container", "lxc\n");
    assert_eq!(environment(&lxc), Environment::Container);
}

#[test]
fn windows_folders_in_the_path_are_not_searched() {
    let path = recorded("wsl-2", "path");
    let apps = "/mnt/c/Users/student/AppData/Local/Microsoft/WindowsApps";
    assert!(path.contains(&format!(":{apps}:")) && path.contains("/mnt/c/Program Files/"));
    let machine = machine("wsl-2")
        .variable("PATH", path.trim())
        .python(&format!("{apps}/python3.12"), (3, 12, 1))
        .python("/mnt/c/Program Files/Git/cmd/python3.13", (3, 13, 1));
    let facts = machine.facts();
    let found: Vec<&Path> = facts.interpreters.iter().map(|found| found.path.as_path()).collect();
    assert_eq!(found, [Path::new("/usr/bin/python3.11")]);
}

#[test]
fn the_drive_of_a_folder_that_is_still_to_be_made_is_known_by_way_of_links() {
    let machine = machine("wsl-2")
        .folder("/mnt/c/Users/student/Documents")
        .link("/home/student/course", "/mnt/c/Users/student/Documents");
    let drive = |folder: &str| disk::gather(&machine.host(), Path::new(folder)).venv_drive;
    let windows = drive("/home/student/course/lab/venv").unwrap();
    assert_eq!(
        (windows.owner, windows.mount.as_path()),
        (DriveOwner::Windows, Path::new("/mnt/c"))
    );
    assert_eq!(drive("/home/student/venv"), None);
}

/// `Package: dpkg` of an architecture, as dpkg itself keeps it.
fn with_dpkg_of(architecture: &str) -> Machine {
    let status = format!(
        "Package: dpkg\nStatus: install ok installed\nArchitecture: {architecture}\nVersion: 1.21.22\n\n"
    );
    Machine::bookworm().without("/var/lib/dpkg/arch").file("/var/lib/dpkg/status", status)
}

#[test]
fn the_architecture_is_that_of_the_packages_whatever_labready_and_the_kernel_are_made_for() {
    for architecture in ["arm64", "armhf", "amd64"] {
        let facts = with_dpkg_of(architecture).facts();
        assert_eq!(facts.machine.architecture, architecture);
    }
    // Where dpkg's own package is not listed, the list of its architectures tells, its own first.
    let listed = Machine::bookworm().file("/var/lib/dpkg/arch", "arm64\narmhf\n");
    assert_eq!(listed.facts().machine.architecture, "arm64");
}

#[test]
fn deadsnakes_is_asked_for_the_packages_of_an_arm_machine() {
    let facts = changed("sid-python", |facts| {
        rename(facts, "ID=ubuntu\nVERSION_ID=26.04\nVERSION_CODENAME=resolute\n");
        forget(facts, "python3.13");
        facts.machine.architecture = "arm64".into();
    });
    let Ok(Decision::Plan(plan)) = refreshed().plan(&facts) else { panic!("no plan") };
    let Action::AddArchive { architecture, .. } = &plan.steps[0].action else {
        panic!("{:?}", plan.steps)
    };
    assert_eq!(architecture, "arm64");
}
