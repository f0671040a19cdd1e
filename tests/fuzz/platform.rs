//! What a system says of itself: its release, the releases that there are, and what is mounted.

use std::path::Path;

use labready::facts::{disk, distro, os_release};

use super::machine::Machine;
use super::{files, fuzz, lossy, texts};

#[test]
fn os_release() {
    let machine = Machine::new();
    fuzz("os-release", files("fixtures/os-release"), |bytes| {
        let read = os_release::parse(&lossy(bytes));
        assert!(read.keys().all(|key| !key.is_empty() && !key.contains(char::is_whitespace)));
        machine.write("/etc/os-release", bytes);
        distro::gather(&machine.host());
    });
}

#[test]
fn distro_info() {
    let ubuntu = include_str!("../../src/facts/releases/ubuntu.csv");
    let debian = include_str!("../../src/facts/releases/debian.csv");
    let machine = Machine::new().file("/etc/os-release", "ID=ubuntu\nVERSION_CODENAME=noble\n");
    fuzz("distro-info", texts(&[ubuntu, debian]), |bytes| {
        machine.write("/usr/share/distro-info/ubuntu.csv", bytes);
        // What becomes a part of a path and of an apt source is a plain word, or nothing.
        let base = distro::gather(&machine.host()).base;
        let codename = base.and_then(|base| base.codename);
        assert!(codename.is_none_or(|codename| codename == "noble"));
    });
}

#[test]
fn mounts() {
    let machine = Machine::new();
    let seeds = ["wsl-1", "wsl-2", "crostini"];
    let seeds = seeds.into_iter().flat_map(|name| files(&format!("fixtures/environments/{name}")));
    fuzz("mounts", seeds.collect(), |bytes| {
        machine.write("/proc/self/mounts", bytes);
        disk::gather(&machine.host(), Path::new("/mnt/c/Users/student/course/venv"));
    });
}
